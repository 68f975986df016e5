"""Faults of requests: late, lost, cut, or answered with something else than the truth."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from trading_bot.simulator.server.endpoint import simulation_of
from trading_bot.simulator.server.envelope import error_row, json_response
from trading_bot.simulator.server.faults.faults import REQUEST_FAULTS, FaultKind, FaultRule
from trading_bot.simulator.server.streams.feed import FEED_PATH
from trading_bot.simulator.server.streams.order_stream import STREAM_PATH

CONTROL_PREFIX = "/simulator/"
_EXEMPT = (CONTROL_PREFIX, "/market-data-feeder/", "/portfolio-stream-feeder/")
_CODES = {401: "UDAPI100050", 403: "UDAPI100049", 404: "UDAPI100060", 423: "UDAPI100072", 429: "UDAPI10005"}
_HTML = "<html><head><title>{status}</title></head><body><h1>Attention required</h1></body></html>"
_DRIBBLES = 5

Continue = Callable[[web.Request], Awaitable[web.StreamResponse]]
Spoil = Callable[[web.Request, FaultRule, Continue], Awaitable[web.StreamResponse]]


@web.middleware
async def spoil_requests(request: web.Request, handler: Continue) -> web.StreamResponse:
    """Let the first rule that strikes have its way with a request."""
    if request.path.startswith(_EXEMPT) or request.path in (FEED_PATH, STREAM_PATH):
        return await handler(request)
    simulation = simulation_of(request)
    rule = simulation.faults.take(REQUEST_FAULTS, request.path, simulation.now_ms, method=request.method)
    if rule is None:
        return await handler(request)
    return await _SPOILERS[rule.kind](request, rule, handler)


async def _delay(request: web.Request, rule: FaultRule, proceed: Continue) -> web.StreamResponse:
    """Wait before the request is seen, or, where it is to be processed, before its answer leaves."""
    if rule.is_processed:
        answer = await proceed(request)
        await asyncio.sleep(rule.seconds)
        return answer
    await asyncio.sleep(rule.seconds)
    return await proceed(request)


async def _drop(request: web.Request, rule: FaultRule, proceed: Continue) -> web.StreamResponse:
    if rule.is_processed:
        await proceed(request)
    _abort(request)
    return web.Response()


async def _replace(request: web.Request, rule: FaultRule, proceed: Continue) -> web.StreamResponse:
    if rule.is_processed:
        await proceed(request)
    return _false_answer(rule)


async def _slow(request: web.Request, rule: FaultRule, proceed: Continue) -> web.StreamResponse:
    """Send the true answer in drips."""
    answer = await proceed(request)
    body = _body_of(answer)
    slow = web.StreamResponse(status=answer.status)
    slow.content_type = answer.content_type
    slow.content_length = len(body)
    await slow.prepare(request)
    for dribble in range(_DRIBBLES):
        await asyncio.sleep(rule.seconds / _DRIBBLES)
        await slow.write(body[dribble * len(body) // _DRIBBLES : (dribble + 1) * len(body) // _DRIBBLES])
    await slow.write_eof()
    return slow


async def _reset(request: web.Request, rule: FaultRule, proceed: Continue) -> web.StreamResponse:
    """Promise a body, send half of it, and reset the connection."""
    if not rule.is_processed:
        _abort(request)
        return web.Response()
    answer = await proceed(request)
    body = _body_of(answer)
    half = web.StreamResponse(status=answer.status)
    half.content_length = len(body) + 1
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    _abort(request)
    return half


def _false_answer(rule: FaultRule) -> web.Response:
    is_error = rule.kind is FaultKind.HTTP_ERROR
    status = rule.status or (500 if is_error else 200)
    if rule.kind is FaultKind.EMPTY_BODY or (is_error and rule.body == "empty"):
        return web.Response(status=status)
    if rule.kind is FaultKind.HTML_BODY or (is_error and rule.body == "html"):
        return web.Response(status=status, text=_HTML.format(status=status), content_type="text/html")
    if rule.content is not None:
        return web.Response(
            status=status, body=json.dumps(rule.content).encode(), content_type="application/json"
        )
    code = rule.code or _CODES.get(status, "UDAPI100500")
    return json_response({"status": "error", "errors": [error_row(code, "Something went wrong")]}, status)


def _body_of(answer: web.StreamResponse) -> bytes:
    body = answer.body if isinstance(answer, web.Response) else b""
    return body if isinstance(body, bytes) else b""


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


_SPOILERS: dict[FaultKind, Spoil] = {
    FaultKind.DELAY: _delay,
    FaultKind.DROP_BEFORE: _drop,
    FaultKind.DROP_AFTER: _drop,
    FaultKind.HTTP_ERROR: _replace,
    FaultKind.EMPTY_BODY: _replace,
    FaultKind.HTML_BODY: _replace,
    FaultKind.SLOW_BODY: _slow,
    FaultKind.RESET: _reset,
}
