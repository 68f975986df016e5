"""Positions and holdings."""

from aiohttp import web

from trading_bot.simulator.server.books import position_rows
from trading_bot.simulator.server.endpoint import Endpoint, simulation_of
from trading_bot.simulator.server.envelope import success


async def positions(request: web.Request) -> web.Response:
    """Positions of the day, closed ones included."""
    simulation = simulation_of(request)
    rows = [
        position_rows.rest_row(
            row,
            simulation.instrument(row.instrument_key),
            hides_average_price=simulation.settings.hides_average_price_of_day_positions,
        )
        for row in simulation.core.position_rows()
    ]
    return success(rows)


async def holdings(request: web.Request) -> web.Response:  # noqa: ARG001  # every route takes a request
    """Holdings: the simulated account starts each day without any."""
    return success([])


ENDPOINTS = (
    Endpoint("GET", "/v2/portfolio/short-term-positions", positions),
    Endpoint("GET", "/v2/portfolio/long-term-holdings", holdings),
)
