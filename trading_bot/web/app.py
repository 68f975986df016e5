"""The app: routes behind the guard."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from trading_bot import __version__
from trading_bot.domain.errors import DecisionFailedError, ReadFailedError, StorageError, UserFacingError
from trading_bot.web.assets import Assets, read_assets
from trading_bot.web.guard import Guard, cookie_name, refusal
from trading_bot.web.metrics import metrics_routes
from trading_bot.web.parts import Parts
from trading_bot.web.routes.pages import page_routes
from trading_bot.web.routes.reading import reading_routes
from trading_bot.web.routes.schema import schema_routes
from trading_bot.web.routes.wishes import wish_routes
from trading_bot.web.stage import NobodyThereError

_DESCRIPTION = (
    "What the trading daemon holds, thinks and does, and how to stop it. Send Authorization: Bearer <token>."
)
_PREFIX = "/api/v1"
_FAILURE = {
    "type": "object",
    "title": "Failure",
    "required": ["error"],
    "properties": {"error": {"type": "string", "title": "Error"}},
}


def _failures(**described: str) -> dict[int | str, dict[str, Any]]:
    """Answers that tell why not; written out, since a model for each would take a second to make."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
    return {
        int(status.removeprefix("_")): {"description": text, "content": content}
        for status, text in described.items()
    }


_COMMON = _failures(
    _400="Not understood",
    _401="No token, or a wrong one",
    _404="No such thing",
    _422="A parameter is not what it should be",
    _429="Too many wrong tokens",
    _501="Not built in",
    _503="Between two states, or a wish did not reach the disk",
)
_WISHES = _COMMON | _failures(
    _403="Role, Origin or CSRF token",
    _409="The panic code is wrong or spent, or the operator's token is to be shown once more",
    _413="Too large",
)


def create_app(parts: Parts, assets: Assets | None = None) -> ASGIApp:
    """Everything that is served."""
    app = unguarded_app(parts, assets or read_assets())
    return Guard(app, parts.access, parts.settings, cookie_name(parts.stage.mode))


def unguarded_app(parts: Parts, assets: Assets) -> FastAPI:
    """The routes alone."""
    app = FastAPI(
        title="trading-bot",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(reading_routes(parts), prefix=_PREFIX, responses=_COMMON)
    app.include_router(wish_routes(parts), prefix=_PREFIX, responses=_WISHES)
    app.include_router(page_routes(parts, assets))
    app.include_router(metrics_routes(parts))
    schema = schema_of(app, cookie_name(parts.stage.mode))  # now, as it takes long enough to hold up a tick
    app.include_router(schema_routes(schema))
    for kind, status in (
        (NobodyThereError, 503),
        (StorageError, 503),
        (ReadFailedError, 503),
        (DecisionFailedError, 503),
        (UserFacingError, 404),
    ):
        app.add_exception_handler(kind, _told_as(status))
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_exception_handler(RequestValidationError, _validation_error)
    return app


def schema_of(app: FastAPI, cookie: str) -> dict[str, Any]:
    """The OpenAPI document, with what the guard asks for."""
    schema = app.openapi()
    schema["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
    }
    schema["components"]["schemas"]["Failure"] = _FAILURE
    schema["security"] = [{"token": []}, {"session": []}]
    return schema


def _told_as(status: int) -> Any:
    async def told(_request: Request, error: Exception) -> Response:
        return refusal(status, str(error))

    return told


async def _unexpected(_request: Request, _error: Exception) -> Response:
    """A mistake of ours: its stack goes to the log, and nothing of it to whoever asked."""
    return refusal(500, "this went wrong here; the log says why")


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, str(error.detail), error.headers)


async def _validation_error(_request: Request, error: Exception) -> Response:
    """Say what is wrong, without repeating what was sent."""
    assert isinstance(error, RequestValidationError)
    problems = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return refusal(422, "; ".join(problems))
