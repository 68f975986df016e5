"""One JSON object of the broker, read strictly where it matters and leniently where it does not."""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

import structlog

from trading_bot.adapters.upstox.envelope import printable
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import IST, ms_of
from trading_bot.domain.money import paise_from_wire

E = TypeVar("E", bound=StrEnum)

_NOTHING = frozenset({None, "", "NA", "N/A", "null"})
_MAGNITUDES = range(-30, 16)
"""Powers of ten with which a number may begin: an exponent of a billion is JSON and fills the memory."""
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


class Oddities:
    """Counts what the broker sends that we did not expect; the first of each kind is logged."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._log = structlog.get_logger(__name__)

    def note(self, kind: str, **context: object) -> None:
        """Count one oddity."""
        self.counts[kind] += 1
        if self.counts[kind] == 1:
            self._log.warning("broker_oddity_seen", oddity=kind, **context)

    def note_unknown_fields(self, what: str, fields: Mapping[str, Any], known: Collection[str]) -> None:
        """Count the fields that no reference names: the broker has added something."""
        for name in fields.keys() - known:
            self.note(f"unknown field {what}.{printable(name)}")


class Row:
    """One JSON object. Required fields raise ReadFailedError; null, "" and "NA" count as absent."""

    __slots__ = ("_fields", "_what")

    def __init__(self, fields: object, what: str) -> None:
        self._what = what
        if not isinstance(fields, dict):
            raise ReadFailedError(f"{what}: expected an object, got {type(fields).__name__}")
        self._fields: dict[str, Any] = fields

    @property
    def fields(self) -> Mapping[str, Any]:
        """Everything that was sent."""
        return self._fields

    def part(self, name: str) -> "Row":
        """Return a nested object."""
        return Row(self._fields.get(name), f"{self._what}.{name}")

    def text(self, *names: str) -> str:
        """Return the first of these fields that holds text."""
        found = self.optional_text(*names)
        if found is None:
            self._fail(names[0], "is missing")
        return found

    def optional_text(self, *names: str) -> str | None:
        """Return the first of these fields that holds text, or None."""
        for name in names:
            value = self._fields.get(name)
            if isinstance(value, str) and value.strip() not in _NOTHING:
                if not is_writable(value):
                    self._fail(name, f"is {printable(value)!r}, which cannot be written")
                return value.strip()
        return None

    def words(self, *names: str) -> str:
        """Return the first of these fields that says something to a person, cleaned; "" where none does."""
        for name in names:
            value = self._fields.get(name)
            if isinstance(value, str) and value.strip() not in _NOTHING:
                return printable(value)
        return ""

    def whole(self, name: str) -> int:
        """Return a required whole number."""
        number = self._number(name)
        if number is None:
            self._fail(name, "is missing")
        return self._as_whole(name, number)

    def optional_whole(self, name: str, default: int = 0) -> int:
        """Return a whole number, or the default where it is absent."""
        number = self._number(name)
        return default if number is None else self._as_whole(name, number)

    def optional_amount(self, name: str) -> Decimal | None:
        """Return an amount as the broker wrote it, or None where it is absent."""
        return self._number(name)

    def amount(self, name: str) -> Decimal:
        """Return a required amount as the broker wrote it."""
        number = self._number(name)
        if number is None:
            self._fail(name, "is missing")
        return number

    def optional_paise(self, name: str) -> int:
        """Return a price in paise; 0 where it is absent."""
        number = self._number(name)
        return 0 if number is None else paise_from_wire(float(number))

    def choice(self, name: str, kind: type[E]) -> E:
        """Return a member of a closed set."""
        spelled = self.text(name)
        try:
            return kind(spelled)
        except ValueError:
            self._fail(name, f"is {printable(spelled)!r}, which is none of {', '.join(kind)}")

    def newest_moment_ms(self, *names: str) -> int:
        """Return the latest of these times; 0 where none is there. They carry no zone and mean India."""
        return max((_moment_ms(self._fields.get(name)) for name in names), default=0)

    def _number(self, name: str) -> Decimal | None:
        value = self._fields.get(name)
        if value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            self._fail(name, f"is {type(value).__name__}, not a number")
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            self._fail(name, f"is {printable(value)!r}, not a number")
        if not number.is_finite():
            self._fail(name, "is not a finite number")
        if number.adjusted() not in _MAGNITUDES:
            self._fail(name, "is out of all range")
        return number

    def _as_whole(self, name: str, number: Decimal) -> int:
        if number != number.to_integral_value():
            self._fail(name, f"is {number}, not a whole number")
        return int(number)

    def _fail(self, name: str, what_is_wrong: str) -> NoReturn:
        raise ReadFailedError(f"{self._what}: {name} {what_is_wrong}")


def rows_of(data: object, what: str) -> list[object]:
    """Return the rows of a list answer. Raises ReadFailedError when it is no list: that is not "no rows"."""
    if not isinstance(data, list):
        raise ReadFailedError(f"{what}: expected a list, got {type(data).__name__}")
    return data


def _moment_ms(value: object) -> int:
    return _read_ms(value) if isinstance(value, str) and value.strip() not in _NOTHING else 0


@lru_cache(maxsize=4096)
def _read_ms(text: str) -> int:
    """Each read of a day's books says the same times again."""
    for pattern in _TIME_FORMATS:
        try:
            return ms_of(datetime.strptime(text.strip(), pattern).replace(tzinfo=IST))
        except ValueError:
            continue
    return 0


def is_writable(text: str) -> bool:
    """Whether a file can hold the text: JSON can say half a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def finite_positive(value: object) -> float | None:
    """Return a price as float, or None where it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        price = float(value)
    except OverflowError:  # JSON's whole numbers have no end
        return None
    return price if math.isfinite(price) and price > 0 else None
