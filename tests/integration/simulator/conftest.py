"""A server on a loopback port over one core; which core is decided here alone."""

from collections.abc import Sequence
from datetime import time
from random import Random

import aiohttp
import pytest

from tests.fakes.scripted_market import (
    CLOSES,
    LISTED,
    ON,
    RELIANCE,
    PlainRules,
    ScriptedMarket,
    at,
    moment,
    update,
)
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.simulator.server.run import RunningSimulator, serve
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.venue.contracts import BrokerCore, MarketMoment
from trading_bot.simulator.venue.exchange.day_rules import contract_note_charges, session_plans
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

TOKEN = "token-of-the-day"
STANDING = {
    "fixed_token": TOKEN,
    "speed": 1.0,
    "start_at": time(9, 15),
    "hold_at": time(9, 15),
    "first_client_wait_s": 0.001,
}
"""Settings of a session that opened this second and moves in real time."""
MORNING = {"start_at": time(8, 30), "hold_at": time(8, 30), "first_client_wait_s": 60}
"""Settings of a clock that stands at half past eight until somebody subscribes to the feed."""


def open_session(server: RunningSimulator) -> None:
    """Let the core pass the open with one trade, and the time that an order's way takes."""
    core = server.simulation.core
    core.on_market(moment("09:15", update(RELIANCE, "09:15", CLOSES[RELIANCE.key])))
    core.advance(at("09:15:01"))


@pytest.fixture(scope="session")
def market_rules() -> MarketRules:
    return load_market_rules()


@pytest.fixture
def make_core(market_rules):
    def make(instruments: Sequence[Instrument] = LISTED) -> BrokerCore:
        settings = VenueSettings()
        return Venue(
            on=ON,
            instruments=instruments,
            previous_closes=CLOSES,
            plans=session_plans(market_rules.calendar, ON, settings, Random(1)),
            settings=settings,
            random=Random(2),
            charges=contract_note_charges(market_rules.charges),
        )

    return make


@pytest.fixture
def opening() -> tuple[MarketMoment, ...]:
    """Every instrument trades once at its previous close, at the open."""
    return (moment("09:15", *(update(instrument, "09:15", CLOSES[instrument.key]) for instrument in LISTED)),)


@pytest.fixture
async def start(make_core, opening):
    """Start a server: `await start(moments, speed=0, …)`; without moments it stands after the open."""
    running: list[RunningSimulator] = []

    async def start_server(moments: Sequence[MarketMoment] | None = None, **settings) -> RunningSimulator:
        source = ScriptedMarket(opening if moments is None else moments)
        server = await serve(make_core(), source, ServerSettings(**(STANDING | settings)), rules=PlainRules())
        running.append(server)
        return server

    yield start_server
    for server in running:
        await server.close()


class Client:
    """An HTTP client of one server, with its token."""

    def __init__(self, server: RunningSimulator, token: str) -> None:
        self.server = server
        self.address = server.address
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []
        self.session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"})

    async def call(self, method: str, path: str, **options) -> tuple[int, dict]:
        """Status and JSON of an answer."""
        async with self.session.request(
            method, self.address + path, allow_redirects=False, **options
        ) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **query):
        """The data of a successful answer."""
        status, body = await self.call("GET", path, params=query)
        assert status == 200, body
        return body["data"]

    async def socket(
        self, name: str = "/v3/feed/market-data-feed", **query
    ) -> aiohttp.ClientWebSocketResponse:
        """An open socket behind a one-time address."""
        data = await self.get(f"{name}/authorize", **query)
        return await self.open(data["authorized_redirect_uri"])

    async def open(self, url: str, **options) -> aiohttp.ClientWebSocketResponse:
        """An open socket of an address, kept until the client is closed."""
        self._sockets.append(await self.session.ws_connect(url, **options))
        return self._sockets[-1]

    async def close(self) -> None:
        """Close every socket and the session."""
        for socket in self._sockets:
            await socket.close()
        await self.session.close()


@pytest.fixture
async def connect():
    """Make a client of a server: `connect(server)`."""
    clients: list[Client] = []

    def make(server: RunningSimulator, token: str = TOKEN) -> Client:
        clients.append(Client(server, token))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()
