"""The mark that an order carries to the broker and back: day, epoch and intent number in base 32.

A tag is unique across restarts because its parts are journaled counters, and it is never random. The broker
keeps no request id, so the tag is the only way to find an order whose answer was lost.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_PREFIX = "tb"
_FIRST_DAY = date(2000, 1, 1)
_DAY_WIDTH = 3
_EPOCH_WIDTH = 3
_NUMBER_WIDTH = 4

FIRST_EMERGENCY_EPOCH = 1 << 14
"""From here on epochs belong to owners that could not read the journal: the upper half of a tag's range."""


class Tag(NamedTuple):
    """The parts of a tag of ours."""

    on: date
    epoch: int
    """How often ownership of the account was taken; an unknown epoch means another owner."""
    number: int
    """The intent's number within the journal's day."""

    def __str__(self) -> str:
        return _beginning(self.on, self.epoch) + _base32(self.number, _NUMBER_WIDTH)


@lru_cache(maxsize=64)
def _beginning(on: date, epoch: int) -> str:
    """All but the number: the same for every tag of a process and a day."""
    return _PREFIX + _base32((on - _FIRST_DAY).days, _DAY_WIDTH) + _base32(epoch, _EPOCH_WIDTH)


@lru_cache(maxsize=4096)
def parse_tag(text: str | None) -> Tag | None:
    """Return the parts of a tag of ours, or None for an order that somebody else placed."""
    width = len(_PREFIX) + _DAY_WIDTH + _EPOCH_WIDTH + _NUMBER_WIDTH
    if text is None or len(text) != width or not text.startswith(_PREFIX):
        return None
    digits = text[len(_PREFIX) :]
    if any(digit not in _VALUES for digit in digits):
        return None
    day, rest = digits[:_DAY_WIDTH], digits[_DAY_WIDTH:]
    return Tag(
        _FIRST_DAY + timedelta(days=_number(day)), _number(rest[:_EPOCH_WIDTH]), _number(rest[_EPOCH_WIDTH:])
    )


def _base32(value: int, width: int) -> str:
    digits = []
    remaining = value
    for _ in range(width):
        remaining, digit = divmod(remaining, len(_DIGITS))
        digits.append(_DIGITS[digit])
    if remaining or value < 0:
        raise ValueError(f"{value} does not fit into {width} base-32 digits")
    return "".join(reversed(digits))


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * len(_DIGITS) + _VALUES[digit]
    return value
