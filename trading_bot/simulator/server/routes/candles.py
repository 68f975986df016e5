"""Historical and intraday candles of version 3: the path names to_date before from_date."""

from datetime import date, timedelta
from typing import Any

from aiohttp import web

from trading_bot.domain.market_data import Candle
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.envelope import invalid_input, success
from trading_bot.simulator.server.session.resampling import Unit, resampled

_INTERVAL_MAX = {Unit.MINUTES: 300, Unit.HOURS: 5, Unit.DAYS: 1, Unit.WEEKS: 1, Unit.MONTHS: 1}
_INTRADAY_UNITS = (Unit.MINUTES, Unit.HOURS, Unit.DAYS)
_SHORT_INTERVAL_MAX = 15
_MONTH = timedelta(days=31)
_QUARTER = timedelta(days=92)
_DECADE = timedelta(days=3653)


async def historical(request: web.Request) -> web.Response:
    """Candles of earlier sessions in a range of dates, both inclusive."""
    simulation = simulation_of(request)
    instrument = simulation.instrument(request.match_info["key"])
    unit, interval = _interval(request)
    last = _date(request.match_info["to_date"], "to_date")
    first = _first_date(request, unit, last)
    span = _span(unit, interval)
    if first > last:
        raise invalid_input("from_date is after to_date", "from_date")
    if span is not None and last - first > span:
        raise invalid_input(f"The range is longer than {span.days} days", "from_date")
    yesterday = simulation.on - timedelta(days=1)
    minutes = simulation.source.history(instrument.key, first, min(last, yesterday))
    return success({"candles": _rows(request, resampled(minutes, unit, interval))})


async def intraday(request: web.Request) -> web.Response:
    """Today's candles; the newest one may still be forming."""
    simulation = simulation_of(request)
    instrument = simulation.instrument(request.match_info["key"])
    unit, interval = _interval(request)
    if unit not in _INTRADAY_UNITS:
        raise invalid_input("Invalid unit", "unit")
    day = simulation.days[instrument.key]
    minutes = day.candles(with_forming=simulation.settings.intraday_includes_forming)
    return success({"candles": _rows(request, resampled(minutes, unit, interval))})


def _rows(request: web.Request, candles: list[Candle]) -> list[list[Any]]:
    rows = [
        [
            wire.iso_time(candle.start_ms),
            wire.rupees_number(candle.open),
            wire.rupees_number(candle.high),
            wire.rupees_number(candle.low),
            wire.rupees_number(candle.close),
            candle.volume or 0,
            0,
        ]
        for candle in candles
    ]
    if simulation_of(request).settings.candles_newest_first:
        rows.reverse()
    return rows


def _interval(request: web.Request) -> tuple[Unit, int]:
    try:
        unit = Unit(request.match_info["unit"])
    except ValueError as error:
        raise invalid_input("Invalid unit", "unit") from error
    text = request.match_info["interval"]
    interval = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= interval <= _INTERVAL_MAX[unit]:
        raise invalid_input(f"Interval must be 1 to {_INTERVAL_MAX[unit]} {unit.value}", "interval")
    return unit, interval


def _span(unit: Unit, interval: int) -> timedelta | None:
    if unit is Unit.MINUTES and interval <= _SHORT_INTERVAL_MAX:
        return _MONTH
    if unit in (Unit.MINUTES, Unit.HOURS):
        return _QUARTER
    return _DECADE if unit is Unit.DAYS else None


def _first_date(request: web.Request, unit: Unit, last: date) -> date:
    text = request.match_info.get("from_date")
    if text is not None:
        return _date(text, "from_date")
    # Which window the broker picks is not known; a week of intraday candles or a year of days is ours.
    return last - timedelta(days=7 if unit in (Unit.MINUTES, Unit.HOURS) else 365)


def _date(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid_input("Invalid date: YYYY-MM-DD is expected", field, "UDAPI1088") from error


_HISTORICAL = "/v3/historical-candle/{key}/{unit}/{interval}/{to_date}"

ENDPOINTS = (
    Endpoint("GET", "/v3/historical-candle/intraday/{key}/{unit}/{interval}", intraday, Access.OPEN),
    Endpoint("GET", _HISTORICAL, historical, Access.OPEN),
    Endpoint("GET", _HISTORICAL + "/{from_date}", historical, Access.OPEN),
)
