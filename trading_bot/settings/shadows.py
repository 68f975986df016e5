"""Shadows: the settings of a run with some of them changed, as `[shadow.NAME]` says.

They are read when somebody asks for them and not when the daemon starts: a misspelt shadow must not keep it
from looking after what is held.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.diagnosis import problem_of, suspects_of
from trading_bot.settings.fields import Key, Kind, leaves
from trading_bot.settings.files import document_layer
from trading_bot.settings.problems import Problem, error_of
from trading_bot.settings.sources import Entry
from trading_bot.settings.tree import Settings, require_protection

BASELINE = "baseline"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_DECIDING = ("confluence", "strategies", "risk")
_STRATEGIES: Key = ("run", "strategies")
_EXAMPLE = "[shadow.strict.confluence]\n  threshold = 0.7"


def shadow_names(settings: Settings, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The shadows that are configured, or of them those that are wanted.

    Raises SettingsError where there is none, and for a name that is none of them.
    """
    if not settings.shadow:
        raise SettingsError(
            f"no shadow is configured: write what it is to do otherwise into config/local.toml, as in\n"
            f"  {_EXAMPLE}"
        )
    for name in wanted:
        if name not in settings.shadow:
            raise SettingsError(f"there is no [shadow.{name}]; there are: {', '.join(settings.shadow)}")
    return wanted or tuple(settings.shadow)


def shadow_settings(settings: Settings, name: str, file: str = "") -> Settings:
    """The settings with what the shadow changes; a refusal names the file that it is written in.

    Raises SettingsError for what is no table, or cannot be called so, for keys that do not exist, values that
    do not fit, settings that are not a matter of deciding, and for a shadow that changes nothing.
    """
    label, known = f"{file} [shadow.{name}]".lstrip(), leaves(Settings)
    layer = document_layer(_table(settings, name, label), label, known, {})
    problems = [*layer.problems, *_out_of_place(layer.entries)]
    if problems:
        raise error_of(problems)
    changed = _merged(settings, layer.entries, {key: leaf.kind for key, leaf in known.items()})
    try:
        made = Settings(**changed)
    except ValidationError as error:
        entries = {entry.key: entry for entry in layer.entries}
        found = [problem_of(details, suspects_of(details, entries), known) for details in error.errors()]
        raise error_of(found) from error
    if made == settings:
        raise SettingsError(
            f"{label} changes nothing: every value in it is in effect already.\n"
            "  fix: change one, or remove the table"
        )
    require_protection(made)
    return made


def _table(settings: Settings, name: str, label: str) -> dict[str, Any]:
    table: dict[str, Any] = settings.shadow[name]
    if not isinstance(table, dict):
        raise SettingsError(f"{label} is no table.\n  fix: [shadow.{name}.confluence] and its keys below")
    if not _NAME.fullmatch(name) or name == BASELINE:
        raise SettingsError(
            f"{label}: a shadow is called by up to 32 letters, digits, dashes and underscores,"
            f" and not {BASELINE!r}.\n  fix: another name"
        )
    return table


def differences(settings: Settings, shadow: Settings) -> dict[str, tuple[Any, Any]]:
    """What is in effect in one and in the other, by dotted key, where it differs."""
    ours, theirs = (dict(_flat(one.model_dump(mode="json"), ())) for one in (settings, shadow))
    return {
        ".".join(key): (ours.get(key), theirs.get(key))
        for key in dict.fromkeys((*ours, *theirs))
        if ours.get(key) != theirs.get(key)
    }


def _out_of_place(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    for entry in entries:
        if entry.key[0] not in _DECIDING and entry.key != _STRATEGIES:
            yield Problem(
                where=entry.where,
                key=entry.name,
                reason="is the same for all: a shadow decides otherwise, on the same market",
                allowed="confluence, strategies, risk, run.strategies",
                fix="remove it",
            )


def _merged(settings: Settings, entries: tuple[Entry, ...], kinds: Mapping[Key, Kind]) -> dict[str, Any]:
    tree: dict[str, Any] = settings.model_dump()
    for entry in entries:
        section = tree
        for part in entry.key[:-1]:
            section = section[part]
        last = entry.key[-1]
        is_table = kinds[entry.key] is Kind.TABLE and isinstance(entry.value, dict)
        section[last] = _deep(section[last], entry.value) if is_table else entry.value
    return tree


def _deep(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table over another."""
    merged = dict(below)
    for key, value in above.items():
        before = merged.get(key)
        nested = isinstance(value, dict) and isinstance(before, dict)
        merged[key] = _deep(before, value) if nested and isinstance(before, dict) else value
    return merged


def _flat(tree: Mapping[str, Any], prefix: Key) -> Iterator[tuple[Key, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, (*prefix, name))
        else:
            yield (*prefix, name), value
