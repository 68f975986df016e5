"""What may be asked for: pause, resume, flatten, strategies on and off, and panic in two steps."""

import asyncio
from collections.abc import Sequence
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from trading_bot.engine.inputs import OperatorWish
from trading_bot.report.status import status_document
from trading_bot.web import answers
from trading_bot.web.access import LockedOutError
from trading_bot.web.guard import client_of, grant_of
from trading_bot.web.panic_codes import VALID_S
from trading_bot.web.parts import Parts
from trading_bot.web.routes.reading import Name, json_answer, known_strategy

_SAID = {
    OperatorWish.PAUSE: "paused: nothing new is entered; positions keep their stops",
    OperatorWish.RESUME: "resumed: panic and the halts that waited for a person are released",
    OperatorWish.FLATTEN: "closing the positions of ours",
    OperatorWish.PANIC: "panic is latched: every order is cancelled, every position closed",
    OperatorWish.STOP_STRATEGY: "stopped: it enters nothing more; its positions keep their stops",
    OperatorWish.START_STRATEGY: "started: it may enter again",
}
_NEEDS_BROKER = frozenset({OperatorWish.FLATTEN, OperatorWish.PANIC})
_LATER = "no session is under way, so nothing can be sent: what is held stays until one begins"
_ONCE_MORE = "to resume takes the operator's token once more"


class Confirmation(BaseModel):
    """The operator's token, shown once more; needless where it comes with every request."""

    model_config = ConfigDict(extra="forbid")
    token: Annotated[str, Field(max_length=1_024)] = ""


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
    message = _message(wish, subject, halts, is_trading=watched.is_trading)
    return json_answer(answers.Done(ok=True, message=message, halts=halts))


def _message(wish: OperatorWish, subject: str, halts: Sequence[str], *, is_trading: bool) -> str:
    """What was done, and what was not."""
    said = f"{subject}: {_SAID[wish]}" if subject else _SAID[wish]
    left = _left(wish, subject, halts)
    if left:
        return f"{said}; still in force: {'; '.join(left)}"
    return f"{said}; {_LATER}" if wish in _NEEDS_BROKER and not is_trading else said


def _left(wish: OperatorWish, subject: str, halts: Sequence[str]) -> Sequence[str]:
    """What a wish that lets go has not released."""
    if wish is OperatorWish.START_STRATEGY:
        return [halt for halt in halts if halt.startswith(f"strategy {subject}:")]
    return halts if wish is OperatorWish.RESUME else ()


def _require_confirmation(parts: Parts, request: Request, token: str) -> None:
    """Raise HTTPException unless the operator's token was shown, with this request or once more.

    To stop is easy; to let go on must not be, for a page that somebody left open.
    """
    if grant_of(request).csrf is None:
        return
    try:
        if token and parts.access.confirms(token, client_of(request)):
            return
    except LockedOutError as error:
        raise HTTPException(429, str(error), {"Retry-After": str(ceil(error.wait_s))}) from error
    raise HTTPException(409, _ONCE_MORE)


def _add_simple(router: APIRouter, parts: Parts) -> None:
    @router.post("/pause", response_model=answers.Done)
    async def pause(request: Request) -> Response:
        """Enter nothing new until resume; positions keep their stops."""
        return await _done(parts, request, OperatorWish.PAUSE)

    @router.post("/resume", response_model=answers.Done)
    async def resume(request: Request, shown: Confirmation | None = None) -> Response:
        """Release a pause, a panic, and the halts that wait for a person; not a strategy that was stopped.

        A session shows the operator's token once more.
        """
        _require_confirmation(parts, request, "" if shown is None else shown.token)
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
