"""What a browser opens: login, the page with its files, and the schema."""

from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from trading_bot.report.page.markup import Html, element, joined
from trading_bot.web.access import LockedOutError
from trading_bot.web.assets import IMMUTABLE, Assets
from trading_bot.web.guard import LOGIN_PATH, LOGOUT_PATH, SESSION_COOKIE, client_of, grant_of
from trading_bot.web.parts import Parts

_PAGE = "/dashboard"
_WRONG = "this token is not known"
_LOCKED = "too many wrong tokens: wait a quarter of an hour"


def page_routes(parts: Parts, assets: Assets) -> APIRouter:
    """All of them; none is part of the API's schema."""
    router = APIRouter(include_in_schema=False)
    _add_login(router, parts, assets)
    _add_files(router, assets)
    return router


def _add_login(router: APIRouter, parts: Parts, assets: Assets) -> None:
    @router.get(LOGIN_PATH)
    async def login() -> Response:
        return _login_page(assets)

    @router.post(LOGIN_PATH)
    async def log_in(request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        try:
            opened = parts.access.log_in(form.get("token", [""])[0].strip(), client_of(request))
        except LockedOutError as error:
            return _login_page(assets, _LOCKED, HTTPStatus.TOO_MANY_REQUESTS, error.wait_s)
        if opened is None:
            return _login_page(assets, _WRONG, HTTPStatus.UNAUTHORIZED)
        answer = RedirectResponse(_PAGE, status_code=303)
        answer.set_cookie(
            SESSION_COOKIE,
            opened[0],
            max_age=int(parts.settings.session_hours * 3_600),
            httponly=True,
            samesite="strict",
            secure=parts.settings.is_over_tls,
        )
        return answer

    @router.post(LOGOUT_PATH)
    async def log_out(request: Request) -> Response:
        parts.access.log_out(grant_of(request))
        answer = RedirectResponse(LOGIN_PATH, status_code=303)
        answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
        return answer


def _add_files(router: APIRouter, assets: Assets) -> None:
    @router.get("/")
    async def root() -> Response:
        return RedirectResponse(_PAGE, status_code=303)

    @router.get(_PAGE)
    async def dashboard() -> Response:
        page = assets.index()
        if page is None:
            raise HTTPException(404, "there is no page; the API is at /api/v1, its schema at /docs")
        return HTMLResponse(page)

    @router.get("/static/{path:path}")
    async def static(path: str) -> Response:
        found = assets.find(path)
        if found is None:
            raise HTTPException(404, "no such file")
        asset, is_named = found
        cached = IMMUTABLE if is_named else "no-cache"
        return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": cached})


def _login_page(
    assets: Assets, problem: str = "", status: HTTPStatus = HTTPStatus.OK, wait_s: float = 0
) -> Response:
    style = element("link", rel="stylesheet", href=f"/static/{assets.hash}/login.css")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "Log in"),
        style if "login.css" in assets.files else None,
    )
    form = element(
        "form",
        element("label", "Token", for_="token"),
        element(
            "input", id="token", name="token", type="password", autocomplete="current-password", required=""
        ),
        element("button", "Log in", type="submit"),
        method="post",
        action=LOGIN_PATH,
    )
    told = element("p", problem, role="alert", class_="problem") if problem else None
    hint = element(
        "p",
        "The tokens are in web_tokens.toml in the data folder, or where the daemon says at its start.",
    )
    page = element(
        "html",
        head,
        element("body", element("main", element("h1", "trading-bot"), told, form, hint)),
        lang="en",
    )
    headers = {"Retry-After": str(int(wait_s) + 1)} if wait_s else {}
    return HTMLResponse(joined(Html("<!doctype html>"), page).text, status_code=status, headers=headers)
