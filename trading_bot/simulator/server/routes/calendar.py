"""Market status, holidays and timings."""

from datetime import date
from typing import Any

from aiohttp import web

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.envelope import invalid_input, success
from trading_bot.simulator.server.session.day_phase import auction_status, phase_of
from trading_bot.simulator.server.session.rules import ExchangeHours, Holiday
from trading_bot.simulator.server.simulation import Simulation

_SEGMENTS = {
    wire.exchange_of(segment): segment
    for segment in (Segment.NSE_EQ, Segment.NSE_FO, Segment.BSE_EQ, Segment.BSE_FO)
}


async def status(request: web.Request) -> web.Response:
    """The session state of one exchange."""
    simulation = simulation_of(request)
    exchange = request.match_info["exchange"]
    segment = _SEGMENTS.get(exchange)
    if segment is None:
        raise invalid_input("Invalid exchange", "exchange", "UDAPI1089")
    newest = phase_of(simulation.plan, segment, simulation.now_ms)
    data: dict[str, Any] = {
        "exchange": exchange,
        "status": newest.phase.value,
        "last_updated": newest.at_ms,
    }
    auction = auction_status(simulation.plan, segment, simulation.now_ms)
    if auction is not None:
        data["cas_eligible_status"] = {"status": auction[0], "last_updated": auction[1]}
    return success(data)


async def holidays(request: web.Request) -> web.Response:
    """Holidays of the session's year."""
    simulation = simulation_of(request)
    return success([_holiday(row) for row in _holidays_of(simulation, simulation.on.year)])


async def holidays_on(request: web.Request) -> web.Response:
    """Holidays on one date: one row or none."""
    simulation = simulation_of(request)
    on = _date(request)
    return success([_holiday(row) for row in _holidays_of(simulation, on.year) if row.on == on])


async def timings(request: web.Request) -> web.Response:
    """Hours of every exchange on a date; empty on a holiday."""
    simulation = simulation_of(request)
    try:
        hours = simulation.rules.hours(_date(request))
    except UncoveredDateError as error:
        raise invalid_input(str(error), "date", "UDAPI1088") from error
    return success([_hours(row) for row in hours])


def _holidays_of(simulation: Simulation, year: int) -> tuple[Holiday, ...]:
    try:
        return tuple(simulation.rules.holidays(year))
    except UncoveredDateError as error:
        raise invalid_input(str(error), "date", "UDAPI1088") from error


def _holiday(row: Holiday) -> dict[str, Any]:
    return {
        "date": row.on.isoformat(),
        "description": row.description,
        "holiday_type": row.kind,
        "closed_exchanges": list(row.closed),
        "open_exchanges": [_hours(hours) for hours in row.open],
    }


def _hours(row: ExchangeHours) -> dict[str, Any]:
    return {"exchange": row.exchange, "start_time": row.start_ms, "end_time": row.end_ms}


def _date(request: web.Request) -> date:
    try:
        return date.fromisoformat(request.match_info["date"])
    except ValueError as error:
        raise invalid_input("Invalid date: YYYY-MM-DD is expected", "date", "UDAPI1088") from error


ENDPOINTS = (
    Endpoint("GET", "/v2/market/status/{exchange}", status),
    Endpoint("GET", "/v2/market/holidays", holidays, Access.OPEN),
    Endpoint("GET", "/v2/market/holidays/{date}", holidays_on, Access.OPEN),
    Endpoint("GET", "/v2/market/timings/{date}", timings, Access.OPEN),
)
