"""Closed trades as columns, and what they say together."""

from dataclasses import dataclass

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.research.arrays import Floats, Ints, finite, whole


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

    def __post_init__(self) -> None:
        """Raise ValueError when lengths differ, a number is unreadable, or a trade ends before it begins."""
        entered, exited = whole(self.entered_ms, "entries"), whole(self.exited_ms, "exits")
        finite(self.net, "net results", least=0)
        finite(self.traded, "traded values", least=0)
        columns = (entered, exited, self.net, self.traded)
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


def trade_figures(trades: ClosedTrades) -> TradeFigures:
    """Return what trades say together."""
    net = trades.net
    held_ms = trades.exited_ms - trades.entered_ms
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
