"""The aiohttp application: every route behind the fault and gate middlewares."""

from aiohttp import web

from trading_bot.simulator.server.endpoint import SIMULATION
from trading_bot.simulator.server.entrance.gate import ENDPOINTS_BY_ROUTE, gate
from trading_bot.simulator.server.faults.fault_middleware import spoil_requests
from trading_bot.simulator.server.routes import (
    calendar,
    candles,
    charges,
    control,
    instruments,
    login,
    options,
    orders,
    phone_login,
    portfolio,
    quotes,
    user,
)
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.server.streams import sockets

ENDPOINTS = (
    *orders.ENDPOINTS,
    *portfolio.ENDPOINTS,
    *user.ENDPOINTS,
    *quotes.ENDPOINTS,
    *candles.ENDPOINTS,
    *calendar.ENDPOINTS,
    *options.ENDPOINTS,
    *instruments.ENDPOINTS,
    *charges.ENDPOINTS,
    *login.ENDPOINTS,
    *phone_login.ENDPOINTS,
    *sockets.ENDPOINTS,
    *control.ENDPOINTS,
)


def build_application(simulation: Simulation) -> web.Application:
    """The server of one simulation; both of the broker's hosts are this one."""
    application = web.Application(middlewares=[spoil_requests, gate])
    application[SIMULATION] = simulation
    by_route = {}
    for endpoint in ENDPOINTS:
        route = application.router.add_route(endpoint.method, endpoint.path, endpoint.run)
        assert route.resource is not None
        by_route[(endpoint.method, route.resource.canonical)] = endpoint
    application[ENDPOINTS_BY_ROUTE] = by_route
    return application
