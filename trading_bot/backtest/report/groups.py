"""Trades in groups: by symbol, by hour of entry, by what ended them; money exact, ratios of closed ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from trading_bot.backtest.result import BacktestResult, BacktestTrade
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import ZERO, round_to_paisa, rupees
from trading_bot.research.trades import TradeFigures, trade_figures

OPEN = "open"
"""Stands where a trade that is still held would have its exit reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeGroup:
    """Some of a backtest's trades. Amounts are rupees; what is still held counts at its last price."""

    name: str
    trades: int
    open_trades: int
    gross: Decimal
    charges: Decimal
    traded: Decimal
    """Bought plus sold."""
    closed_net: Decimal
    closed: TradeFigures
    """Of those that are flat again."""

    @property
    def net(self) -> Decimal:
        """After charges."""
        return self.gross - self.charges

    @property
    def expectancy(self) -> Decimal | None:
        """Rupees for each closed trade on average, to the paisa; None without any."""
        return round_to_paisa(self.closed_net / self.closed.trades) if self.closed.trades else None


def group_of(name: str, result: BacktestResult, trades: Sequence[BacktestTrade]) -> TradeGroup:
    """These trades of a result as one group."""
    results = [trade.result for trade in trades]
    flat = [one for one in results if not one.record.open_quantity]
    return TradeGroup(
        name=name,
        trades=len(results),
        open_trades=len(results) - len(flat),
        gross=sum((one.gross for one in results), ZERO),
        charges=sum((one.total_charges for one in results), ZERO),
        traded=rupees(sum(one.record.entered_value + one.record.exited_value for one in results)),
        closed_net=sum((one.net for one in flat), ZERO),
        closed=trade_figures(replace(result, trades=tuple(trades)).closed_trades()),
    )


def by_symbol(result: BacktestResult) -> tuple[TradeGroup, ...]:
    """One group for each symbol that was traded, in alphabetical order."""
    return _grouped(result, symbol_of)


def by_hour(result: BacktestResult) -> tuple[TradeGroup, ...]:
    """One group for each hour of the day in India in which trades were entered, earliest first."""
    return _grouped(result, hour_of)


def by_reason(result: BacktestResult) -> tuple[TradeGroup, ...]:
    """One group for each exit reason, and one for what is still held, in alphabetical order."""
    return _grouped(result, reason_of)


def symbol_of(trade: BacktestTrade) -> str:
    """What was traded."""
    return trade.result.instrument.symbol


def hour_of(trade: BacktestTrade) -> str:
    """The hour of its entry, as "09"; of its plan when nothing of it was entered."""
    record = trade.result.record
    at_ms = record.trade.planned_at_ms if record.entered_at_ms is None else record.entered_at_ms
    return f"{datetime_of(at_ms):%H}"


def reason_of(trade: BacktestTrade) -> str:
    """Why it ended."""
    closed = trade.result.record.closed
    return OPEN if closed is None else closed.exit_reason.value


def _grouped(result: BacktestResult, name_of: Callable[[BacktestTrade], str]) -> tuple[TradeGroup, ...]:
    members: dict[str, list[BacktestTrade]] = {}
    for trade in result.trades:
        members.setdefault(name_of(trade), []).append(trade)
    return tuple(group_of(name, result, members[name]) for name in sorted(members))
