"""What differs between two plays of a day, and why."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why something differs."""

    SIGNAL = "signal"
    """The strategy said something else: never explained, the inputs or the candles differ."""
    LATENCY = "latency"
    """The order reached the exchange at another moment."""
    PRICE = "price"
    """The same moment as far as it is recorded; the quotes moved within it."""
    QUEUE = "queue"
    """A resting order had its turn at another moment, or never."""
    PARTIAL = "partial"
    """Another part of the order traded."""
    REJECT = "reject"
    """The broker or the exchange did not take the order on one side."""
    FOLLOWS = "follows"
    """A limit, a spacing, a size or an exit that followed from an earlier difference."""
    NOT_TRADED = "not traded"
    """A signal was traded on one side only, which followed from an earlier difference."""
    UNEXPLAINED = "unexplained"

    @property
    def is_explained(self) -> bool:
        """Whether nothing is left to be asked."""
        return self not in (Cause.SIGNAL, Cause.UNEXPLAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line of the comparison."""

    at_ms: int
    """When it began to matter, on the side where it was earlier."""
    instrument_key: str
    what: str
    """``signal``, ``denial``, ``plan``, ``orders``, ``entry`` or ``exit``."""
    cause: Cause
    text: str
