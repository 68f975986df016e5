"""Indian Standard Time: a fixed +05:30 without daylight saving, so a constant offset is exact."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

IST = timezone(timedelta(hours=5, minutes=30), "IST")
MS_PER_SECOND: Final = 1_000
MS_PER_MINUTE: Final = 60_000
MS_PER_DAY: Final = 86_400_000
_OFFSET_MS = 19_800_000
_EPOCH = date(1970, 1, 1)


def ms_at(on: date, at: time) -> int:
    """Epoch milliseconds of a wall-clock time in India."""
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return (on - _EPOCH).days * MS_PER_DAY + seconds * MS_PER_SECOND + at.microsecond // 1_000 - _OFFSET_MS


def midnight_ms(on: date) -> int:
    """Epoch milliseconds of 00:00 in India."""
    return (on - _EPOCH).days * MS_PER_DAY - _OFFSET_MS


def date_of(at_ms: int) -> date:
    """The date in India at an instant."""
    return _EPOCH + timedelta(days=(at_ms + _OFFSET_MS) // MS_PER_DAY)


def datetime_of(at_ms: int) -> datetime:
    """Aware datetime in India at an instant."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(IST)


def ms_of(moment: datetime) -> int:
    """Epoch milliseconds of an aware datetime. Raises ValueError when it is naive."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return round(moment.timestamp() * MS_PER_SECOND)
