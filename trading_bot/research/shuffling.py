"""The order of trades was luck too: which drawdowns the same trades could have made."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Floats, finite

_CELLS = 4_000_000
"""So many points of shuffled curves are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShuffledDrawdowns:
    """Maximum drawdowns, as positive fractions of the peak before them."""

    observed: float
    """In the order in which the trades came."""
    shuffled: Floats
    """In each random order."""

    def quantile(self, share: float) -> float:
        """The drawdown that `share` (0 to 1) of the orders stay at or below."""
        return float(np.quantile(self.shuffled, share))

    @property
    def luck(self) -> float:
        """The share (0 to 1) of orders with a drawdown at least as deep as observed: near 1 was lucky."""
        return float(np.mean(self.shuffled >= self.observed))


def shuffled_drawdowns(
    results: npt.ArrayLike, equity: float, rng: np.random.Generator, rounds: int = 1_000
) -> ShuffledDrawdowns:
    """Put results of trades (or days), rupees, shape (n,), in random orders behind an equity in rupees.

    Results are added and not compounded, as with a size that does not follow equity; every order ends where
    the observed one does. Losses that come together in life are torn apart, so real falls may be deeper than
    these. Raises ValueError without results or rounds, for equity at zero or below, and for values that are
    not finite.
    """
    flows = finite(results, "results")
    if not equity > 0 or rounds < 1:
        raise ValueError(f"{rounds} rounds with an equity of {equity}")
    step = max(1, _CELLS // len(flows))
    counts = [min(step, rounds - done) for done in range(0, rounds, step)]
    shuffled = [_deepest(rng.permuted(np.tile(flows, (count, 1)), axis=1), equity) for count in counts]
    return ShuffledDrawdowns(
        observed=float(_deepest(flows[np.newaxis], equity)[0]), shuffled=np.concatenate(shuffled)
    )


def _deepest(flows: Floats, equity: float) -> Floats:
    """The maximum drawdown of each row of results."""
    curves = equity + np.cumsum(flows, axis=1)
    peaks = np.maximum(np.maximum.accumulate(curves, axis=1), equity)
    deepest: Floats = ((peaks - curves) / peaks).max(axis=1)
    return deepest
