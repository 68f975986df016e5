"""The status document back as a snapshot: what a screen draws that is not in the daemon's own process."""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from trading_bot.domain.ist import ms_of
from trading_bot.engine.snapshot import Snapshot
from trading_bot.report.status import OWN_KEYS, PRICES

_PAISE = 100

T = TypeVar("T")


def snapshot_of_document(document: Mapping[str, Any]) -> Snapshot:
    """What a daemon showed. What it does not say, or says nothing of, keeps its default.

    Raises ValueError for a document of another kind, as a daemon of another version may send it.
    """
    try:
        return _object(Snapshot, document)
    except (TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not a status of this version: {error}") from error


def _object(kind: type[T], document: Mapping[str, Any]) -> T:
    values: dict[str, Any] = {}
    for name, hint in _hints(cast("Hashable", kind)).items():
        value = document.get(OWN_KEYS.get(name, name))
        if value is not None:
            values[name] = _member(name, hint, value)
    return kind(**values)


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {field.name: known[field.name] for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass


def _member(name: str, hint: Any, value: Any) -> Any:
    if name in PRICES:
        return int(Decimal(value) * _PAISE)
    if name in OWN_KEYS:
        return ms_of(datetime.fromisoformat(value))
    return _read(hint, value)


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) is UnionType:
        return _read(next(kind for kind in get_args(hint) if kind is not type(None)), value)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint):
        return _object(hint, value)  # type: ignore[arg-type]  # a class, not an instance
    if hint is Decimal:
        return Decimal(value)
    if hint is date:
        return date.fromisoformat(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, StrEnum) else value
