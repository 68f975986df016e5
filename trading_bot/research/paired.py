"""Whether two ways of trading the same days differ by more than luck: the differences, day by day.

The days are the pairs, so whatever both ways had in common (a good market, a bad one) drops out. If the two
were equally good, each day's difference could as well have had the other sign: the share of all such choices
of signs whose mean is at least as far from zero is the p-value (Fisher's randomisation test), and the
interval holds every difference that the test would not refuse. It takes days as independent, and a
difference as likely above its middle as below.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Floats, finite

CONFIDENCE = 0.95
_POWER = 0.8
_EXACT_DAYS = 13
"""Up to so many days that differ every choice of signs is looked at."""
_ROUNDS = 9_999
_HALVINGS = 50
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """The mean difference of one day, second less first, and how sure it is."""

    days: int
    moved: int
    """Days on which the two differ at all."""
    mean: float
    p: float
    """How often luck alone is at least as far from zero, 0 to 1."""
    low: float | None
    """Where the true mean begins at the given confidence; None where so few days leave it open."""
    high: float | None
    confidence: float
    needed: int | None
    """Days after which a true difference of this size would be seen four times of five; None where the
    measured one is zero."""

    @property
    def is_told(self) -> bool:
        """Whether luck is an unlikely explanation."""
        return self.p <= 1 - self.confidence


def least_days(confidence: float = CONFIDENCE) -> int:
    """Days that have to differ before the test can refuse luck at all. Raises ValueError outside 0.5 to 1."""
    if not 0.5 < confidence < 1:  # noqa: PLR2004 - below it, luck would be refused most of the time
        raise ValueError(f"a confidence of {confidence} is not between 0.5 and 1")
    return math.ceil(1 - math.log2(1 - confidence) - _ROUNDING)


def paired_difference(
    first: npt.ArrayLike, second: npt.ArrayLike, rng: np.random.Generator, confidence: float = CONFIDENCE
) -> PairedDifference | None:
    """Compare the results of the same days, both of shape (n,); None without days.

    Raises ValueError when lengths differ, a value is not finite, or for a confidence outside 0.5 to 1.
    """
    before, after = finite(first, "first results", least=0), finite(second, "second results", least=0)
    if len(before) != len(after):
        raise ValueError(f"{len(before)} days of one and {len(after)} of the other are no pairs")
    least = least_days(confidence)
    if not len(before):
        return None
    away = after - before
    moved = int(np.count_nonzero(away))
    signs = _signs(away != 0, rng)
    mean = float(away.mean())
    is_open = moved < least or len(away) < least
    low, high = (None, None) if is_open else _interval(away, rng, 1 - confidence)
    return PairedDifference(
        days=len(away),
        moved=moved,
        mean=mean,
        p=_p(away, signs),
        low=low,
        high=high,
        confidence=confidence,
        needed=_needed(away, confidence),
    )


def _signs(moves: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Choices of signs, one a row, the one that was observed among them: all of them where they are few."""
    count, moved = len(moves), np.flatnonzero(moves)
    if len(moved) <= _EXACT_DAYS:
        numbers = np.arange(2 ** len(moved))[:, np.newaxis] >> np.arange(len(moved))
        chosen = 1.0 - 2.0 * (numbers & 1)
    else:
        drawn = rng.integers(0, 2, size=(_ROUNDS, len(moved)))
        chosen = np.concatenate((np.ones((1, len(moved))), 1.0 - 2.0 * drawn))
    signs = np.ones((len(chosen), count))
    signs[:, moved] = chosen
    return signs


def _p(away: Floats, signs: Floats) -> float:
    return _share(np.abs(signs @ away), abs(float(away.sum())))


def _share(drawn: Floats, observed: float) -> float:
    """How many of the choices are at least as far from zero, as a part of all."""
    return float(np.mean(drawn >= observed * (1 - _ROUNDING)))


def _interval(away: Floats, rng: np.random.Generator, alpha: float) -> tuple[float, float]:
    """The differences that the test does not refuse, found by halving on both sides of the mean."""
    signs = _signs(np.ones(len(away), dtype=np.bool_), rng)
    sums, counts = signs @ away, signs.sum(axis=1)
    middle, reach = float(away.mean()), float(np.abs(away - away.mean()).max()) * 2
    ends = []
    for side in (-1.0, 1.0):
        inside, outside = 0.0, reach
        for _ in range(_HALVINGS):
            step = (inside + outside) / 2
            shift = middle + side * step
            if _share(np.abs(sums - shift * counts), abs(float((away - shift).sum()))) > alpha:
                inside = step
            else:
                outside = step
        ends.append(middle + side * outside)
    return ends[0], ends[1]


def _needed(away: Floats, confidence: float) -> int | None:
    """Of a normal distribution with the measured mean and spread."""
    mean = abs(float(away.mean()))
    if not mean or len(away) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    normal = NormalDist()
    reach = normal.inv_cdf((1 + confidence) / 2) + normal.inv_cdf(_POWER)
    return max(least_days(confidence), math.ceil((reach * float(away.std(ddof=1)) / mean) ** 2))
