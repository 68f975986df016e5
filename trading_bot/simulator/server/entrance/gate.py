"""What stands before every route: arrival, token, rate limits, static address, service hours."""

from collections.abc import Awaitable, Callable
from datetime import time

from aiohttp import web

from trading_bot.domain.ist import datetime_of
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.entrance.latency import note_arrival
from trading_bot.simulator.server.entrance.limits import ORDER_GROUP
from trading_bot.simulator.server.envelope import NOT_FOUND, TOO_MANY_REQUESTS, UNAUTHORISED, refusal
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import VenueRefusal

ENDPOINTS_BY_ROUTE = web.AppKey("endpoints_by_route", dict[tuple[str, str], Endpoint])

_SERVICE_STARTS = time(5, 30)
_NEEDS_TOKEN = (Access.ACCOUNT, Access.FUNDS, Access.ORDER_WRITE)

Continue = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def gate(request: web.Request, handler: Continue) -> web.StreamResponse:
    """Hold the clock, check the caller, and put every refusal into the broker's envelope."""
    note_arrival(request)
    simulation = simulation_of(request)
    simulation.catch_up()
    try:
        endpoint = _endpoint(request)
        if endpoint is not None and endpoint.access is Access.SOCKET:
            return await handler(request)
        with simulation.pacing.request_in_hand():
            _check(request, endpoint, simulation)
            return await handler(request)
    except VenueRefusal as error:
        return refusal(error)
    except web.HTTPNotFound:
        return refusal(VenueRefusal(404, NOT_FOUND, "Resource not Found."))
    except web.HTTPMethodNotAllowed:
        return refusal(VenueRefusal(405, "UDAPI10000", "This request or URL is not supported"))
    finally:
        simulation.wake.set()


def bearer_token(request: web.Request) -> str:
    """The token of the Authorization header; empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def check_token(request: web.Request, simulation: Simulation) -> str:
    """The caller's valid token. Raises VenueRefusal with 401 for a missing, expired or revoked one."""
    token = bearer_token(request)
    if not simulation.tokens.is_valid(token, simulation.now_ms):
        raise VenueRefusal(401, UNAUTHORISED, "Invalid token used to access API")
    return token


def _endpoint(request: web.Request) -> Endpoint | None:
    """The endpoint of a request; None where aiohttp answers with 404 or 405 itself."""
    resource = request.match_info.route.resource
    if resource is None:
        return None
    return request.app[ENDPOINTS_BY_ROUTE].get((request.method, resource.canonical))


def _check(request: web.Request, endpoint: Endpoint | None, simulation: Simulation) -> None:
    if endpoint is None or endpoint.access is Access.CONTROL:
        return
    if endpoint.access in _NEEDS_TOKEN:
        check_token(request, simulation)
    _check_rate(endpoint, simulation)
    at = datetime_of(simulation.now_ms).time()
    if endpoint.access is Access.FUNDS and at < _SERVICE_STARTS:
        raise VenueRefusal(423, "UDAPI100072", "The funds service is available from 5:30 AM to 12:00 AM IST")
    if endpoint.access is Access.ORDER_WRITE:
        _check_order_write(request.remote, simulation)
        if at < _SERVICE_STARTS:
            raise VenueRefusal(400, "UDAPI100074", "Orders can be placed from 5:30 AM to 12:00 AM IST")


def _check_rate(endpoint: Endpoint, simulation: Simulation) -> None:
    if not simulation.settings.enforces_rate_limits:
        return
    group = ORDER_GROUP if endpoint.access is Access.ORDER_WRITE else endpoint.path
    if not simulation.limits.take(group, simulation.pacing.limiter_ms):
        raise VenueRefusal(429, TOO_MANY_REQUESTS, "Too Many Request Sent")


def _check_order_write(address: str | None, simulation: Simulation) -> None:
    if not simulation.addresses.allows(address):
        raise VenueRefusal(
            403,
            "UDAPI1154",
            f"Static IP restriction: configured {simulation.addresses.primary}, request came from {address}",
        )
