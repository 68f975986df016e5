"""The market as the engine sees it: derived from inputs, rebuilt from history, never journaled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from trading_bot.domain.candles.builder import CandleBuilder
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle, MarketPhase, Quote, Tick
from trading_bot.domain.outlook import DayCloses
from trading_bot.domain.trade import Trade
from trading_bot.risk.windows import TradingHours
from trading_bot.strategies.strategy import Evaluator, Strategy

_NEVER_BELOW: Final = -1
_NEVER_ABOVE: Final = 1 << 60
_tuple: Final = tuple.__new__  # half the cost of calling the NamedTuple


@dataclass(slots=True)
class Watch:
    """The prices at which an open trade needs attention, checked on every tick of its instrument."""

    trade_id: int
    below: int
    """A price at or below this one is an event: the stop of a long, the target of a short."""
    above: int
    best_price: int
    sign: int
    looks_at_closes: bool
    """Whether the close of a candle is such a price as well: where stops are no orders."""


@dataclass(slots=True)
class Series:
    """One instrument: its candles, its strategies' indicators, its newest prices."""

    instrument: Instrument
    hours: TradingHours
    builder: CandleBuilder
    evaluators: tuple[tuple[Strategy, Evaluator], ...] = ()
    evaluated_timeframes_s: tuple[int, ...] = ()
    """Lengths of the candles that its strategies want, each once."""
    last_price: int = 0
    tick: Tick | None = None
    """The newest one; None where the newest price is a candle's."""
    traded_at_ms: int = 0
    """When the candle ended that the newest price is of; 0 where none was seen."""
    seen_at_ms: int = 0
    """Session time of the newest message about it."""
    suspect_price: int = 0
    """A price too far from the last one, waiting for a second trade to confirm it; 0 when none."""
    suspect_traded_at_ms: int = 0
    """When it traded: the same trade sent again confirms nothing."""
    is_suspect_confirmed: bool = False
    """Whether a second trade confirmed it, so that only the price band rules it out."""
    outside_since_ms: int = 0
    """Since when confirmed prices have lain outside the price band, none inside between; 0 when none has."""
    watch: Watch | None = None
    stop_breached_at_ms: int = 0
    """When the stop of the open trade first traded; 0 when it has not."""
    is_warm: bool = False
    warm_candles: int = 0
    """Candles of the strategies' timeframe that warm-up found."""
    ticks: int = 0
    candles: int = 0
    previous_close: int = 0
    provisional: tuple[tuple[int, int], ...] = ()
    """Timeframes whose forming candle is looked at, each with the seconds between two looks."""
    score: float | None = None
    """Signed score of the newest evaluation."""
    evaluated: Candle | None = None
    """The candle that was evaluated last."""
    session: int = 0
    """Index of the continuous session that its candles belong to."""
    day_closes: DayCloses | None = None
    """What is known of its earlier sessions; None where nobody asked, or there was no answer yet."""

    @property
    def is_disputed(self) -> bool:
        """Whether trades go on at a price that the band rules out: the last price, or the band, is old."""
        return self.suspect_price != 0 and self.is_suspect_confirmed

    @property
    def is_priced(self) -> bool:
        """Whether anything was seen of it."""
        return self.tick is not None or self.traded_at_ms != 0

    @property
    def newest_trade_ms(self) -> int:
        """When it last traded, as far as was seen; 0 where nothing was."""
        return self.traded_at_ms if self.tick is None else self.tick.traded_at_ms

    def quote(self) -> Quote | None:
        """Best bid and offer; None where the feed has no depth for it."""
        tick = self.tick
        if tick is None or not (tick.bid or tick.ask):
            return None
        return _tuple(Quote, (tick.bid, tick.bid_quantity, tick.ask, tick.ask_quantity))


@dataclass(slots=True)
class Refusals:
    """Stops and exits of a segment that were refused in what may still be its call auction."""

    at_ms: int
    """When the newest was."""
    until_ms: int
    """Until when it speaks for the others, unless something trades."""
    end_ms: int
    """When the auction ends."""
    times: int = 1


@dataclass(slots=True)
class Standstill:
    """What was seen of market-wide halts today; the halts themselves are in the book."""

    since_ms: int = 0
    """Since when the exchange says that nothing trades; 0 while it does."""
    over_at_ms: int = 0
    """Since when it trades again after a halt; 0 where there was none, or it lasts."""
    indices: tuple[str, ...] = ()
    """Keys of the breaker's indices that are watched today; without any there is nothing to look at."""
    moves: dict[str, float] = field(default_factory=dict)
    """The breaker's highest level that each index has reached."""
    belied: set[tuple[str, str]] = field(default_factory=set)
    """Halts of the breaker, by reason, in which a segment went on trading."""
    refusals: dict[str, "Refusals"] = field(default_factory=dict)
    """Refused stops and exits that show that the call auction of a segment is not over."""


@dataclass(slots=True)
class MarketView:
    """All instruments that are watched today."""

    series: dict[str, Series] = field(default_factory=dict)
    phases: dict[str, MarketPhase] = field(default_factory=dict)
    """The exchange's newest word on each segment that it spoke of."""
    phases_at_ms: dict[str, int] = field(default_factory=dict)
    """When that was heard: what trades well after it has opened since, and the word of it was lost."""
    standstill: Standstill = field(default_factory=Standstill)
    is_feed_up: bool = False
    is_quiet: bool = False
    """Whether it is silent because the exchange stands still, of which nobody is told."""
    is_loss_told: bool = False
    """Whether a person was told that it is gone, and not yet that it is back."""
    seen_at_ms: int = 0
    """Session time of the newest message of the feed."""
    refill_at_ms: int = 0
    """When the minute in which the feed came back is over and in the history; 0: nothing is wanted."""
    reconnect_at_ms: int = 0
    """While the feed is silent: not before this is a new connection sought, and after it waits so long."""
    reconnect_wait_ms: int = 0
    lag_ms: int | None = None
    """How far the least late frame since the last second lay behind session time; negative: ahead."""
    offset_ms: int = 0
    """The same as of the last second in which there were frames."""
    late_seconds: int = 0
    """So many of them in a row were off by more than is worth a word."""
    told_offset_at_ms: int = 0
    frames: int = 0
    ticks: int = 0
    unknown_ticks: int = 0
    suspect_ticks: int = 0

    def __iter__(self) -> Iterator[Series]:
        return iter(self.series.values())

    def symbol(self, instrument_key: str) -> str:
        """What people call an instrument; the broker's key of one that is not listed today."""
        found = self.series.get(instrument_key)
        return instrument_key if found is None else found.instrument.symbol

    def last_price(self, instrument_key: str) -> int:
        """Last traded price in paise; 0 when nothing was seen yet."""
        found = self.series.get(instrument_key)
        return 0 if found is None else found.last_price


def timeframes_of(strategies: Sequence[Strategy]) -> tuple[int, ...]:
    """The candle lengths in seconds that the strategies want, each once, ascending."""
    return tuple(sorted({strategy.timeframe_s for strategy in strategies}))


def watch_of(trade: Trade, best_price: int, *, looks_at_closes: bool) -> Watch:
    """Return the levels of a trade: on each side the stop or the target, whichever lies there."""
    sign = trade.direction.sign
    target = trade.plan.target_price
    if sign > 0:
        below, above = trade.stop_price, _NEVER_ABOVE if target is None else target
    else:
        below, above = _NEVER_BELOW if target is None else target, trade.stop_price
    return Watch(
        trade_id=trade.trade_id,
        below=below,
        above=above,
        best_price=best_price,
        sign=sign,
        looks_at_closes=looks_at_closes,
    )
