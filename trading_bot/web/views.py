"""What the app can show and ask for: the values, and the port that bootstrap fills.

Times are epoch milliseconds of session time; amounts of money are Decimal rupees, prices of candles paise.
None means "not known".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from trading_bot.domain.market_data import Candle
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.snapshot import OrderView, Snapshot, SymbolView
from trading_bot.web.figures import Figures

RUNNING, WAITING = "running", "waiting"
"""What a strategy does whose entries are allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyView:
    """One strategy and its day."""

    name: str
    timeframe_s: int
    state: str
    """running, waiting (for a session), stopped (by a person), halted, or switched off (it failed)."""
    reason: str = ""
    signals: int = 0
    trades: int = 0
    open: int = 0
    gross: Decimal = Decimal(0)
    """Of closed trades."""
    winning_trades: int = 0
    evaluations_seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeView:
    """One closed trade."""

    trade_id: int
    symbol: str
    strategy: str
    direction: str
    quantity: int
    planned_at_ms: int
    closed_at_ms: int
    entry: Decimal | None
    exit: Decimal | None
    gross: Decimal
    exit_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """One condition of an evaluation."""

    name: str
    passed: bool
    measured: float | int | str | None
    needed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """One evaluation and what became of it."""

    number: int
    """They are numbered as they come, from the start of the process on."""
    time_ms: int
    """Start of the candle."""
    strategy: str
    symbol: str
    score: float | None
    direction: str | None
    outcome: str
    """no signal, signal, traded, or denied."""
    detail: str = ""
    gates: Sequence[GateView] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalQuery:
    """Which evaluations are wanted, newest first."""

    limit: int = 50
    before: int | None = None
    """Only those with a lower number."""
    symbol: str | None = None
    strategy: str | None = None
    raised: bool = False
    """Whether only those with a signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a line."""

    time_ms: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityPoint:
    """The day's result at a moment."""

    time_ms: int
    net: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A finished run, as its report tells."""

    run_id: str
    mode: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    trades: int | None = None
    gross_pnl: str | None = None
    charges: str | None = None
    net_pnl: str | None = None
    max_drawdown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something of ours in a chart."""

    time_ms: int
    kind: str
    """entry, exit or stop."""
    side: str
    price: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One instrument's candles and what we did there."""

    symbol: str
    timeframe_s: int
    candles: Sequence[Candle]
    indicators: Mapping[str, Sequence[Point]] = field(default_factory=dict)
    marks: Sequence[Mark] = ()
    stop: int | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeStep:
    """One thing that happened to an order."""

    time_ms: int
    text: str


Why = Callable[[str, int | None], Mapping[str, Any]]
"""Explains what was decided about a symbol, now or at a time in epoch milliseconds.

Called in a thread of its own. Raises UserFacingError for a symbol or a time of which nothing is known.
"""


class Watched(Protocol):
    """The daemon, as the app sees it. Whatever takes long is awaited and done elsewhere."""

    @property
    def is_trading(self) -> bool:
        """Whether a session is under way: else nothing can be sent to the broker."""
        ...

    def head(self) -> Snapshot:
        """The snapshot without its symbols and orders."""
        ...

    def symbol_count(self) -> int:
        """How many instruments are watched, or held."""
        ...

    def symbols(self, first: int, beyond: int) -> Sequence[SymbolView]:
        """Some of them, by position."""
        ...

    def held(self) -> Sequence[SymbolView]:
        """What is held, whether its instrument is watched or not."""
        ...

    def orders(self) -> Sequence[OrderView]:
        """The day's orders, oldest first; an order that has not changed is the same object as before."""
        ...

    def strategies(self) -> Sequence[StrategyView]:
        """The strategies that run."""
        ...

    def trades(self) -> Sequence[TradeView]:
        """The day's closed trades, oldest first."""
        ...

    def signals(self, query: SignalQuery) -> Sequence[SignalView]:
        """Evaluations, newest first."""
        ...

    def equity(self) -> Sequence[EquityPoint]:
        """The day's result over time."""
        ...

    def figures(self) -> Figures:
        """Counts and durations since the process started."""
        ...

    async def runs(self) -> Sequence[RunView]:
        """Earlier runs, newest first."""
        ...

    async def order_life(self, tag: str) -> Sequence[LifeStep]:
        """What happened to an order, oldest first. Raises StorageError when the journal cannot be read."""
        ...

    async def chart(self, symbol: str, timeframe_s: int | None) -> Chart | None:
        """Candles of an instrument; None for one that is not watched. Raises ReadFailedError."""
        ...

    async def ask(self, wish: OperatorWish, asked_by: str, subject: str = "") -> None:
        """Carry out a wish; returns once it is on disk. Raises StorageError."""
        ...

    def tell(self, text: str) -> None:
        """Tell a person something that the dashboard noticed."""
        ...
