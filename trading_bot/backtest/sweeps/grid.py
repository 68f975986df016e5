"""The sets of a sweep: every combination of the values that were named, in their order."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import NamedTuple

from trading_bot.domain.money import grouped

Number = int | float
ParameterSet = dict[str, Number]

_VALUES_MAX = 10_000
_RANGE_PARTS = 3


class Axis(NamedTuple):
    """One parameter and the values that it takes."""

    name: str
    values: tuple[Number, ...]


def axis_of(text: str) -> Axis:
    """Read `name=first:last:step`, both ends included, or `name=a,b,c`.

    Raises ValueError that says what is wrong.
    """
    name, sign, values = text.partition("=")
    if not sign:
        raise ValueError(f"{text!r} names no values: write NAME=FIRST:LAST:STEP or NAME=A,B,C")
    if not name.strip():
        raise ValueError(f"{text!r} names no parameter: write NAME=FIRST:LAST:STEP or NAME=A,B,C")
    parts = values.split(":")
    numbers = _range(parts) if len(parts) == _RANGE_PARTS else [_number(part) for part in values.split(",")]
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{text!r} names a value twice")
    return Axis(name.strip(), tuple(map(_plain, numbers)))


def sets_of(axes: Sequence[Axis]) -> Iterator[ParameterSet]:
    """Every combination; the last axis varies fastest. Raises ValueError when a name comes twice."""
    names = [axis.name for axis in axes]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is set twice: name all its values at once")
    for values in product(*(axis.values for axis in axes)):
        yield dict(zip(names, values, strict=True))


def _range(parts: Sequence[str]) -> list[Decimal]:
    first, last, step = map(_number, parts)
    if step <= 0 or last < first:
        raise ValueError(
            f"{':'.join(parts)!r}: a range goes up from the first to the last by a positive step"
        )
    steps = int((last - first) / step)
    if steps >= _VALUES_MAX:
        raise ValueError(
            f"{':'.join(parts)!r} has {grouped(steps + 1, 0)} values; {grouped(_VALUES_MAX, 0)} are the most"
        )
    return [first + step * number for number in range(steps + 1)]


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number: write FIRST:LAST:STEP or A,B,C") from error
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return number


def _plain(number: Decimal) -> Number:
    return int(number) if number == number.to_integral_value() else float(number)
