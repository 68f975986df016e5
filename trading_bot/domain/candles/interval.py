"""The length of a candle as people and brokers write it: so many minutes, hours or days."""

import re
from enum import StrEnum
from typing import NamedTuple


class IntervalUnit(StrEnum):
    """Units of an interval, spelled as in Upstox's paths."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


_SECONDS = {IntervalUnit.MINUTES: 60, IntervalUnit.HOURS: 3_600, IntervalUnit.DAYS: 86_400}
_LETTERS = {"m": IntervalUnit.MINUTES, "h": IntervalUnit.HOURS, "d": IntervalUnit.DAYS}
_LENGTH_MAX = {IntervalUnit.MINUTES: 300, IntervalUnit.HOURS: 5, IntervalUnit.DAYS: 1}


class Interval(NamedTuple):
    """A number of units."""

    unit: IntervalUnit
    length: int

    @property
    def seconds(self) -> int:
        """The length in seconds."""
        return _SECONDS[self.unit] * self.length

    def __str__(self) -> str:
        """As `interval_of` reads it."""
        return f"{self.length}{self.unit[0]}"


DAY = Interval(IntervalUnit.DAYS, 1)
MINUTE = Interval(IntervalUnit.MINUTES, 1)


def interval_of(text: str) -> Interval:
    """Read `1m` to `300m`, `1h` to `5h`, or `1d`. Raises ValueError."""
    parts = re.fullmatch(r"(\d{1,3})([mhd])", text.strip().lower())
    if parts is not None:
        unit, length = _LETTERS[parts[2]], int(parts[1])
        if 1 <= length <= _LENGTH_MAX[unit]:
            return Interval(unit, length)
    raise ValueError(f"{text!r} is not an interval: 1m to 300m, 1h to 5h, or 1d")


def interval_text(seconds: int) -> str:
    """The length of a candle as it is written: 1m, 30m, 1h, 1d; of odd ones the seconds, as in 90s."""
    for unit in reversed(IntervalUnit):
        if seconds % _SECONDS[unit] == 0 and seconds:
            return str(Interval(unit, seconds // _SECONDS[unit]))
    return f"{seconds}s"


def seconds_of(text: str) -> int | None:
    """The seconds of a length as `interval_text` writes it; None for any other text."""
    parts = re.fullmatch(r"(\d{1,6})([smhd])", text.strip().lower())
    if parts is None or not int(parts[1]):
        return None
    return int(parts[1]) * (1 if parts[2] == "s" else _SECONDS[_LETTERS[parts[2]]])
