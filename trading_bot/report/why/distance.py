"""How far a gate's value lies from what it needed, read from its condition."""

import re
from dataclasses import dataclass

from trading_bot.domain.gate import Gate

_NUMBER = r"([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)"
_BOUND = re.compile(rf"(>=|<=|>|<)\s*{_NUMBER}")
_RANGE = re.compile(rf"^{_NUMBER} to {_NUMBER}")
_UNITS_END = re.compile(r"[:;]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """From a measured value to the nearest threshold of its condition, in the gate's own units."""

    threshold: float
    amount: float
    """Not negative: how much is missing where the gate failed, how much is to spare where it passed."""
    is_too_low: bool
    """Whether the value lies below the threshold."""
    unit: str
    """What the condition says after its last number; empty for a plain number."""


def distance_of(gate: Gate) -> Distance | None:
    """The distance to the nearest threshold; None where nothing was measured or the condition has none."""
    if isinstance(gate.measured, bool) or not isinstance(gate.measured, int | float):
        return None
    condition = _UNITS_END.split(gate.needed)[0]
    found = _RANGE.search(condition)
    thresholds, end = [], 0
    if found:
        lower, upper = float(found[1]), float(found[2])
        thresholds, end = [lower if gate.measured < lower else upper], found.end()
    for bound in _BOUND.finditer(condition):
        thresholds.append(float(bound[2]))
        end = bound.end()
    if not thresholds:
        return None
    nearest = min(thresholds, key=lambda threshold: abs(threshold - gate.measured))  # type: ignore[operator]  # a number
    return Distance(
        threshold=nearest,
        amount=abs(nearest - gate.measured),
        is_too_low=gate.measured < nearest,
        unit=condition[end:].strip(),
    )
