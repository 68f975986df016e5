"""The app: routes behind the guard."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from trading_bot import __version__
from trading_bot.domain.errors import ReadFailedError, StorageError, UserFacingError
from trading_bot.web import answers
from trading_bot.web.assets import Assets, read_assets
from trading_bot.web.guard import Guard, refusal
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
_COMMON: dict[int | str, dict[str, Any]] = {
    400: {"model": answers.Failure, "description": "Not understood"},
    401: {"model": answers.Failure, "description": "No token, or a wrong one"},
    404: {"model": answers.Failure, "description": "No such thing"},
    422: {"model": answers.Failure, "description": "A parameter is not what it should be"},
    429: {"model": answers.Failure, "description": "Too many wrong tokens"},
    501: {"model": answers.Failure, "description": "Not built in"},
    503: {"model": answers.Failure, "description": "Between two states, or a wish did not reach the disk"},
}
_WISHES: dict[int | str, dict[str, Any]] = {
    **_COMMON,
    403: {"model": answers.Failure, "description": "Role, Origin or CSRF token"},
    409: {"model": answers.Failure, "description": "The panic code is wrong or spent"},
    413: {"model": answers.Failure, "description": "Too large"},
}


def create_app(parts: Parts, assets: Assets | None = None) -> ASGIApp:
    """Everything that is served."""
    return Guard(unguarded_app(parts, assets or read_assets()), parts.access, parts.settings)


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
    api = APIRouter(prefix="/api/v1")
    api.include_router(reading_routes(parts), responses=_COMMON)
    api.include_router(wish_routes(parts), responses=_WISHES)
    app.include_router(api)
    app.include_router(page_routes(parts, assets))
    app.include_router(metrics_routes(parts))
    schema = schema_of(app)  # now, as it takes long enough to hold up a tick
    app.include_router(schema_routes(schema))
    for kind, status in (
        (NobodyThereError, 503),
        (StorageError, 503),
        (ReadFailedError, 503),
        (UserFacingError, 404),
    ):
        app.add_exception_handler(kind, _told_as(status))
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_exception_handler(RequestValidationError, _validation_error)
    return app


def schema_of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with what the guard asks for."""
    schema = app.openapi()
    schema["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "trading_bot_session"},
    }
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
