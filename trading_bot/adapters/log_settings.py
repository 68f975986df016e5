"""Settings of the logs."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field

from trading_bot.domain.section import Section


class LogLevel(StrEnum):
    """The least important level that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogSettings(Section):
    """Where logs go and how much disk they may take: each of the four files rotates on its own."""

    folder: Path = Path("logs")
    """Folder of trading_bot.log, trading.log, signals.log and errors.log."""
    level: LogLevel = LogLevel.INFO
    """debug, info, warning or error."""
    max_bytes: int = Field(default=10_000_000, ge=10_000, le=1_000_000_000)
    """Size at which a file is rotated."""
    backup_count: int = Field(default=9, ge=1, le=100)
    """Rotated files that are kept of each."""
    queue_size: int = Field(default=10_000, ge=100, le=1_000_000)
    """Lines that may wait for the disk; beyond, debug lines are dropped first, and drops are counted."""
