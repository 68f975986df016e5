"""The forms of the API's answers, for its schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trading_bot.web.views import (
    EquityPoint,
    LifeStep,
    Mark,
    Point,
    RunView,
    SignalView,
    StrategyView,
    TradeView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnswer:
    """Who asks."""

    role: str
    csrf: str | None
    expires_at_ms: int | None
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategies:
    """The strategies that run."""

    strategies: Sequence[StrategyView]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyDetail(StrategyView):
    """One strategy with its newest evaluations."""

    evaluations: Sequence[SignalView] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """What is held: rows of the status document."""

    positions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The day's orders, newest first: rows of the status document."""

    orders: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """One order and its life."""

    order: Mapping[str, Any]
    life: Sequence[LifeStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades:
    """The day's closed trades, newest first."""

    trades: Sequence[TradeView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Evaluations, newest first."""

    signals: Sequence[SignalView]
    next_before: int | None
    """What to ask for next; null where there are no older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """The day so far, and earlier runs."""

    equity: Sequence[EquityPoint]
    day: Mapping[str, Any]
    runs: Sequence[RunView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One candle, prices in paise."""

    time_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where an open trade ends, in paise."""

    stop: int | None
    target: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candles:
    """A chart."""

    symbol: str
    timeframe_s: int
    candles: Sequence[Bar]
    indicators: Mapping[str, Sequence[Point]]
    marks: Sequence[Mark]
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTail:
    """The newest lines of the log, oldest first."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A wish that is on disk, what follows from it in words, and what now stops entries."""

    ok: bool
    message: str
    halts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicCode:
    """What the second step of panic repeats."""

    code: str
    expires_in_s: int
