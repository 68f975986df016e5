"""How sure a Sharpe ratio is, given its length, its tails, and the number of trials it was the best of.

All Sharpe ratios here are of one period (a daily one is the annual one over sqrt(252)), never annualised.
Sources: Bailey and Lopez de Prado, "The Sharpe ratio efficient frontier" (2012), for the probabilistic ratio
and the minimum track record; the same, "The deflated Sharpe ratio" (2014), for the expected maximum and the
deflation. All take the returns of the periods as independent; where they follow each other, certainty is
overstated.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import finite, is_flat

_NORMAL = NormalDist()
_EULER_MASCHERONI = float(np.euler_gamma)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharpeSample:
    """A measured Sharpe ratio and what its error depends on."""

    sharpe: float
    """Mean over standard deviation (n - 1) of the returns of one period."""
    periods: int
    skewness: float
    """Third standardised moment, as of the sample; 0 for a normal distribution."""
    kurtosis: float
    """Fourth standardised moment, not in excess: 3 for a normal distribution."""

    @property
    def _spread(self) -> float:
        """The asymptotic variance of the ratio times the number of periods (Mertens 2002).

        Returns of two values only can bring it to 0, where it says nothing: it stays above that.
        """
        spread = 1 - self.skewness * self.sharpe + (self.kurtosis - 1) / 4 * self.sharpe**2
        return max(spread, 1 / self.periods)

    @property
    def error(self) -> float:
        """The standard error of the ratio."""
        return math.sqrt(self._spread / (self.periods - 1))

    def probability_above(self, benchmark: float) -> float:
        """The probabilistic Sharpe ratio: the probability (0 to 1) that the true one is above `benchmark`."""
        return _NORMAL.cdf((self.sharpe - benchmark) / self.error)

    def minimum_periods(self, benchmark: float = 0.0, confidence: float = 0.95) -> float | None:
        """How long a record must be for the ratio to be above `benchmark` with that confidence, in periods.

        None when the ratio is not above it: no length would do. Raises ValueError for a confidence outside
        0.5 to 1.
        """
        if not 0.5 < confidence < 1:  # noqa: PLR2004 - below it, the formula asks for a ratio that is too low
            raise ValueError(f"a confidence of {confidence} is not between 0.5 and 1")
        if self.sharpe <= benchmark:
            return None
        return 1 + self._spread * (_NORMAL.inv_cdf(confidence) / (self.sharpe - benchmark)) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What was tried before a result was chosen."""

    count: int
    """All trials, also those that were thrown away."""
    variance: float
    """Variance (n - 1) of their Sharpe ratios of one period; 0 for a single trial."""

    def __post_init__(self) -> None:
        """Raise ValueError for less than one trial, or a variance below zero or unreadable."""
        if self.count < 1:
            raise ValueError(f"{self.count} trials: the one at hand is a trial")
        if not (self.variance >= 0 and math.isfinite(self.variance)):
            raise ValueError(f"a variance of {self.variance}")

    @property
    def expected_maximum(self) -> float:
        """The Sharpe ratio that the best of the trials is expected to show when none has an edge.

        sqrt(variance) * ((1 - g) * z(1 - 1/N) + g * z(1 - 1/(N * e))), with g of Euler and Mascheroni; 0 for
        one trial. Trials that resemble each other are fewer than their number, so it errs to the strict side
        for them.
        """
        if self.count == 1:
            return 0.0
        usual, late = (_NORMAL.inv_cdf(1 - 1 / (self.count * scale)) for scale in (1, math.e))
        return math.sqrt(self.variance) * ((1 - _EULER_MASCHERONI) * usual + _EULER_MASCHERONI * late)


def sharpe_sample(returns: npt.ArrayLike) -> SharpeSample | None:
    """Measure returns of one period each, shape (n,); None when they do not vary.

    Raises ValueError when they are fewer than two or not finite.
    """
    series = finite(returns, "returns", least=2)
    if is_flat(series):
        return None
    away = series - series.mean()
    variance = float(np.mean(away**2))
    return SharpeSample(
        sharpe=float(series.mean() / series.std(ddof=1)),
        periods=len(series),
        skewness=float(np.mean(away**3)) / variance**1.5,
        kurtosis=float(np.mean(away**4)) / variance**2,
    )


def deflated_sharpe(sample: SharpeSample, trials: Trials) -> float:
    """The deflated Sharpe ratio: the probability (0 to 1) that the true one is above what luck shows."""
    return sample.probability_above(trials.expected_maximum)


def trials_of(ratios: Iterable[float | None], periods: int) -> Trials:
    """The record of trials from the Sharpe ratios of one period of all, and the length of the record at hand.

    One without a ratio (it never traded, or lost everything) counts; it is left out of the variance, which it
    would make look smaller than luck is. Where fewer than two of several are known, the variance is that of
    luck alone over so many periods, 1 / n: an unknown spread is not none.
    """
    every = list(ratios)
    known = np.array([ratio for ratio in every if ratio is not None])
    if known.size > 1:
        return Trials(count=len(every), variance=float(known.var(ddof=1)))
    return Trials(count=len(every), variance=1 / periods if len(every) > 1 and periods else 0.0)


def mean_correlation(returns: npt.ArrayLike) -> float | None:
    """How much trials resemble each other: the mean of the correlations of all pairs.

    Returns are (n periods, trials); None where fewer than two trials vary. Raises ValueError as
    `sharpe_sample`.
    """
    table = finite(returns, "returns of trials", least=2, axes=2)
    away = table - table.mean(axis=0)
    lengths = np.sqrt((away**2).sum(axis=0))
    varies = lengths > 1e-12 * np.abs(table).max(axis=0) * math.sqrt(len(table))
    count = int(varies.sum())
    if count < 2:  # noqa: PLR2004 - a pair
        return None
    together = (away[:, varies] / lengths[varies]).sum(axis=1)
    return float((together @ together - count) / (count * (count - 1)))


def independent_trials(count: int, correlation: float) -> float:
    """How many independent trials so many are worth: c + (1 - c) * count (2014, appendix 3).

    `correlation` is their mean; below 0 they are worth as many as they are. Raises ValueError for less than
    one trial, or a correlation above 1.
    """
    if count < 1 or not correlation <= 1:
        raise ValueError(f"{count} trials with a mean correlation of {correlation}")
    shared = max(0.0, correlation)
    return shared + (1 - shared) * count
