"""Prices put in another order: what a strategy makes of a market in which order means nothing.

Source: Masters, "Permutation and randomization tests for trading system development" (2020), chapter on bar
permutation. The generator is the caller's, seeded: the same seed gives the same orders.
"""

import math

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Bools, Floats, Ints, finite, is_flat

_OPEN, _HIGH, _LOW, _CLOSE = range(4)


def permuted_bars(
    bars: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    opens_session: npt.ArrayLike | None = None,
    kept: int = 1,
) -> Floats:
    """Put the relative moves of bars in a random order, for several instruments in step.

    `bars` are prices open, high, low, close of shape (n bars, 4) or (instruments, n bars, 4), bar i of all
    instruments at the same time. The moves inside bars (high, low and close relative to the open) get one
    order, the gaps between bars (open relative to the close before) another, both the same for all
    instruments, so that what moves together stays together. `opens_session`, flags (n,), marks the first bar
    of each session: those gaps, which span a night, change places among themselves. The first `kept` bars
    stay as they are (a warm-up, at least one).

    Returns prices of the same shape. The first bar and the last close are the same but for rounding, so the
    trend is kept; volatility that clusters, or that depends on the time of day, is not, and neither is any
    tick size. Raises ValueError for prices that are not positive, a high or low that its bar leaves, or a
    shape that differs.
    """
    prices = np.asarray(bars, dtype=np.float64)
    _demand_bars(prices, kept)
    logs = np.log(prices)
    inner = logs[..., kept:, _HIGH:] - logs[..., kept:, _OPEN, np.newaxis]
    gaps = logs[..., kept:, _OPEN] - logs[..., kept - 1 : -1, _CLOSE]
    firsts = _flags(opens_session, prices.shape[-2])[kept:]
    inner = inner[..., rng.permutation(len(firsts)), :]
    gaps = gaps[..., _order_within(firsts, rng)]
    moved = prices.copy()
    moved[..., kept:, :] = np.exp(_rebuilt(logs[..., kept - 1, _CLOSE], inner, gaps))
    return moved


def p_value(observed: float, permuted: npt.ArrayLike) -> float:
    """How often chance does as well: (1 + permuted figures at or above the observed) / (1 + their number).

    The observed order is one of the possible ones, hence the ones: the value is never 0, and with 99
    permutations not below 0.01. Give for each permutation the best figure of all trials, where the observed
    one was the best of as many. Raises ValueError when a figure is not finite or there is none.
    """
    figures = finite(permuted, "permuted figures")
    best = finite([observed], "observed figures")
    return float((1 + (figures >= best).sum()) / (1 + len(figures)))


def best_of_p(observed: float, permuted: npt.ArrayLike, trials: int) -> float:
    """How often chance does as well with the best of so many trials, at most, 0 to 1.

    `permuted` are figures of the one that was chosen, alone: playing all trials on all permutations is dear.
    `p_value` times the number of trials (Bonferroni). With several trials that would ask for thousands of
    permutations, so where none does as well, the tail beyond them is taken from `normal_tail`. Raises
    ValueError as they do, and for less than one trial.
    """
    if trials < 1:
        raise ValueError(f"{trials} trials")
    alone = p_value(observed, permuted)
    if trials > 1 and observed > np.max(permuted):
        alone = normal_tail(observed, permuted)
    return min(1.0, alone * trials)


def normal_tail(observed: float, permuted: npt.ArrayLike) -> float:
    """The chance that one more figure like the permuted ones is at or above the observed, were they normal.

    By Student's t, which knows that their mean and spread are estimates. Sharpe ratios of many days are
    nearly normal; of a handful of trades they are not. Figures that are all the same have no tail: then it is
    `p_value`. Raises ValueError as that.
    """
    rank = p_value(observed, permuted)
    figures = finite(permuted, "permuted figures")
    if len(figures) < 2 or is_flat(figures):  # noqa: PLR2004 - a spread needs two
        return rank
    spread = float(figures.std(ddof=1)) * math.sqrt(1 + 1 / len(figures))
    return _student_tail((observed - float(figures.mean())) / spread, len(figures) - 1)


def _student_tail(t: float, freedom: int) -> float:
    """The chance of Student's t at or above `t` (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    is_odd = freedom % 2
    term = math.cos(angle) if is_odd else 1.0
    total = 0.0
    for number in range(2 + is_odd, freedom + 1, 2):
        total += term
        term *= square * (number - 1) / number
    within = math.sin(angle) * total
    if is_odd:
        within = (angle + within) * 2 / math.pi
    return max(0.0, (1 - within) / 2)


def _demand_bars(prices: Floats, kept: int) -> None:
    if prices.ndim not in {2, 3} or prices.shape[-1] != 4:  # noqa: PLR2004 - one or several, of four prices
        raise ValueError(f"bars of shape {prices.shape} instead of (bars, 4) or (instruments, bars, 4)")
    if not 1 <= kept <= prices.shape[-2]:
        raise ValueError(f"{kept} of {prices.shape[-2]} bars cannot be kept")
    if not (np.isfinite(prices).all() and (prices > 0).all()):
        raise ValueError("bars hold prices that are not positive")
    if (prices.max(axis=-1) > prices[..., _HIGH]).any() or (prices.min(axis=-1) < prices[..., _LOW]).any():
        raise ValueError("bars hold prices outside their high and low")


def _flags(opens_session: npt.ArrayLike | None, bars: int) -> Bools:
    flags = np.zeros(bars, np.bool_) if opens_session is None else np.asarray(opens_session, dtype=np.bool_)
    if flags.shape != (bars,):
        raise ValueError(f"{flags.shape} flags of sessions for {bars} bars")
    return flags


def _order_within(firsts: Bools, rng: np.random.Generator) -> Ints:
    """A random order in which the nights change places among themselves, and all other gaps too."""
    order = np.arange(len(firsts))
    for places in (np.flatnonzero(firsts), np.flatnonzero(~firsts)):
        order[places] = rng.permutation(places)
    return order


def _rebuilt(close: npt.NDArray[np.float64], inner: Floats, gaps: Floats) -> Floats:
    """Log prices that follow a log close by gaps (…, n) and moves inside bars (…, n, 3)."""
    closes = close[..., np.newaxis] + np.cumsum(gaps + inner[..., -1], axis=-1)
    opens = (closes - inner[..., -1])[..., np.newaxis]
    return np.concatenate((opens, opens + inner), axis=-1)
