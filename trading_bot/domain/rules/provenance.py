"""Where a series of candles comes from, and what was done to its prices: kept with it wherever it goes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Adjustment(StrEnum):
    """What a source has done to earlier prices when shares were split, given or paid for."""

    NONE = "none"
    """Prices as they were traded."""
    SPLITS = "splits"
    """Earlier prices were brought to today's number of shares: splits, bonuses, often rights."""
    DIVIDENDS = "dividends"
    """The same, and cash dividends were taken out as well."""
    UNKNOWN = "unknown"


class Universe(StrEnum):
    """How the shares of a folder were chosen."""

    COMPLETE = "complete"
    """As of each day, with those that were delisted since."""
    SURVIVORS = "survivors"
    """With the knowledge of a later day: an index of today, the largest of today."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The origin of one series."""

    source: str
    """Who it was taken from, for example "yahoo", "upstox", "folder ~/prices"."""
    adjustment: Adjustment = Adjustment.UNKNOWN
    adjusted_as_of: date | None = None
    """The day up to which corporate actions are in the prices; None where nobody says."""
    fetched_at_ms: int | None = None
    note: str = ""
