"""A backtest at tick fidelity: each day as a whole day of the daemon in virtual time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trading_bot.adapters.history import PriceHistory
from trading_bot.adapters.market_rules import load_corporate_actions
from trading_bot.adapters.storage.journal.memory_journal import MemoryJournal
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.backtest.traced_core import TakeTraces
from trading_bot.bootstrap.day.day_closes import DaysFolder
from trading_bot.bootstrap.engine_parts import EngineSections, Records
from trading_bot.bootstrap.replaying.virtual_day import VirtualDay
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.trace import Trace
from trading_bot.engine.commands import Alert
from trading_bot.engine.ports import Notifier
from trading_bot.settings.tree import Settings
from trading_bot.simulator.market import open_market
from trading_bot.simulator.virtual_time import run_virtually


class _Told:
    """Keeps what a person would have been told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def notify(self, alert: Alert) -> None:
        """Keep it."""
        self.texts.append(alert.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickDays:
    """Days of a folder's ticks, or of ticks made up inside its candles, one session after the other."""

    settings: Settings
    rules: MarketRules
    folder: PriceHistory
    symbols: tuple[str, ...]
    days: tuple[date, ...]
    seed: int
    take_traces: TakeTraces | None = None
    """Told what strategies said of each candle; None: nobody asks."""

    def outcomes(self) -> Iterator[DayOutcome]:
        """Yield each day as it ends; the account goes on with what it has left."""
        cash = self.settings.simulator.opening_balance
        for on in self.days:
            outcome = self._day(on, cash)
            cash += outcome.ledger_net_pnl
            yield outcome

    def _day(self, on: date, cash: Decimal) -> DayOutcome:
        settings = self.settings
        having = [symbol for symbol in self.symbols if on in self.folder.days(symbol)]
        source = open_market(
            self.folder.path, on, symbols=having, seed=self.seed, actions=load_corporate_actions()
        )
        changes = {"opening_balance": cash, "slippage_bps": settings.run.slippage_bps}

        def day(records: Records, notifier: Notifier) -> VirtualDay:
            return VirtualDay(
                source=source,
                rules=self.rules,
                strategies=chosen_strategies(settings),
                sections=sections_of(settings),
                records=records,
                venue_settings=settings.simulator.model_copy(update=changes),
                seed=self.seed,
                notifier=notifier,
                days=DaysFolder.of(settings),
            )

        return virtual_outcome(day, self.take_traces)


def sections_of(settings: Settings) -> EngineSections:
    """The settings that the engine's parts take."""
    return EngineSections(
        engine=settings.engine, risk=settings.risk, rate=settings.rate, supervisor=settings.supervisor
    )


def virtual_outcome(
    new_day: Callable[[Records, Notifier], VirtualDay], take_traces: TakeTraces | None = None
) -> DayOutcome:
    """Play a day in virtual time, and say what it left behind."""
    journal, told = MemoryJournal(), _Told()

    def sink(_candles: object, traces: Iterable[Trace]) -> None:
        if take_traces is not None:
            take_traces(traces)

    records = Records(journal=journal, market_sink=None if take_traces is None else sink)
    ended, venue = run_virtually(new_day(records, told).run())
    state = ended.engine.state
    return DayOutcome(
        on=ended.plan.on,
        rows=tuple(journal.rows()),
        instruments=tuple(ended.plan.instruments),
        bars=sum(series.candles for series in state.market),
        last_prices={series.instrument.key: series.last_price for series in state.market},
        ledger_net_pnl=Decimal(str(venue.ledger()["net_pnl"])),
        ended_at_ms=state.now_ms,
        alerts=tuple(told.texts),
    )
