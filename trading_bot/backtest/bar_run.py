"""Many days of candles through one core: each opened, traded, closed and reckoned up as a live day is.

Halts that wait for a person last until the next morning: somebody is assumed to look by then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_bot.backtest.bar_day import BarDay, Liquidity
from trading_bot.backtest.day_exchange import DayExchange
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.market_data import Candle
from trading_bot.domain.outlook import DayClose
from trading_bot.engine import inputs
from trading_bot.engine.book import Book
from trading_bot.engine.core import Core
from trading_bot.engine.day import DayPlan
from trading_bot.simulator.venue.venue import Venue

_LEAD_MS = 5 * MS_PER_MINUTE
_AFTER_CLOSE_MS = 5 * MS_PER_SECOND
_FINAL_READS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class BarDayData:
    """One day of the data: what is known of it before it begins, and its candles."""

    plan: DayPlan
    bars: Sequence[inputs.BarsClosed]
    previous_closes: Mapping[str, int]
    """Paise, by instrument key; of an instrument whose first day this is, there is none."""
    warm_up: Mapping[str, tuple[Candle, ...]] = field(default_factory=dict)
    """Earlier minutes, oldest first, of instruments whose indicators are to be opened on this day."""
    day_closes: Mapping[str, tuple[DayClose, ...]] = field(default_factory=dict)
    """Closes of earlier sessions, oldest first, where a strategy looks at whole days."""


NewVenue = Callable[[BarDayData, Decimal], Venue]
"""Makes the venue of a day for an account with so many rupees."""


@dataclass(slots=True, kw_only=True)
class BarRun:
    """Plays days one after the other; the account goes on with what each has left."""

    core: Core
    new_venue: NewVenue
    liquidity: Liquidity
    cash: Decimal
    margin_rates: Callable[[Sequence[Instrument]], Mapping[str, Decimal]]

    def days(self, data: Iterable[BarDayData]) -> Iterator[DayOutcome]:
        """Yield the outcome of each day as it ends."""
        for day in data:
            outcome = self._day(day)
            self.cash += outcome.ledger_net_pnl
            yield outcome
            if self.core.state.book.trades:
                self.core.state.book = Book()  # no venue holds anything for another day

    def _day(self, day: BarDayData) -> DayOutcome:
        core, plan = self.core, day.plan
        exchange = DayExchange(
            core,
            lambda cash: self.new_venue(day, cash),
            self.cash,
            self.margin_rates(plan.instruments),
        )
        self._open(day, exchange)
        BarDay(core, exchange, self.liquidity).play(day.bars)
        self._close(plan, exchange)
        venue = exchange.venue
        return DayOutcome(
            on=plan.on,
            rows=tuple(exchange.rows),
            instruments=tuple(plan.instruments),
            bars=sum(len(bars.bars) for bars in day.bars),
            last_prices={series.instrument.key: series.last_price for series in core.state.market},
            ledger_net_pnl=Decimal(0) if venue is None else Decimal(str(venue.ledger()["net_pnl"])),
            ended_at_ms=core.state.now_ms,
            alerts=tuple(alert.text for alert in exchange.alerts),
        )

    def _open(self, day: BarDayData, exchange: DayExchange) -> None:
        plan = day.plan
        begin_ms = plan.open_ms - _LEAD_MS
        exchange.hand_on(
            inputs.DayOpened(
                at_ms=begin_ms,
                on=plan.on,
                instruments=tuple(plan.instruments),
                sessions=dict(plan.sessions),
                keeps_indicators=True,
                outlook=plan.outlook,
            )
        )
        exchange.hand_on(
            inputs.OwnershipClaimed(at_ms=begin_ms, program_version="backtest", settings_hash="")
        )
        if any(halt.until_released for halt in self.core.state.book.halts.values()):
            wish = inputs.OperatorWish.RESUME
            exchange.hand_on(inputs.OperatorAsked(at_ms=begin_ms, wish=wish, asked_by="backtest"))
        for key, closes in day.day_closes.items():
            exchange.hand_on(inputs.DayClosesRead(at_ms=begin_ms, instrument_key=key, closes=closes))
        for key, candles in day.warm_up.items():
            starts = {on: start_ms for on, (start_ms, _) in plan.warm_up.sessions[key].items()}
            warmed = inputs.WarmedUp(
                at_ms=begin_ms, instrument_key=key, candles=candles, session_starts=starts
            )
            exchange.hand_on(warmed)
        for key, price in day.previous_closes.items():
            if key in self.core.state.market.series:
                self.core.state.market.series[key].previous_close = price
        exchange.read_all(begin_ms)

    def _close(self, plan: DayPlan, exchange: DayExchange) -> None:
        """Let time pass until nothing is open, or the venue has nothing more to do; then end the day."""
        core = self.core
        now_ms = max(core.state.now_ms, plan.close_ms)
        for _ in range(_FINAL_READS):
            now_ms += _AFTER_CLOSE_MS
            exchange.tick(now_ms)
            exchange.read_all(now_ms)
            if not core.state.book.trades and not core.state.book.differences:
                break
        exchange.hand_on(inputs.DayEnded(at_ms=now_ms, charges=core.state.charges()))
