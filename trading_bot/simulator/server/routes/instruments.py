"""The instrument files, as on the broker's asset host."""

from aiohttp import web

from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of

_EXCHANGE_OF_FILE = {"complete": None, "NSE": "NSE", "BSE": "BSE"}
_EXCHANGE_OF_INTRADAY_LIST = {"NSE_MIS": "NSE", "BSE_MIS": "BSE"}


async def instrument_file(request: web.Request) -> web.Response:
    """A gzipped JSON array: of one exchange, of everything, or of what can be traded intraday."""
    name, listing = request.match_info["name"], simulation_of(request).listing
    if name in _EXCHANGE_OF_FILE:
        body = listing.compressed(_EXCHANGE_OF_FILE[name])
    elif name in _EXCHANGE_OF_INTRADAY_LIST:
        body = listing.compressed_intraday(_EXCHANGE_OF_INTRADAY_LIST[name])
    else:
        raise web.HTTPNotFound
    return web.Response(body=body, content_type="application/gzip")


ENDPOINTS = (
    Endpoint("GET", "/market-quote/instruments/exchange/{name}.json.gz", instrument_file, Access.OPEN),
)
