"""The time that a request spent in the server, as `metadata.latency` tells it."""

import time

from aiohttp import web

RECEIVED_AT_S = web.RequestKey("received_at_s", float)


def note_arrival(request: web.Request) -> None:
    """Remember when a request came in."""
    request[RECEIVED_AT_S] = time.monotonic()


def latency_ms(request: web.Request) -> int:
    """Whole milliseconds since it came in."""
    return round((time.monotonic() - request[RECEIVED_AT_S]) * 1_000)
