"""What may be asked for: pause, resume, flatten, strategies on and off, and panic in two steps."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from trading_bot.engine.inputs import OperatorWish
from trading_bot.report.status import status_document
from trading_bot.web import answers
from trading_bot.web.guard import client_of, grant_of
from trading_bot.web.panic_codes import VALID_S
from trading_bot.web.parts import Parts
from trading_bot.web.routes.reading import Name, json_answer, known_strategy


class PanicStep(BaseModel):
    """The second step: the code of the first."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(min_length=1, max_length=64)]


def wish_routes(parts: Parts) -> APIRouter:
    """All of them."""
    router = APIRouter()
    _add_simple(router, parts)
    _add_strategies(router, parts)
    _add_panic(router, parts)
    return router


async def _done(parts: Parts, request: Request, wish: OperatorWish, subject: str = "") -> Response:
    """Have the wish journaled. It is shielded: what the engine took must be handed out, whoever hangs up."""
    watched = parts.stage.watched
    asking: asyncio.Future[Any] = asyncio.ensure_future(
        watched.ask(wish, f"dashboard, {client_of(request)}", subject)
    )
    await asyncio.shield(asking)
    halts = status_document(watched.head())["halts"]
    return json_answer(answers.Done(ok=True, halts=halts))


def _add_simple(router: APIRouter, parts: Parts) -> None:
    @router.post("/pause", response_model=answers.Done)
    async def pause(request: Request) -> Response:
        """Enter nothing new until resume; positions keep their stops."""
        return await _done(parts, request, OperatorWish.PAUSE)

    @router.post("/resume", response_model=answers.Done)
    async def resume(request: Request) -> Response:
        """Release a pause, a panic, and the halts that wait for a person; not a strategy that was stopped."""
        return await _done(parts, request, OperatorWish.RESUME)

    @router.post("/flatten", response_model=answers.Done)
    async def flatten(request: Request) -> Response:
        """Enter nothing new, and close every position of ours."""
        await _done(parts, request, OperatorWish.PAUSE)
        return await _done(parts, request, OperatorWish.FLATTEN)


def _add_strategies(router: APIRouter, parts: Parts) -> None:
    @router.post("/strategies/{name}/stop", response_model=answers.Done)
    async def stop(name: Name, request: Request) -> Response:
        """Let this strategy enter nothing new until it is started again."""
        known_strategy(parts, name)
        return await _done(parts, request, OperatorWish.STOP_STRATEGY, name)

    @router.post("/strategies/{name}/start", response_model=answers.Done)
    async def start(name: Name, request: Request) -> Response:
        """Let this strategy enter again."""
        known_strategy(parts, name)
        return await _done(parts, request, OperatorWish.START_STRATEGY, name)


def _add_panic(router: APIRouter, parts: Parts) -> None:
    @router.post("/panic/prepare", response_model=answers.PanicCode)
    async def prepare(request: Request) -> Response:
        """The first of two steps: a code that works once, within half a minute."""
        grant = grant_of(request)
        code = parts.panic_codes.prepare(grant.key)
        return json_answer(answers.PanicCode(code=code, expires_in_s=VALID_S))

    @router.post("/panic", response_model=answers.Done)
    async def panic(step: PanicStep, request: Request) -> Response:
        """Cancel every order, close every position, and latch until resume."""
        grant = grant_of(request)
        if not parts.panic_codes.spend(grant.key, step.code):
            raise HTTPException(409, "this code is wrong, spent, or older than half a minute: prepare anew")
        return await _done(parts, request, OperatorWish.PANIC)
