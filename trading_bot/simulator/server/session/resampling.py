"""1-minute candles into the intervals that the broker serves."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from trading_bot.domain.ist import MS_PER_MINUTE, date_of, midnight_ms
from trading_bot.domain.market_data import Candle

_SESSION_OPEN_MS = 555 * MS_PER_MINUTE
"""09:15 after midnight: intraday intervals count from there."""
_MINUTES_PER_HOUR = 60


class Unit(StrEnum):
    """Units of an interval, spelled as in the path."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


def resampled(candles: Iterable[Candle], unit: Unit, interval: int) -> list[Candle]:
    """Merge 1-minute candles, oldest first, into intervals of `interval` units."""
    if unit is Unit.MINUTES and interval == 1:
        return list(candles)
    merged: list[Candle] = []
    for candle in candles:
        start_ms = _start_ms(candle.start_ms, unit, interval)
        if merged and merged[-1].start_ms == start_ms:
            merged[-1] = _joined(merged[-1], candle)
        else:
            merged.append(candle._replace(start_ms=start_ms))
    return merged


def _start_ms(at_ms: int, unit: Unit, interval: int) -> int:
    on = date_of(at_ms)
    if unit in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
        return midnight_ms(_first_day(on, unit))
    minutes = interval * (_MINUTES_PER_HOUR if unit is Unit.HOURS else 1)
    opened_ms = midnight_ms(on) + _SESSION_OPEN_MS
    return at_ms - (at_ms - opened_ms) % (minutes * MS_PER_MINUTE)


def _first_day(on: date, unit: Unit) -> date:
    if unit is Unit.WEEKS:
        return on - timedelta(days=on.weekday())
    return on.replace(day=1) if unit is Unit.MONTHS else on


def _joined(first: Candle, second: Candle) -> Candle:
    volume = None if first.volume is None else first.volume + (second.volume or 0)
    return Candle(
        first.start_ms,
        first.open,
        max(first.high, second.high),
        min(first.low, second.low),
        second.close,
        volume,
    )
