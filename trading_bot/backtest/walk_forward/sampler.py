"""How sets are chosen one after the other, and when one is given up."""

from enum import StrEnum


class Sampler(StrEnum):
    """How the next set is chosen."""

    TPE = "tpe"
    """Where good ones were, more are tried."""
    EVOLUTION = "evolution"
    """Children of the best so far."""
    RANDOM = "random"
    GRID = "grid"
    """Every combination."""


class Pruner(StrEnum):
    """Which sets are given up before all days were played: a quarter is played first, then half, then all."""

    NONE = "none"
    MEDIAN = "median"
    """Those that are below the median of the others at the same stage."""
    HALVING = "halving"
    """All but the better half at each stage."""
