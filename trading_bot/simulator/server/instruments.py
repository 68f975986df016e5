"""The instrument files, as on the broker's asset host."""

from aiohttp import web

from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of

_EXCHANGE_OF_FILE = {"complete": None, "NSE": "NSE", "BSE": "BSE"}


async def instrument_file(request: web.Request) -> web.Response:
    """A gzipped JSON array of one exchange or of everything."""
    name = request.match_info["name"]
    if name not in _EXCHANGE_OF_FILE:
        raise web.HTTPNotFound
    body = simulation_of(request).listing.compressed(_EXCHANGE_OF_FILE[name])
    return web.Response(body=body, content_type="application/gzip")


ENDPOINTS = (
    Endpoint("GET", "/market-quote/instruments/exchange/{name}.json.gz", instrument_file, Access.OPEN),
)
