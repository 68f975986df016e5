"""Environment over systemd's credentials over .env over TOML over defaults: merged and validated.

Every problem is told at once.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from trading_bot.adapters.alerts.addresses import secrets_of
from trading_bot.settings.credentials import credentials_layer
from trading_bot.settings.diagnosis import problem_of, suspects_of, suspicion
from trading_bot.settings.fields import Key, Leaf, leaves, value_at
from trading_bot.settings.files import dotenv_layer, toml_layer
from trading_bot.settings.names import nested_name
from trading_bot.settings.problems import Problem, error_of
from trading_bot.settings.sources import (
    COMMAND_LINE,
    ENVIRONMENT,
    Entry,
    Layer,
    environment_layer,
    override_layer,
)
from trading_bot.settings.tree import Settings

DEFAULT_FILE = Path("config/default.toml")
LOCAL_FILE = Path("config/local.toml")
DOTENV_FILE = Path(".env")
DEFAULT_ORIGIN = "default"
_MAX_ROUNDS = 3
_MODE: Key = ("run", "mode")
_MODE_NAMES = frozenset({"run.mode", "TRADING_BOT_MODE", nested_name(_MODE)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where settings are looked for."""

    folder: Path
    """The folder of the project: `.env` and `config/` lie in it."""
    config_file: Path | None = None
    """The user's own file instead of config/local.toml; it must exist."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    overrides: Mapping[Key, tuple[str, Any]] = field(default_factory=dict)
    """Command line options by setting: key -> (option, value); they win over everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The settings, and where each comes from."""

    settings: Settings
    origins: Mapping[Key, str]
    """For every key that is not at its default; see `origin`."""
    warnings: tuple[str, ...]
    is_mode_known: bool = True
    """Whether nothing that had to be left out can have named another mode."""

    def origin(self, key: Key) -> str:
        """Where the value of a key comes from."""
        return self.origins.get(key, DEFAULT_ORIGIN)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, and each part of a secret address, for the redaction of logs."""
        values = (value_at(self.settings, key) for key in leaves(Settings))
        texts = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        parts = (part for text in texts if "://" in text for part in secrets_of(text))
        return tuple(dict.fromkeys((*texts, *parts)))


def load_settings(places: Places, *, is_lenient: bool = False) -> LoadedSettings:
    """Read, merge and validate every source.

    With `is_lenient` what is wrong is left out and becomes a warning: stopping everything in an emergency
    must not fail over a typo. Raises SettingsError with all problems otherwise.
    """
    known = leaves(Settings)
    layers = _layers(places, known)
    problems = [problem for layer in layers for problem in layer.problems]
    entries = _merged(layers)
    settings, wrong = _validated(entries, known)
    problems += wrong
    if problems and not is_lenient:
        raise error_of(problems)
    kept = {
        key: entry for key, entry in entries.items() if not _restates_default(entry, known[key], settings)
    }
    warnings = [text for layer in layers for text in layer.warnings]
    warnings += [text for entry in kept.values() if (text := suspicion(entry, known[entry.key], settings))]
    is_lost = any(layer.is_lost for layer in layers) or any(one.key in _MODE_NAMES for one in problems)
    return LoadedSettings(
        settings=settings,
        is_mode_known=not is_lost or _is_strong(kept.get(_MODE)),
        origins={key: entry.origin for key, entry in kept.items()},
        warnings=(*map(str, problems), *warnings),
    )


def _is_strong(mode: Entry | None) -> bool:
    """Whether it comes from where no file can name another one."""
    return mode is not None and mode.where in (ENVIRONMENT, COMMAND_LINE)


def _layers(places: Places, known: Mapping[Key, Leaf]) -> tuple[Layer, ...]:
    """The sources, weakest first."""
    default_file = places.folder / DEFAULT_FILE
    local_file = places.folder / LOCAL_FILE
    user_files = [(places.config_file, str(places.config_file))] if places.config_file else []
    if not user_files and local_file.exists():
        user_files = [(local_file, str(LOCAL_FILE))]
    files = [(default_file, str(DEFAULT_FILE))] if default_file.exists() else []
    return (
        *(toml_layer(path, label, known) for path, label in files + user_files),
        dotenv_layer(places.folder / DOTENV_FILE, str(DOTENV_FILE), known),
        credentials_layer(places.environment, known),
        environment_layer(places.environment, known),
        override_layer(places.overrides),
    )


def _merged(layers: Sequence[Layer]) -> dict[Key, Entry]:
    return {entry.key: entry for layer in layers for entry in layer.entries}


def _validated(entries: dict[Key, Entry], known: Mapping[Key, Leaf]) -> tuple[Settings, list[Problem]]:
    """The settings without the entries that are wrong, which are removed from `entries`."""
    problems: list[Problem] = []
    for _ in range(_MAX_ROUNDS):
        try:
            return _built(entries), problems
        except ValidationError as error:
            suspects = [(details, suspects_of(details, entries)) for details in error.errors()]
            problems += [problem_of(details, found, known) for details, found in suspects]
            for entry in (entry for _, found in suspects for entry in found):
                entries.pop(entry.key, None)
    entries.clear()
    return Settings(), problems


def _built(entries: Mapping[Key, Entry]) -> Settings:
    nested: dict[str, Any] = {}
    for key, entry in entries.items():
        section = nested
        for name in key[:-1]:
            section = section.setdefault(name, {})
        section[key[-1]] = entry.value
    return Settings(**nested)


def _restates_default(entry: Entry, leaf: Leaf, settings: Settings) -> bool:
    """Whether the entry only repeats the default, as config/default.toml does throughout."""
    return entry.where.startswith(str(DEFAULT_FILE)) and value_at(settings, leaf.key) == leaf.default
