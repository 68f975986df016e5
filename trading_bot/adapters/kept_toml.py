"""TOML that people keep by hand, such as dated rules: a mistake is told with file, key and value."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from trading_bot.domain.errors import SettingsError
from trading_bot.domain.section import Section

SectionType = TypeVar("SectionType", bound=Section)
Place = tuple[int | str, ...]
"""Where in the tables a mistake is: keys, and numbers of rows."""
_LONGEST_VALUE = 80


class TomlFile(NamedTuple):
    """What a file says, and how it says it."""

    text: str
    tables: dict[str, Any]


def read_toml(path: Path, *, if_missing: str, fix: str = "") -> TomlFile:
    """Read a file; fractions are exact.

    Raises SettingsError, which ends with `if_missing` where there is none, and with `fix` otherwise.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return TomlFile(text, tomllib.loads(text, parse_float=Decimal))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} is missing{if_missing}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}{fix}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}{fix}") from error


def checked(
    path: Path,
    section: type[SectionType],
    tables: Mapping[str, Any],
    *,
    line_of: Callable[[Place], str] = lambda _place: "",
    fix: str = "",
) -> SectionType:
    """The tables as a section. Raises SettingsError: a line for each mistake, and `fix` behind the last."""
    try:
        return section.model_validate(tables)
    except ValidationError as error:
        mistakes = [
            f"{path}{line_of(one['loc'])}: {_key(one['loc'])} = {_shown(one['input'])}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise SettingsError("\n".join(mistakes) + fix) from error


def _key(place: Place) -> str:
    return ".".join(str(part) for part in place) or "file"


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, date) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
