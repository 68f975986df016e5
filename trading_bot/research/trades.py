"""Closed trades as columns, and what they say as a whole and in groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from trading_bot.domain.ist import MS_PER_DAY, MS_PER_SECOND, date_of, midnight_ms
from trading_bot.research.arrays import Floats, Ints, finite, whole

_MS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTrades:
    """Trades that are over, in columns of one length; empty when there were none."""

    entered_ms: Ints
    """Epoch ms of the first fill."""
    exited_ms: Ints
    """Epoch ms of the last fill, not before the first."""
    net: Floats
    """Rupees after all charges."""
    traded: Floats
    """Rupees bought plus rupees sold."""
    symbols: Sequence[str]
    reasons: Sequence[str]
    """Why each was closed."""

    def __post_init__(self) -> None:
        """Raise ValueError when lengths differ, a number is unreadable, or a trade ends before it begins."""
        entered, exited = whole(self.entered_ms, "entries"), whole(self.exited_ms, "exits")
        finite(self.net, "net results", least=0)
        finite(self.traded, "traded values", least=0)
        columns = (entered, exited, self.net, self.traded, self.symbols, self.reasons)
        if len({len(column) for column in columns}) > 1:
            raise ValueError(f"columns of trades of different lengths: {[len(column) for column in columns]}")
        if (exited < entered).any():
            raise ValueError("a trade ends before it begins")

    def __len__(self) -> int:
        return len(self.net)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFigures:
    """What trades say together; what is not defined for them is None."""

    trades: int
    net: float
    """Rupees."""
    win_rate: float | None
    """The share of trades above zero; one at exactly zero was not won. None without trades."""
    profit_factor: float | None
    """What winners made over what losers lost. None without a loser: it is not infinite, it is unknown."""
    expectancy: float | None
    """Rupees for each trade on average. None without trades."""
    duration_s_mean: float | None
    """Seconds from first to last fill on average, in calendar time. None without trades."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The trades that share a symbol, an hour or a reason."""

    name: str
    figures: TradeFigures = field(repr=False)


def trade_figures(trades: ClosedTrades) -> TradeFigures:
    """Return what all trades say together."""
    return _figures(trades, np.arange(len(trades)))


def by_symbol(trades: ClosedTrades) -> tuple[Group, ...]:
    """The figures of each symbol, in alphabetical order."""
    return _grouped(trades, trades.symbols)


def by_reason(trades: ClosedTrades) -> tuple[Group, ...]:
    """The figures of each exit reason, in alphabetical order."""
    return _grouped(trades, trades.reasons)


def by_hour(trades: ClosedTrades) -> tuple[Group, ...]:
    """The figures of each hour of the day in India in which trades were entered, "09" first."""
    midnight = midnight_ms(date_of(0))
    hours = (trades.entered_ms - midnight) % MS_PER_DAY // _MS_PER_HOUR
    return _grouped(trades, [f"{hour:02d}" for hour in hours.tolist()])


def exposure(at_ms: Ints, trades: ClosedTrades) -> float | None:
    """The share of the curve's steps in which any trade was open, from 0 to 1; None when it has no step.

    Each step counts the same, so a curve of one point for each bar gives the share of market time, without
    nights. A trade counts in a step that it touches for longer than a moment.
    """
    if len(at_ms) < 2:  # noqa: PLR2004 - two points make a step
        return None
    begun = np.searchsorted(np.sort(trades.entered_ms), at_ms[1:], side="left")
    over = np.searchsorted(np.sort(trades.exited_ms), at_ms[:-1], side="right")
    return float(np.mean(begun > over))


def _grouped(trades: ClosedTrades, names: Iterable[str]) -> tuple[Group, ...]:
    labels, member = np.unique(np.array(list(names), dtype=object).astype(str), return_inverse=True)
    order = np.argsort(member, kind="stable")
    bounds = [0, *np.cumsum(np.bincount(member, minlength=len(labels))).tolist()]
    chosen = (order[start:end] for start, end in pairwise(bounds))
    return tuple(
        Group(name=str(name), figures=_figures(trades, rows))
        for name, rows in zip(labels, chosen, strict=True)
    )


def _figures(trades: ClosedTrades, rows: Ints) -> TradeFigures:
    net = trades.net[rows]
    held_ms = trades.exited_ms[rows] - trades.entered_ms[rows]
    lost = -float(net[net < 0].sum())
    some = len(net) > 0
    return TradeFigures(
        trades=len(net),
        net=float(net.sum()),
        win_rate=float((net > 0).mean()) if some else None,
        profit_factor=float(net[net > 0].sum()) / lost if lost > 0 else None,
        expectancy=float(net.mean()) if some else None,
        duration_s_mean=float(held_ms.mean()) / MS_PER_SECOND if some else None,
    )
