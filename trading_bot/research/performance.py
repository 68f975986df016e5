"""The figures of a backtest or a period of trading: from its equity curve and its trades."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Floats, is_flat, rising_times
from trading_bot.research.daily import DailyEquity, daily_equity
from trading_bot.research.drawdown import Drawdown, deepest_drawdown, longest_drawdown
from trading_bot.research.ratios import TRADING_DAYS, cagr, calmar, sharpe, sortino, volatility
from trading_bot.research.trades import ClosedTrades, TradeFigures, trade_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReturn:
    """The compounded return of a calendar month in India."""

    year: int
    month: int
    total_return: float | None
    """A fraction; None when equity was not above zero at its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFigures:
    """What an equity curve says. Ratios and rates are fractions; what is not defined is None."""

    days: int
    """Days with a return."""
    total_return: float
    cagr: float | None
    """None when equity ended, or ever closed a day, at zero or below, or no day has a return."""
    volatility: float | None
    """Annualised; None below two daily returns."""
    sharpe: float | None
    """None when daily returns do not vary."""
    sortino: float | None
    """None when no day fell short."""
    calmar: float | None
    """None without a drawdown."""
    max_drawdown: Drawdown | None
    """Of every point of the curve, not of daily closes only. None when it never fell."""
    longest_drawdown: Drawdown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstHolding:
    """A curve beside buying and holding."""

    holding: CurveFigures
    excess_return: float
    """Total return less that of holding, as fractions."""
    correlation: float | None
    """Of daily returns; None when either does not vary or fewer than two days are common."""
    beta: float | None
    """Covariance with holding's daily returns over their variance; None as above."""
    alpha: float | None
    """The compounded annual rate of mean(return - beta * holding's return) a day; None as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Everything that is told of a result."""

    curve: CurveFigures
    trades: TradeFigures
    turnover: float | None
    """Rupees traded (both sides) for each rupee of mean equity and year; None without days or equity."""
    months: tuple[MonthReturn, ...]


def performance(
    at_ms: npt.ArrayLike,
    equity: npt.ArrayLike,
    trades: ClosedTrades,
    *,
    per_year: float = TRADING_DAYS,
    risk_free: float = 0.0,
) -> Performance:
    """Return the figures of a curve (epoch ms and rupees, both (n,)) and its closed trades.

    Daily figures use the last equity of each day in India. `risk_free` is a rate for each year.
    Raises ValueError when lengths differ, times fall, a value is not finite, or equity begins at
    zero or below.
    """
    times = rising_times(at_ms, "times of the curve")
    daily = daily_equity(times, equity)
    return Performance(
        curve=curve_figures(times, equity, per_year=per_year, risk_free=risk_free),
        trades=trade_figures(trades),
        turnover=_turnover(trades, daily, per_year),
        months=monthly_returns(daily),
    )


def curve_figures(
    at_ms: npt.ArrayLike, equity: npt.ArrayLike, *, per_year: float = TRADING_DAYS, risk_free: float = 0.0
) -> CurveFigures:
    """Return what a curve says by itself; arguments and errors as of `performance`."""
    daily = daily_equity(at_ms, equity)
    deepest = deepest_drawdown(at_ms, equity)
    returns = daily.returns
    end = float(daily.closes[-1]) if daily.closes.size else daily.begin
    some = returns if returns is not None else np.empty(0)
    growth = cagr(some, per_year) if some.size else None
    return CurveFigures(
        days=len(daily.days),
        total_return=end / daily.begin - 1,
        cagr=growth,
        volatility=volatility(some, per_year) if some.size else None,
        sharpe=sharpe(some, per_year, risk_free) if some.size else None,
        sortino=sortino(some, per_year, risk_free) if some.size else None,
        calmar=calmar(growth, deepest.depth if deepest else None),
        max_drawdown=deepest,
        longest_drawdown=longest_drawdown(at_ms, equity),
    )


def monthly_returns(daily: DailyEquity) -> tuple[MonthReturn, ...]:
    """The return of each month that has a day, from the close before it to its last close."""
    table, before, row = [], daily.begin, 0
    for (year, month), days in groupby(daily.dates, key=lambda day: (day.year, day.month)):
        row += len(list(days))
        close = float(daily.closes[row - 1])
        grown = close / before - 1 if before > 0 else None
        table.append(MonthReturn(year=year, month=month, total_return=grown))
        before = close
    return tuple(table)


def against_holding(
    curve: tuple[npt.ArrayLike, npt.ArrayLike],
    holding: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    per_year: float = TRADING_DAYS,
) -> AgainstHolding:
    """Compare a curve with holding, each given as times (epoch ms) and values (n,) in any unit.

    Total returns are of each curve as it is given: give both the same span. Daily figures are of the
    days on which both have a return; a day that one lacks is left out and not filled.
    Raises ValueError as `performance` does.
    """
    ours, theirs = daily_equity(*curve), daily_equity(*holding)
    figures = curve_figures(*holding, per_year=per_year)
    beta = alpha = correlation = None
    mine, market = _common(ours, theirs)
    if not (is_flat(mine) or is_flat(market)):
        beta = float(np.cov(mine, market)[0, 1] / market.var(ddof=1))
        alpha = _annual(float(np.mean(mine - beta * market)), per_year)
        correlation = float(np.corrcoef(mine, market)[0, 1])
    gained = curve_figures(*curve, per_year=per_year).total_return
    return AgainstHolding(
        holding=figures,
        excess_return=gained - figures.total_return,
        correlation=correlation,
        beta=beta,
        alpha=alpha,
    )


def _common(ours: DailyEquity, theirs: DailyEquity) -> tuple[Floats, Floats]:
    """Daily returns on the days of both; empty when those of either are undefined."""
    mine, market = ours.returns, theirs.returns
    if mine is None or market is None:
        return np.empty(0), np.empty(0)
    _, left, right = np.intersect1d(ours.days, theirs.days, assume_unique=True, return_indices=True)
    return mine[left], market[right]


def _annual(daily_rate: float, per_year: float) -> float | None:
    return (1 + daily_rate) ** per_year - 1 if daily_rate > -1 else None


def _turnover(trades: ClosedTrades, daily: DailyEquity, per_year: float) -> float | None:
    if not daily.closes.size or (mean := float(daily.closes.mean())) <= 0:
        return None
    return float(trades.traded.sum()) / mean * per_year / len(daily.days)
