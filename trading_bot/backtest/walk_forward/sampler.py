"""How sets are chosen one after the other."""

from enum import StrEnum


class Sampler(StrEnum):
    """How the next set is chosen."""

    TPE = "tpe"
    """Where good ones were, more are tried."""
    RANDOM = "random"
    GRID = "grid"
    """Every combination."""
