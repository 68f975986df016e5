"""Copies of values with slots; a module of its own because it is compiled."""

from dataclasses import fields
from typing import Any, Final, TypeVar

_T = TypeVar("_T")
_NAMES: Final[dict[type, tuple[str, ...]]] = {}
"""The fields of each class, once it was copied."""
_new: Final = object.__new__


def changed(value: _T, changes: dict[str, Any]) -> _T:
    """Return a copy with other fields. Raises AttributeError for a field that the value does not have."""
    kind = type(value)
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]  # a dataclass
    copy = _new(kind)
    for name in names:
        setattr(copy, name, getattr(value, name))
    for name, one in changes.items():
        setattr(copy, name, one)
    return copy
