"""What a folder says about itself: `provenance.toml` in it, else its name."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from trading_bot.domain.errors import HistoryError
from trading_bot.domain.rules.provenance import Adjustment, Provenance, Universe
from trading_bot.domain.section import Section, complaints

PROVENANCE_FILE = "provenance.toml"


class _Stated(Section):
    source: str = ""
    adjustment: Adjustment = Adjustment.UNKNOWN
    universe: Universe = Universe.UNKNOWN
    note: str = ""
    stress: str = ""
    """The scenario that was laid over the prices."""


def origin_of(folder: Path) -> Provenance:
    """The provenance of a folder's files.

    `provenance.toml` may give `source`, `adjustment` ("none", "splits", "dividends", "unknown"), `universe`
    ("complete", "survivors", "unknown"), `note`, and `stress`, a scenario that was laid over the prices.
    Without it a folder whose name begins with "adjusted" or "unadjusted" is taken at its word.
    Raises HistoryError when the file cannot be understood.
    """
    stated = _stated(folder)
    if stated is None:
        return Provenance(source=f"folder {folder.name}", adjustment=_named(folder.name.lower()))
    return Provenance(
        source=stated.source or f"folder {folder.name}", adjustment=stated.adjustment, note=stated.note
    )


def universe_of(folder: Path) -> Universe:
    """How the folder's shares were chosen, as its `provenance.toml` says. Raises HistoryError."""
    stated = _stated(folder)
    return Universe.UNKNOWN if stated is None else stated.universe


def stress_of(folder: Path) -> str | None:
    """The scenario that was laid over the folder's prices, if one was. Raises HistoryError."""
    stated = _stated(folder)
    return None if stated is None else stated.stress or None


def _stated(folder: Path) -> _Stated | None:
    path = folder / PROVENANCE_FILE
    if not path.is_file():
        return None
    try:
        return _Stated.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        reason = complaints(error) if isinstance(error, ValidationError) else str(error)
        raise HistoryError(
            f"{path}: {reason}; it may give source, note, stress, adjustment as one of "
            f"{', '.join(Adjustment)}, and universe as one of {', '.join(Universe)}"
        ) from error


def _named(name: str) -> Adjustment:
    if name.startswith("unadjusted"):
        return Adjustment.NONE
    return Adjustment.SPLITS if name.startswith("adjusted") else Adjustment.UNKNOWN
