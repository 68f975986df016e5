"""How the series of a store are named on the command line: `data/history.db#SOURCE/ADJUSTMENT/INTERVAL`."""

from pathlib import Path
from typing import NamedTuple

from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.domain.candles.interval import seconds_of
from trading_bot.domain.rules.provenance import Adjustment

_SUFFIX = ".db"
_SIGN = "#"


class SeriesChoice(NamedTuple):
    """Which series of a store are meant; None leaves a part open."""

    source: str | None = None
    adjustment: Adjustment | None = None
    interval_s: int | None = None

    def fits(self, key: SeriesKey) -> bool:
        """Whether a series is meant."""
        return (
            self.source in (None, key.origin.source)
            and self.adjustment in (None, key.origin.adjustment)
            and self.interval_s in (None, key.interval_s)
        )


class StoreReference(NamedTuple):
    """A store's file, and which of its series are meant."""

    path: Path
    choice: SeriesChoice


def is_store(path: Path) -> bool:
    """Whether a path means a store and not a folder."""
    return store_reference(path).path.suffix.lower() == _SUFFIX and not path.is_dir()


def store_reference(path: Path) -> StoreReference:
    """Take the choice of series off a path. Any part of it may be missing: `#upstox`, `#none/1m`, `#1d`."""
    if path.exists():
        return StoreReference(path, SeriesChoice())
    file, _, words = str(path).partition(f"{_SUFFIX}{_SIGN}")
    if not words:
        return StoreReference(Path(str(path).removesuffix(_SIGN)), SeriesChoice())
    parts = words.split("/")
    interval_s = seconds_of(parts[-1])
    if interval_s is not None:
        parts.pop()
    adjustment = Adjustment(parts.pop()) if parts and parts[-1] in set(Adjustment) else None
    return StoreReference(
        Path(f"{file}{_SUFFIX}"), SeriesChoice("/".join(parts) or None, adjustment, interval_s)
    )
