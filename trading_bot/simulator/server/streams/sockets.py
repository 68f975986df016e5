"""Ways into the two WebSockets: one-time addresses, the direct entry's redirect, the handshakes."""

from aiohttp import web

from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.entrance.gate import check_token
from trading_bot.simulator.server.entrance.tokens import HandshakePass
from trading_bot.simulator.server.envelope import UNAUTHORISED, invalid_input, success
from trading_bot.simulator.server.faults.faults import FaultKind
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.server.streams.feed import FEED_PATH, FeedClient
from trading_bot.simulator.server.streams.order_stream import STREAM_PATH, UPDATE_TYPES, StreamClient
from trading_bot.simulator.venue.contracts import VenueRefusal

_FEED_SOCKET = "/market-data-feeder/v3/upstox-developer-api/feeds"
_STREAM_SOCKET = "/portfolio-stream-feeder/v1/upstox-developer-api/order-updates/feed"
_MARKET = "market"
_PORTFOLIO = "portfolio"
_CONNECTIONS = 2
_PLUS_CONNECTIONS = 5


async def authorize_feed(request: web.Request) -> web.Response:
    """A one-time address of the market data socket."""
    return _authorized(_one_time_url(request, _MARKET))


async def authorize_stream(request: web.Request) -> web.Response:
    """A one-time address of the portfolio socket."""
    return _authorized(_one_time_url(request, _PORTFOLIO))


async def redirect_feed(request: web.Request) -> web.Response:
    """The direct entry of the market data socket: a redirect to a one-time address."""
    return _redirect(request, FEED_PATH, _MARKET)


async def redirect_stream(request: web.Request) -> web.Response:
    """The direct entry of the portfolio socket."""
    return _redirect(request, STREAM_PATH, _PORTFOLIO)


async def feed_socket(request: web.Request) -> web.StreamResponse:
    """The market data socket."""
    simulation = simulation_of(request)
    granted = _granted(request, FEED_PATH, _MARKET)
    _check_connections(simulation, len(simulation.feed.clients))
    socket = await _opened(request)
    client = FeedClient(
        socket, request.transport, granted.token, has_plus_plan=simulation.settings.has_plus_plan
    )
    await simulation.feed.attend(client, simulation.market_info())
    return socket


async def stream_socket(request: web.Request) -> web.StreamResponse:
    """The portfolio socket."""
    simulation = simulation_of(request)
    granted = _granted(request, STREAM_PATH, _PORTFOLIO)
    if simulation.settings.portfolio_counts_as_feed_connection:
        _check_connections(simulation, 0)
    socket = await _opened(request)
    client = StreamClient(
        socket,
        request.transport,
        granted.token,
        granted.update_types,
        simulation.settings.stream_queue_size,
    )
    await simulation.stream.attend(client)
    return socket


def _authorized(url: str) -> web.Response:
    return success({"authorized_redirect_uri": url, "authorizedRedirectUri": url})


def _redirect(request: web.Request, name: str, feed: str) -> web.Response:
    check_token(request, simulation_of(request))
    _check_handshake_fault(request, name)
    return web.Response(status=302, headers={"Location": _one_time_url(request, feed)})


def _one_time_url(request: web.Request, feed: str) -> str:
    simulation = simulation_of(request)
    token = check_token(request, simulation)
    types = _update_types(request) if feed == _PORTFOLIO else frozenset[str]()
    code = simulation.socket_codes.issue(HandshakePass(feed, token, types))
    path = _FEED_SOCKET if feed == _MARKET else _STREAM_SOCKET
    return f"ws://{request.host}{path}?requestId={code[:8]}&code={code}"


def _update_types(request: web.Request) -> frozenset[str]:
    text = request.query.get("update_types", "")
    types = frozenset(word for word in text.split(",") if word) or frozenset({"order"})
    unknown = types - UPDATE_TYPES
    if unknown:
        raise invalid_input("Invalid update_types", "update_types")
    return types


def _granted(request: web.Request, name: str, feed: str) -> HandshakePass:
    """What the address's code grants. Raises VenueRefusal: 403 for a used code, 401 for a dead token."""
    _check_handshake_fault(request, name)
    simulation = simulation_of(request)
    granted = simulation.socket_codes.redeem(request.query.get("code", ""), feed)
    if granted is None:
        raise VenueRefusal(403, "UDAPI100049", "Access to this resource is restricted")
    if not simulation.tokens.is_valid(granted.token, simulation.now_ms):
        raise VenueRefusal(401, UNAUTHORISED, "Invalid token used to access API")
    return granted


def _check_handshake_fault(request: web.Request, name: str) -> None:
    simulation = simulation_of(request)
    if simulation.faults.take((FaultKind.HANDSHAKE_403,), name, simulation.now_ms):
        raise VenueRefusal(403, "UDAPI100049", "Access to this resource is restricted")


def _check_connections(simulation: Simulation, open_connections: int) -> None:
    """Raises VenueRefusal with 403 beyond the connections of the user's plan."""
    if simulation.settings.portfolio_counts_as_feed_connection:
        open_connections = len(simulation.feed.clients) + len(simulation.stream.clients)
    limit = _PLUS_CONNECTIONS if simulation.settings.has_plus_plan else _CONNECTIONS
    if open_connections >= limit:
        raise VenueRefusal(403, "UDAPI100049", "Too many connections")


async def _opened(request: web.Request) -> web.WebSocketResponse:
    # Pongs have to be seen, so pings and pongs are not left to the library.
    socket = web.WebSocketResponse(autoping=False, compress=False)
    await socket.prepare(request)
    return socket


ENDPOINTS = (
    Endpoint("GET", "/v3/feed/market-data-feed/authorize", authorize_feed),
    Endpoint("GET", "/v2/feed/portfolio-stream-feed/authorize", authorize_stream),
    Endpoint("GET", FEED_PATH, redirect_feed),
    Endpoint("GET", STREAM_PATH, redirect_stream),
    Endpoint("GET", _FEED_SOCKET, feed_socket, Access.SOCKET),
    Endpoint("GET", _STREAM_SOCKET, stream_socket, Access.SOCKET),
)
