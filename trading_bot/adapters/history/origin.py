"""What a folder says about itself: `provenance.toml` in it, else its name."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from trading_bot.domain.errors import HistoryError
from trading_bot.domain.provenance import Adjustment, Provenance
from trading_bot.domain.section import Section

PROVENANCE_FILE = "provenance.toml"


class _Stated(Section):
    source: str = ""
    adjustment: Adjustment = Adjustment.UNKNOWN
    note: str = ""


def origin_of(folder: Path) -> Provenance:
    """The provenance of a folder's files.

    `provenance.toml` may give `source`, `adjustment` ("none", "splits", "dividends", "unknown") and `note`.
    Without it a folder whose name begins with "adjusted" or "unadjusted" is taken at its word.
    Raises HistoryError when the file cannot be understood.
    """
    path = folder / PROVENANCE_FILE
    if not path.is_file():
        return Provenance(source=f"folder {folder.name}", adjustment=_named(folder.name.lower()))
    try:
        stated = _Stated.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise HistoryError(
            f"{path}: {error}; it may give source, note, and adjustment as one of {', '.join(Adjustment)}"
        ) from error
    return Provenance(
        source=stated.source or f"folder {folder.name}", adjustment=stated.adjustment, note=stated.note
    )


def _named(name: str) -> Adjustment:
    if name.startswith("unadjusted"):
        return Adjustment.NONE
    return Adjustment.SPLITS if name.startswith("adjusted") else Adjustment.UNKNOWN
