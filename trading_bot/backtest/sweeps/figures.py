"""What came of one set: exact money from whole paise, and figures of its equity."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.domain.money import PAISE_PER_RUPEE, rupees
from trading_bot.research.arrays import Floats, Ints
from trading_bot.research.daily import DailyEquity, day_of
from trading_bot.research.drawdown import underwater
from trading_bot.research.ratios import sharpe

COMPILED = "compiled"
Returns = npt.NDArray[np.float32]
"""Six digits are enough to compare sets, and many of them are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One set's result over all shares. Money in rupees."""

    trades: int
    """Round trips that ended."""
    held: int
    """Units at the end, of all shares."""
    flow: Decimal
    """What flowed, fees taken: the cash of the end less that of the beginning."""
    fees: Decimal
    equity: Decimal
    """Cash, and what is held at its last close."""
    drawdown: float
    """The deepest fall of equity at closes, as a fraction of the peak before it."""
    sharpe: float | None
    """Annual, of daily equity; None where that does not vary."""
    path: str = COMPILED
    """`compiled`, or why the engine played it."""
    returns: Returns | None = field(default=None, compare=False, repr=False)
    """Of each day, as fractions; None where equity ended a day at zero or below."""


class Sums(NamedTuple):
    """One set on all shares, in whole paise."""

    trades: int
    held: Ints
    """Units at the end, by share."""
    flow: int
    """Without fees."""
    turnover: int


def figures_from(
    sums: Sums, policy: Policy, market: Market, drawdown: float, daily: Floats, *, path: str = COMPILED
) -> Figures:
    """Put together exact money and the figures of a curve; `daily` is equity at the ends of days, in paise.

    Whole paise and units make the money: the float fee inside the curve is not in it.
    """
    fees = policy.fee * rupees(sums.turnover)
    flow = rupees(sums.flow) - fees
    equity = daily_equity_of(market, policy, daily)
    last_closes = market.table[4, np.array(market.bounds[1:]) - 1]
    return Figures(
        trades=sums.trades,
        held=int(sums.held.sum()),
        flow=flow,
        fees=fees,
        equity=policy.cash + flow + rupees(int(sums.held @ last_closes)),
        drawdown=drawdown,
        sharpe=annual_sharpe(equity),
        path=path,
        returns=None if equity.returns is None else equity.returns.astype(np.float32),
    )


def daily_equity_of(market: Market, policy: Policy, daily: Floats) -> DailyEquity:
    """Equity in rupees at the end of each day, from that in paise."""
    days = day_of(market.times[market.day_ends - 1])
    return DailyEquity(days, float(policy.cash), daily / PAISE_PER_RUPEE)


def annual_sharpe(equity: DailyEquity) -> float | None:
    """The Sharpe ratio of daily returns; None where there is none."""
    returns = equity.returns
    return None if returns is None else sharpe(returns)


def figures_of_fills(fills: list[Ints], policy: Policy, market: Market, path: str) -> Figures:
    """Work everything out from fills alone: rows of (candle, signed units, price), by share."""
    begin, total = _begin(policy), _total_equity(fills, policy, market)
    sums = Sums(
        trades=sum(len(rows) // 2 for rows in fills),
        held=np.array([int(rows[:, 1].sum()) for rows in fills]),
        flow=-sum(int(rows[:, 1] @ rows[:, 2]) for rows in fills),
        turnover=sum(int(np.abs(rows[:, 1]) @ rows[:, 2]) for rows in fills),
    )
    drawdown = float(underwater(np.concatenate(([begin], total))).max())
    return figures_from(sums, policy, market, drawdown, total[market.day_ends - 1], path=path)


def daily_equity_of_fills(fills: list[Ints], policy: Policy, market: Market) -> DailyEquity:
    """Equity of all shares at the end of each day."""
    return daily_equity_of(market, policy, _total_equity(fills, policy, market)[market.day_ends - 1])


def _begin(policy: Policy) -> float:
    return float(policy.cash * PAISE_PER_RUPEE)


def _total_equity(fills: list[Ints], policy: Policy, market: Market) -> Floats:
    """Equity of all shares at every moment that has a candle, in paise."""
    changes = np.zeros(len(market.times))
    for share, rows in zip(market.shares, fills, strict=True):
        equity = _equity(rows, policy, market.candles(share).closes)
        changes[market.slots[market.bounds[share] : market.bounds[share + 1]]] += np.diff(equity, prepend=0.0)
    total: Floats = _begin(policy) + np.cumsum(changes)
    return total


def _equity(rows: Ints, policy: Policy, closes: Ints) -> Floats:
    """One share's equity at each close, in paise, from nothing."""
    units, values = np.zeros(len(closes), np.int64), np.zeros(len(closes), np.int64)
    np.add.at(units, rows[:, 0], rows[:, 1])
    np.add.at(values, rows[:, 0], rows[:, 1] * rows[:, 2])
    turnover = np.zeros(len(closes), np.int64)
    np.add.at(turnover, rows[:, 0], np.abs(rows[:, 1]) * rows[:, 2])
    cash = -np.cumsum(values)
    equity: Floats = cash + np.cumsum(units) * closes - float(policy.fee) * np.cumsum(turnover)
    return equity
