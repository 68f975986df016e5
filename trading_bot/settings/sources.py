"""Where settings come from: each source becomes a layer of entries that know their place."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from trading_bot.settings.fields import Key, Kind, Leaf
from trading_bot.settings.names import FILE_SUFFIX, SHORT_NAMES, closest_name, is_ours, key_of, usual_text
from trading_bot.settings.problems import Problem
from trading_bot.settings.secret_files import is_readable_by_all, read_secret

MASK = "********"
ENVIRONMENT = "environment"
COMMAND_LINE = "command line"
_NEAR_MISS = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One value as somebody wrote it."""

    key: Key
    name: str
    """The name under which it was written."""
    value: Any
    where: str
    """File and line, or `environment`, or `command line`."""
    is_text: bool
    """Whether the source can only carry text, so that the field has to convert it."""

    @property
    def origin(self) -> str:
        """Where it comes from, for a person: `.env:3 BASE_CAPITAL`, `config/local.toml:12`."""
        return f"{self.where} {self.name}" if self.is_text else self.where


@dataclass(frozen=True, slots=True)
class Layer:
    """All entries of one source, and what is wrong with it."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    is_lost: bool = False
    """Whether nothing of the source could be read."""


def lost_layer(problem: Problem) -> Layer:
    """A source of which nothing could be read, and why."""
    return Layer(problems=(problem,), is_lost=True)


def environment_layer(environment: Mapping[str, str], leaves: Mapping[Key, Leaf]) -> Layer:
    """The settings among the environment's names; other people's names are left alone."""
    pairs = [NamedText(name, text, ENVIRONMENT) for name, text in environment.items()]
    ours = [pair for pair in pairs if resolve(pair.name, leaves) is not None]
    unknown = [pair for pair in pairs if is_ours(pair.name) and pair not in ours]
    near = [
        f"environment: {pair.name} is not a setting and is ignored; did you mean {meant}?"
        for pair in pairs
        if pair not in ours
        and not is_ours(pair.name)
        and (meant := closest_name(pair.name, leaves, _NEAR_MISS)) in SHORT_NAMES
    ]
    layer = layer_of(ours, leaves)
    warnings = (*layer.warnings, *near)
    return Layer(layer.entries, layer.problems + unknown_names(unknown, leaves), warnings)


def override_layer(overrides: Mapping[Key, tuple[str, Any]]) -> Layer:
    """Values given as command line options: key -> (option, value)."""
    return Layer(
        tuple(
            Entry(key=key, name=option, value=value, where=COMMAND_LINE, is_text=True)
            for key, (option, value) in overrides.items()
        )
    )


@dataclass(frozen=True, slots=True)
class NamedText:
    """A name and its text, from the environment or a line of `.env`."""

    name: str
    text: str
    where: str


def layer_of(pairs: list[NamedText], leaves: Mapping[Key, Leaf]) -> Layer:
    """The entries of known names; a setting that is given twice is a problem, an empty text is no value."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    first_by_key: dict[Key, NamedText] = {}
    for pair in pairs:
        key = resolve(pair.name, leaves)
        if key is None or not pair.text.strip():
            continue
        if key in first_by_key:
            problems.append(_given_twice(first_by_key[key], pair))
            continue
        first_by_key[key] = pair
        read = _entry(pair, leaves[key])
        entries += [read] if isinstance(read, Entry) else []
        problems += [read] if isinstance(read, Problem) else []
    return Layer(tuple(entries), tuple(problems), tuple(_exposed_files(list(first_by_key.values()))))


def unknown_names(pairs: list[NamedText], leaves: Mapping[Key, Leaf]) -> tuple[Problem, ...]:
    """A problem for each name that stands for nothing."""
    return tuple(
        Problem(
            where=pair.where,
            key=pair.name,
            reason="no such setting",
            fix=f"did you mean {meant}?"
            if (meant := closest_name(pair.name, leaves))
            else "remove it; `config show` lists every setting",
        )
        for pair in pairs
    )


def resolve(name: str, leaves: Mapping[Key, Leaf]) -> Key | None:
    """The setting behind a name, `…_FILE` of a secret included."""
    key = key_of(name, leaves)
    if key is not None:
        return key
    if not name.upper().endswith(FILE_SUFFIX):
        return None
    key = key_of(name[: -len(FILE_SUFFIX)], leaves)
    return key if key is not None and leaves[key].is_secret else None


def shown(value: Any, leaf: Leaf | None) -> str:
    """A value as it may be printed."""
    if leaf is not None and leaf.is_secret:
        return MASK
    if isinstance(value, float) and math.isfinite(value):
        return f"{Decimal(str(value)):f}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _entry(pair: NamedText, leaf: Leaf) -> Entry | Problem:
    if key_of(pair.name, {leaf.key: leaf}) == leaf.key:
        return Entry(
            key=leaf.key,
            name=pair.name,
            value=_from_text(usual_text(pair.name, pair.text), leaf),
            where=pair.where,
            is_text=True,
        )
    return _entry_from_file(pair, leaf)


def _entry_from_file(pair: NamedText, leaf: Leaf) -> Entry | Problem:
    fix = f"put the secret alone into that file, readable by this user, or unset {pair.name}"
    found = read_secret(Path(pair.text.strip()))
    if found.trouble:
        return Problem(where=pair.where, key=pair.name, value=pair.text, reason=found.trouble, fix=fix)
    return Entry(key=leaf.key, name=pair.name, value=found.secret, where=pair.where, is_text=True)


def _exposed_files(pairs: list[NamedText]) -> Iterator[str]:
    """A warning for each file with a secret that every user can read."""
    for pair in pairs:
        path = Path(pair.text.strip())
        if pair.name.upper().endswith(FILE_SUFFIX) and path.is_file() and is_readable_by_all(path):
            yield f"{pair.where}: {pair.name}: every user of this machine can read {path}: chmod 600 {path}"


def _from_text(text: str, leaf: Leaf) -> Any:
    if leaf.kind is Kind.LIST:
        return [part.strip() for part in text.strip().strip("[]").split(",") if part.strip()]
    return text.strip()


def _given_twice(first: NamedText, second: NamedText) -> Problem:
    also = "" if first.name == second.name else f" as {first.name}"
    return Problem(
        where=second.where,
        key=second.name,
        reason=f"given twice: {first.where}{also} sets it too",
        fix="keep one of them",
    )
