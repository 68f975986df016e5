"""The simulator's own request handling without a wire: SDK-worded requests in, status and body out, inline.

What the handlers ask of a `Simulation` stands here; its `core` is a view of the venue's books that can lag,
leave rows out, or be empty.
"""

import json
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from trading_bot.adapters.upstox.rest.answers import Answer
from trading_bot.domain.ist import midnight_ms
from trading_bot.simulator.server.endpoint import SIMULATION, Access
from trading_bot.simulator.server.entrance.latency import RECEIVED_AT_S
from trading_bot.simulator.server.entrance.limits import ORDER_GROUP, RateLimits
from trading_bot.simulator.server.envelope import error_row, invalid_input, refusal
from trading_bot.simulator.server.faults.faults import Faults
from trading_bot.simulator.server.routes import charges, orders, portfolio, quotes, user
from trading_bot.simulator.server.session.day_record import fresh_day
from trading_bot.simulator.server.session.listing import Listing
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.venue.contracts import VenueRefusal

_ENDPOINTS = {
    (endpoint.method, endpoint.path): endpoint
    for module in (orders, portfolio, user, charges, quotes)
    for endpoint in module.ENDPOINTS
}
_TIME_IS_NOT_TOLD = 10.0**18


class _Request:
    """As much of aiohttp's request as the handlers look at."""

    remote = None
    headers: dict = {}  # noqa: RUF012  # never changed

    def __init__(self, app, path, query, body):
        self.app, self.path, self.query, self._body = app, path, query, body

    def __getitem__(self, key):
        assert key is RECEIVED_AT_S
        return _TIME_IS_NOT_TOLD

    async def read(self):
        return self._body


class Desk:
    """What the handlers take for the simulation, and the way to them."""

    def __init__(self, view, source, clock):
        self.core = view
        self._clock = clock
        self.on = source.on
        self.settings = ServerSettings(accept_any_token=True)
        self.listing = Listing(source.instruments)
        self.days = fresh_day(source, source.instruments, midnight_ms(source.on))
        self.faults = Faults()
        self.limits = RateLimits()
        self._app = {SIMULATION: self}

    @property
    def now_ms(self):
        return self.core.now_ms

    def step_finely(self):
        pass

    def instrument(self, key, property_path="instrument_key"):
        found = self.listing.find(key)
        if found is None:
            raise invalid_input("Invalid instrument key", property_path, "UDAPI100011")
        return found

    def handle(self, method, url, body):
        """The broker's answer to one request."""
        parts = urlsplit(url)
        endpoint = _ENDPOINTS[(method, parts.path)]
        request = _Request(self._app, parts.path, dict(parse_qsl(parts.query)), (body or "").encode())
        try:
            group = ORDER_GROUP if endpoint.access is Access.ORDER_WRITE else endpoint.path
            # By the clock: the venue's own time stands still between two moments of the market.
            if not self.limits.take(group, self._clock.now_ms()):
                return refused(429, "UDAPI10005", "Too Many Request Sent")
            response = _ended(endpoint.run(request))
        except VenueRefusal as error:
            response = refusal(error)
        return Answer(response.status, bytes(response.body))


def _ended(coroutine) -> web.Response:
    """What a coroutine returns that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise AssertionError("a handler waited for something")


def refused(status, code, message):
    """An answer of the broker's that says no."""
    row = error_row(code, message)
    return Answer(status, json.dumps({"status": "error", "errors": [row]}).encode())
