"""The settings tree seen as a flat list of leaves: key, type, limits, description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from trading_bot.domain.section import Ratio

Key = tuple[str, ...]


class Kind(StrEnum):
    """What a value looks like when a person writes it."""

    BOOLEAN = "yes or no"
    WHOLE = "a whole number"
    NUMBER = "a number"
    TEXT = "text"
    TIME = 'a time "HH:MM"'
    DATE = "a date YYYY-MM-DD"
    LIST = "a list"
    TABLE = "a table"


_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.BOOLEAN),
    (int, Kind.WHOLE),
    (float, Kind.NUMBER),
    (Decimal, Kind.NUMBER),
    (time, Kind.TIME),
    (date, Kind.DATE),
    (str, Kind.TEXT),
    (SecretStr, Kind.TEXT),
    (Path, Kind.TEXT),
    (tuple, Kind.LIST),
    (list, Kind.LIST),
    (frozenset, Kind.LIST),
    (dict, Kind.TABLE),
    (Mapping, Kind.TABLE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One setting."""

    key: Key
    info: FieldInfo
    default: Any

    @property
    def name(self) -> str:
        """The dotted name, as in a TOML file."""
        return ".".join(self.key)

    @property
    def bare_type(self) -> type:
        """The type without `None` and without type arguments."""
        annotation = self.info.annotation
        if get_origin(annotation) in (Union, UnionType):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        bare = get_origin(annotation) or annotation
        return bare if isinstance(bare, type) else object

    @property
    def kind(self) -> Kind:
        """How the value is written."""
        return next((kind for type_, kind in _KINDS if issubclass(self.bare_type, type_)), Kind.TEXT)

    @property
    def is_secret(self) -> bool:
        """Whether the value must never be shown."""
        return issubclass(self.bare_type, SecretStr)

    @property
    def ratio(self) -> Ratio | None:
        """The mark of a ratio, None for everything else."""
        return next((mark for mark in self.info.metadata if isinstance(mark, Ratio)), None)

    @property
    def description(self) -> str:
        """What the setting means."""
        return " ".join((self.info.description or "").split())

    @property
    def upper_limit(self) -> Decimal | None:
        """The largest allowed number, None where there is no limit."""
        for mark in self.info.metadata:
            if isinstance(mark, Le):
                return Decimal(str(mark.le))
            if isinstance(mark, Lt):
                return Decimal(str(mark.lt))
        return None

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if issubclass(self.bare_type, StrEnum):
            return ", ".join(member.value for member in self.bare_type)
        words = ", ".join([self.kind.value, *self.limits])
        return f"{words}; {self.ratio.unit}" if self.ratio else words

    @property
    def limits(self) -> tuple[str, ...]:
        """The limits of a number in words."""
        return tuple(text for mark in self.info.metadata if (text := _limit(mark)))


def leaves(model: type[BaseModel]) -> dict[Key, Leaf]:
    """Every leaf of a tree of sections, in the order of definition."""
    return {leaf.key: leaf for leaf in _leaves(model(), ())}


def value_at(tree: BaseModel, key: Key) -> Any:
    """The value of one leaf."""
    value: Any = tree
    for name in key:
        value = getattr(value, name)
    return value


def section_description(tree: type[BaseModel], key: Key) -> str:
    """What a section is about, as the field that holds it says, else as its class does."""
    holder: Any = tree()
    for name in key[:-1]:
        holder = getattr(holder, name)
    described = type(holder).model_fields[key[-1]].description or type(getattr(holder, key[-1])).__doc__ or ""
    return " ".join(described.split("\n\n")[0].split())


def _leaves(section: BaseModel, prefix: Key) -> Iterator[Leaf]:
    for name, info in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, (*prefix, name))
        else:
            yield Leaf(key=(*prefix, name), info=info, default=value)


def _limit(mark: Any) -> str | None:
    words = {Gt: "above {0.gt}", Ge: "at least {0.ge}", Lt: "below {0.lt}", Le: "at most {0.le}"}
    pattern = words.get(type(mark))
    return pattern.format(mark) if pattern else None
