"""Bars of whole days: what one spans, and how far back so many of them reach."""

from enum import StrEnum

_DAYS_PER_BAR = {"day": 1.6, "week": 7.0, "month": 31.0}
"""Calendar days, rather too many: of sessions with the holidays between them."""
_SPARE_DAYS = 15


class BarLength(StrEnum):
    """What one bar spans."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def calendar_days(length: BarLength, bars: int) -> int:
    """How far back the sessions of so many complete bars reach, with some to spare."""
    return round((bars + 1) * _DAYS_PER_BAR[length]) + _SPARE_DAYS
