"""What a refused value probably was meant to be."""

import difflib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from pydantic_core import ErrorDetails

from trading_bot.settings.fields import Key, Kind, Leaf, value_at
from trading_bot.settings.problems import Problem
from trading_bot.settings.sources import Entry, shown
from trading_bot.settings.tree import Settings

_HUNDRED = Decimal(100)
_RANGE_ERRORS = frozenset(
    {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"}
)
_OWN_ERROR = "value_error"
_TOO_SHORT = "too_short"
_SECRET_FIXES = {
    "credentials": "copy it again from the broker's page",
    "web": "`openssl rand -hex 24` makes one; or leave it out, and the daemon makes its own",
    "alerts": "docs/alerts.md has the form of an address",
}
_PERCENT = re.compile(r"([\d.]+)\s*%")


def suspects_of(details: ErrorDetails, entries: Mapping[Key, Entry]) -> tuple[Entry, ...]:
    """The entries that a validation error is about: one, or all of a section that contradicts itself."""
    where = tuple(str(part) for part in details["loc"])
    for length in range(len(where), 0, -1):
        if where[:length] in entries:
            return (entries[where[:length]],)
    return tuple(entry for key, entry in entries.items() if key[: len(where)] == where)


def problem_of(details: ErrorDetails, suspects: Sequence[Entry], known: Mapping[Key, Leaf]) -> Problem:
    """The problem behind one validation error."""
    if len(suspects) == 1 and suspects[0].key == tuple(map(str, details["loc"]))[: len(suspects[0].key)]:
        return _value_problem(details, suspects[0], known[suspects[0].key])
    named = [entry for entry in suspects if re.search(rf"\b{entry.key[-1]}\b", details["msg"])]
    places = ", ".join(dict.fromkeys(entry.origin for entry in named or suspects))
    return Problem(
        where=places or "defaults",
        key=".".join(map(str, details["loc"])),
        reason=_message(details),
        fix="change one of the values so that they agree",
    )


def suspicion(entry: Entry, leaf: Leaf, settings: Settings) -> str | None:
    """A warning about a ratio that is allowed but smells of another unit."""
    mark = leaf.ratio
    value = _number(str(value_at(settings, leaf.key)))
    if mark is None or value <= 0 or mark.usual_min <= value <= mark.usual_max:
        return None
    size = "small" if value < mark.usual_min else "large"
    wanted = value * _HUNDRED if size == "small" else value / _HUNDRED
    to_percent = _HUNDRED / mark.per_one
    return (
        f"{entry.where}: {entry.name} = {value} is {_plain(value * to_percent)}%, unusually {size}; "
        f"it is written {mark.unit}: write {_plain(wanted)} if you meant {_plain(wanted * to_percent)}%"
    )


def _value_problem(details: ErrorDetails, entry: Entry, leaf: Leaf) -> Problem:
    return Problem(
        where=entry.where,
        key=entry.name,
        value=shown(entry.value, leaf),
        reason=_reason(details, leaf),
        allowed=None if details["type"] == _OWN_ERROR else leaf.allowed,
        fix=_fix(entry, leaf),
    )


def _reason(details: ErrorDetails, leaf: Leaf) -> str:
    if details["type"] in _RANGE_ERRORS:
        return "out of range"
    if details["type"] == _TOO_SHORT:
        return f"too short, {details['ctx']['min_length']} characters are needed"
    if details["type"] == _OWN_ERROR:
        return f"must be {_message(details)}"
    if details["type"] == "enum":
        return "not one of the choices"
    return f"not {leaf.kind.value}" if leaf.kind is not Kind.TEXT else _message(details)


def _message(details: ErrorDetails) -> str:
    return details["msg"].removeprefix("Value error, ")


def _fix(entry: Entry, leaf: Leaf) -> str:
    text = str(entry.value)
    if leaf.is_secret:
        return _SECRET_FIXES[leaf.key[0]]
    if issubclass(leaf.bare_type, StrEnum):
        return _choice_fix(text, leaf)
    if leaf.kind in (Kind.NUMBER, Kind.WHOLE):
        return _number_fix(text, leaf)
    if leaf.kind is Kind.BOOLEAN:
        return "write yes or no"
    if leaf.kind is Kind.TIME:
        return "for example 14:45"
    return f"for example {leaf.default}" if leaf.default else "see config/default.toml"


def _choice_fix(text: str, leaf: Leaf) -> str:
    choices = [member.value for member in leaf.bare_type] if issubclass(leaf.bare_type, StrEnum) else []
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(text.lower(), by_lower, n=1, cutoff=0.5)
    return f"did you mean {by_lower[close[0]]}?" if close else f"write one of {', '.join(choices)}"


def _number_fix(text: str, leaf: Leaf) -> str:
    if (percent := _PERCENT.fullmatch(text)) and leaf.ratio:
        wanted = _number(percent.group(1)) / _HUNDRED * leaf.ratio.per_one
        return f"it is written {leaf.ratio.unit}: write {_plain(wanted)}"
    number = _number(text.replace(",", "").replace("_", "").replace(" ", ""))
    if not number.is_finite():
        return f"the default is {leaf.default}"
    if unit := _other_unit(number, leaf):
        return unit
    if _plain(number) != text and _is_within(number, leaf):
        return f"write {_plain(number)}, without separators"
    return f"the default is {leaf.default}"


def _other_unit(number: Decimal, leaf: Leaf) -> str | None:
    """What to write if a ratio was given in the unit that people mix up with its own."""
    mark, limit = leaf.ratio, leaf.upper_limit
    if mark is None or limit is None:
        return None
    if mark.per_one > 1 and 0 < number < 1:
        return f"{_plain(number)} looks like a fraction of one: write {_plain(number * mark.per_one)}"
    if mark.per_one == 1 and limit <= number <= limit * _HUNDRED:
        return f"{_plain(number)} looks like a percentage: write {_plain(number / _HUNDRED)}"
    return None


def _is_within(number: Decimal, leaf: Leaf) -> bool:
    return leaf.upper_limit is None or number <= leaf.upper_limit


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _plain(number: Decimal) -> str:
    """The number without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
