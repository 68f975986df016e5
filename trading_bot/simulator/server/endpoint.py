"""What a route is, and what its callers need."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple

from aiohttp import web

from trading_bot.simulator.server.simulation import Simulation

SIMULATION = web.AppKey("simulation", Simulation)

RouteFunction = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(StrEnum):
    """What is asked of a caller."""

    CONTROL = "control"
    """The simulator's own paths: nothing."""
    SOCKET = "socket"
    """A one-time code, which the route itself checks; the clock is not held for its long life."""
    OPEN = "open"
    """No token, but rate limits."""
    ACCOUNT = "account"
    """A valid token."""
    FUNDS = "funds"
    """A valid token, outside the nightly window of the funds service."""
    ORDER_WRITE = "order_write"
    """A valid token, the registered address, and the order budget."""


class Endpoint(NamedTuple):
    """One route."""

    method: str
    path: str
    run: RouteFunction
    access: Access = Access.ACCOUNT


def simulation_of(request: web.Request) -> Simulation:
    """The session that a request is about."""
    return request.app[SIMULATION]
