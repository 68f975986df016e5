"""What may be looked at."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from starlette.responses import Response

from trading_bot.engine.snapshot import OrderView
from trading_bot.report.status import document_of, status_document
from trading_bot.web import answers
from trading_bot.web.encoding import json_bytes, json_in_turns
from trading_bot.web.guard import grant_of
from trading_bot.web.parts import Parts
from trading_bot.web.stream import MOST_LISTENERS, EventStream
from trading_bot.web.views import Chart, SignalQuery, SignalView, StrategyView, Watched

Name = Annotated[str, Path(min_length=1, max_length=128)]
Symbol = Annotated[str, Query(min_length=1, max_length=64)]
Moment = Annotated[int | None, Query(ge=0, le=4_102_444_800_000, description="Epoch milliseconds")]
_NEWEST = 20
_ROWS_AT_ONCE = 25
_LONGEST_TIMEFRAME_S = 86_400


def json_answer(value: Any) -> Response:
    """A value of ours as the body."""
    return Response(json_bytes(value), media_type="application/json")


async def large_answer(value: Any) -> Response:
    """The same for what may have hundreds of rows: other work gets its turn meanwhile."""
    return Response(await json_in_turns(value), media_type="application/json")


def reading_routes(parts: Parts) -> APIRouter:
    """All of them."""
    router = APIRouter()
    _add_state(router, parts)
    _add_trading(router, parts)
    _add_strategies(router, parts)
    _add_explaining(router, parts)
    return router


def _add_state(router: APIRouter, parts: Parts) -> None:
    stage, access = parts.stage, parts.access

    @router.get("/session", response_model=answers.SessionAnswer)
    async def session(request: Request) -> Response:
        """Who asks, and what state-changing requests have to repeat."""
        grant = grant_of(request)
        left_s = None if grant.expires_at_s is None else grant.expires_at_s - access.now_s()
        expires_at_ms = None if left_s is None else parts.wall_ms() + int(left_s * 1_000)
        return json_answer(
            answers.SessionAnswer(
                role=grant.role, csrf=grant.csrf, expires_at_ms=expires_at_ms, mode=stage.mode
            )
        )

    @router.get("/status", response_model=dict[str, Any])
    async def status() -> Response:
        """Everything that the surfaces show: the document of `status --json`."""
        return Response(await parts.hub.newest(), media_type="application/json")

    @router.get(
        "/events", response_class=Response, responses={200: {"content": {EventStream.media_type: {}}}}
    )
    async def events(request: Request) -> Response:
        """Snapshots as they change, as server-sent events."""
        grant = grant_of(request)
        stage.watched  # noqa: B018  # nobody there is said at once
        if parts.hub.listeners >= MOST_LISTENERS:
            raise HTTPException(503, f"{MOST_LISTENERS} listeners are served at most")
        return EventStream(parts.hub, lambda: access.is_alive(grant))

    @router.get("/logs", response_model=answers.LogTail)
    async def logs(lines: Annotated[int, Query(ge=1, le=2_000)] = 200) -> Response:
        """The newest lines of the log."""
        return json_answer(answers.LogTail(lines=await asyncio.to_thread(parts.log_lines, lines)))


def _add_trading(router: APIRouter, parts: Parts) -> None:
    stage = parts.stage

    @router.get("/positions", response_model=answers.Positions)
    async def positions() -> Response:
        """What is held."""
        rows = [document_of(view) for view in stage.watched.held()]
        return json_answer(answers.Positions(positions=rows))

    @router.get("/orders", response_model=answers.Orders)
    async def orders() -> Response:
        """The day's orders, newest first."""
        return await large_answer(answers.Orders(orders=await _rows(stage.watched.orders()[::-1])))

    @router.get("/orders/{tag}", response_model=answers.OrderDetail)
    async def order(tag: Name) -> Response:
        """One order and everything that happened to it."""
        watched = stage.watched
        found = [view for view in watched.orders() if view.tag == tag]
        if not found:
            raise HTTPException(404, "no order of today has this tag")
        life = await watched.order_life(tag)
        return json_answer(answers.OrderDetail(order=document_of(found[0]), life=life))

    @router.get("/trades", response_model=answers.Trades)
    async def trades() -> Response:
        """The day's closed trades, newest first."""
        return await large_answer(answers.Trades(trades=stage.watched.trades()[::-1]))

    @router.get("/performance", response_model=answers.Performance)
    async def performance() -> Response:
        """The day's result over time, and the results of earlier runs."""
        watched = stage.watched
        day = status_document(watched.head())["day"]
        runs = await watched.runs()
        return await large_answer(answers.Performance(equity=watched.equity(), day=day, runs=runs))


def _add_strategies(router: APIRouter, parts: Parts) -> None:
    stage = parts.stage

    @router.get("/strategies", response_model=answers.Strategies)
    async def strategies() -> Response:
        """The strategies that run."""
        return json_answer(answers.Strategies(strategies=stage.watched.strategies()))

    @router.get("/strategies/{name}", response_model=answers.StrategyDetail)
    async def strategy(name: Name) -> Response:
        """One strategy with its newest evaluations."""
        view = known_strategy(parts, name)
        newest = stage.watched.signals(SignalQuery(limit=_NEWEST, strategy=name))
        return json_answer({**asdict(view), "evaluations": newest})

    @router.get("/signals", response_model=answers.Signals)
    async def signals(
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        before: Annotated[int | None, Query(ge=0, le=1 << 53)] = None,
        symbol: Symbol | None = None,
        strategy: Annotated[str | None, Query(min_length=1, max_length=128)] = None,
        raised: bool = False,  # noqa: FBT001, FBT002  # a parameter of the address
    ) -> Response:
        """Evaluations with every gate, newest first."""
        query = SignalQuery(limit=limit, before=before, symbol=symbol, strategy=strategy, raised=raised)
        found = await _evaluations(stage.watched, query)
        is_more = len(found) == limit and found[-1].number > 1
        next_before = found[-1].number if is_more else None
        return await large_answer(answers.Signals(signals=found, next_before=next_before))


def _add_explaining(router: APIRouter, parts: Parts) -> None:
    @router.get("/candles", response_model=answers.Candles)
    async def candles(
        symbol: Symbol,
        timeframe: Annotated[int | None, Query(ge=60, le=_LONGEST_TIMEFRAME_S, multiple_of=60)] = None,
    ) -> Response:
        """Candles of an instrument with indicators, and what we did there."""
        chart = await parts.stage.watched.chart(symbol, timeframe)
        if chart is None:
            raise HTTPException(404, "this symbol is not watched")
        return await large_answer(_candles(chart))

    @router.get("/why", response_model=dict[str, Any])
    async def why(symbol: Symbol, time: Moment = None) -> Response:
        """Why something was traded, or not."""
        explain = parts.stage.why
        if explain is None:
            raise HTTPException(501, "nothing here explains decisions: look at /api/v1/signals for the gates")
        return json_answer(await asyncio.to_thread(explain, symbol, time))


async def _rows(views: Sequence[OrderView]) -> list[Mapping[str, Any]]:
    """Their rows of the status document."""
    rows: list[Mapping[str, Any]] = []
    for first in range(0, len(views), _ROWS_AT_ONCE):
        rows += map(document_of, views[first : first + _ROWS_AT_ONCE])
        await asyncio.sleep(0)
    return rows


async def _evaluations(watched: Watched, query: SignalQuery) -> list[SignalView]:
    """Some at a time: the gates of each are formed when it is looked at, and a tick must not wait for 500."""
    found: list[SignalView] = []
    before = query.before
    while (left := query.limit - len(found)) > 0:
        wanted = min(left, _ROWS_AT_ONCE)
        part = watched.signals(replace(query, limit=wanted, before=before))
        found += part
        if len(part) < wanted:
            break
        before = part[-1].number
        await asyncio.sleep(0)
    return found


def known_strategy(parts: Parts, name: str) -> StrategyView:
    """The strategy of this name. Raises HTTPException 404."""
    for view in parts.stage.watched.strategies():
        if view.name == name:
            return view
    raise HTTPException(404, "no strategy of this name runs")


def _candles(chart: Chart) -> answers.Candles:
    bars = [
        answers.Bar(time_ms=start_ms, open=first, high=high, low=low, close=last, volume=volume)
        for start_ms, first, high, low, last, volume in chart.candles
    ]
    return answers.Candles(
        symbol=chart.symbol,
        timeframe_s=chart.timeframe_s,
        candles=bars,
        indicators=chart.indicators,
        marks=chart.marks,
        lines=answers.Lines(stop=chart.stop, target=chart.target),
    )
