"""Figures of a series of returns, by the definitions that `empyrical` uses.

Returns are simple returns of one period each (days, here), as an array of shape (n,). An annual figure takes
`per_year` periods for a year: 252 unless the caller says otherwise (Indian exchanges trade on about 247
days, so 252 flatters a Sharpe ratio by one percent). What is not defined is None, never 0 or infinite.
"""

import math

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import finite, is_flat

TRADING_DAYS = 252


def total_return(returns: npt.ArrayLike) -> float:
    """The compounded return of all periods, as a fraction. Raises ValueError without returns."""
    return float(np.prod(1 + finite(returns, "returns")) - 1)


def cagr(returns: npt.ArrayLike, per_year: float = TRADING_DAYS) -> float | None:
    """The compound annual growth rate: (1 + total return) ** (per_year / n) - 1, as a fraction.

    None when everything, or more, was lost. A short series is extrapolated: ten good days make an absurd one.
    Raises ValueError without returns.
    """
    series = finite(returns, "returns")
    grown = float(np.prod(1 + series))
    if grown <= 0 or (series <= -1).any():
        return None
    return float(math.expm1(min(math.log(grown) * per_year / len(series), 700.0)))


def volatility(returns: npt.ArrayLike, per_year: float = TRADING_DAYS) -> float | None:
    """The annualised standard deviation (n - 1 in the denominator), as a fraction; None below two returns."""
    series = finite(returns, "returns")
    return float(series.std(ddof=1)) * math.sqrt(per_year) if len(series) > 1 else None


def sharpe(returns: npt.ArrayLike, per_year: float = TRADING_DAYS, risk_free: float = 0.0) -> float | None:
    """The annualised Sharpe ratio: mean excess return over its deviation (n - 1), times sqrt(per_year).

    `risk_free` is a rate for each year. None when the returns do not vary. Source: Sharpe 1994.
    """
    excess = finite(returns, "returns") - periodic(risk_free, per_year)
    if is_flat(excess):
        return None
    return float(excess.mean() / excess.std(ddof=1)) * math.sqrt(per_year)


def sortino(returns: npt.ArrayLike, per_year: float = TRADING_DAYS, risk_free: float = 0.0) -> float | None:
    """The annualised Sortino ratio: mean excess return over the root mean square of all shortfalls.

    A period without shortfall counts as zero in that mean. `risk_free` is a rate for each year. None when no
    period fell short. Source: Sortino and Price 1994.
    """
    excess = finite(returns, "returns") - periodic(risk_free, per_year)
    shortfall = math.sqrt(float(np.mean(np.minimum(excess, 0) ** 2)))
    return float(excess.mean()) / shortfall * math.sqrt(per_year) if shortfall > 0 else None


def calmar(growth: float | None, deepest_drawdown: float | None) -> float | None:
    """CAGR over the maximum drawdown (a positive fraction); None when either is undefined or 0."""
    if growth is None or not deepest_drawdown:
        return None
    return growth / deepest_drawdown


def periodic(annual_rate: float, per_year: float) -> float:
    """The rate of one period that compounds to an annual rate. Raises ValueError at -100% or below."""
    if annual_rate <= -1:
        raise ValueError(f"an annual rate of {annual_rate} loses everything")
    return float(math.expm1(math.log1p(annual_rate) / per_year))
