"""Buying and holding: the same cash, in equal parts, into every symbol at its first close."""

from dataclasses import dataclass

import numpy as np

from trading_bot.backtest.result import BacktestResult
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.research.arrays import Floats, Ints
from trading_bot.research.performance import AgainstHolding, against_holding

_LEAST_CLOSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The account of somebody who bought and slept."""

    at_ms: Ints
    """The beginning, then the end of each day."""
    equity: Floats
    """Rupees, without charges."""
    against: AgainstHolding


def holding_of(result: BacktestResult) -> Holding | None:
    """Return what holding would have brought; None where no symbol has closes of two days.

    A part waits in cash until its symbol has a first close, and stays at the last close when no more come.
    """
    closes = {symbol: series for symbol, series in result.closes.items() if series[0].size}
    if max((at_ms.size for at_ms, _ in closes.values()), default=0) < _LEAST_CLOSES:
        return None
    times = np.unique(np.concatenate([at_ms for at_ms, _ in closes.values()]))
    growth = np.mean([_growth(times, at_ms, prices) for at_ms, prices in closes.values()], axis=0)
    at_ms = np.concatenate((result.at_ms[:1], times))
    equity = float(result.cash) * np.concatenate(([1.0], growth))
    curve = (result.at_ms, result.equity / PAISE_PER_RUPEE)
    return Holding(at_ms=at_ms, equity=equity, against=against_holding(curve, (at_ms, equity)))


def _growth(times: Ints, at_ms: Ints, closes: Ints) -> Floats:
    """The newest close at each time as a multiple of the first; before that the first itself, so 1."""
    newest = np.searchsorted(at_ms, times, side="right") - 1
    return np.asarray(closes[np.maximum(newest, 0)] / closes[0])
