"""Is a history sound? Looks at rows, days, levels and at other sources, and says what it found."""

from trading_bot.adapters.history.quality.check import Checks, check_folder, check_folders, require_sound
from trading_bot.adapters.history.quality.findings import (
    Defect,
    Finding,
    FolderReport,
    SeriesReport,
    Severity,
)

__all__ = [
    "Checks",
    "Defect",
    "Finding",
    "FolderReport",
    "SeriesReport",
    "Severity",
    "check_folder",
    "check_folders",
    "require_sound",
]
