"""Stands before the app: Host, Origin, tokens, roles and CSRF, and what every answer carries.

Nothing behind it is reached by a request that it refuses, so a route cannot forget to ask.
"""

import hmac
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trading_bot.web.access import Access, Grant, LockedOutError, Role
from trading_bot.web.settings import WebSettings, is_loopback

CSRF_HEADER = "x-csrf-token"
LOGIN_PATH, LOGOUT_PATH, STATIC = "/login", "/logout", "/static/"
_LONG_NUMBER = 10
_PAGES = frozenset({"/", "/dashboard", "/docs"})
_LARGEST_BODY = 65_536
_LARGEST_LOGIN = 4_096
"""Whoever has not shown a token yet gets less of our time."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(:[0-9]{1,5})?", re.IGNORECASE)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # without a referrer a form is sent with the Origin "null"
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")


def refusal(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error as the API words it."""
    return JSONResponse({"error": text}, status_code=status, headers=dict(headers or {}))


@dataclass(frozen=True, slots=True)
class Guard:
    """The outermost layer of the app."""

    app: ASGIApp
    access: Access
    settings: WebSettings
    cookie: str
    """The name of the session's cookie."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with the grant in its state."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                is_cached = any(name == b"cache-control" for name, _ in headers)
                message = {**message, "headers": [*headers, *_HEADERS, *(() if is_cached else (_NO_STORE,))]}
            await send(message)

        request = Request(scope, receive)
        answer = self._refusal_of(request) or self._admit(request)
        if answer is not None:
            await answer(scope, receive, send_guarded)
            return
        await self.app(scope, _bounded(receive, _largest_body(_path_of(request))), send_guarded)

    def _refusal_of(self, request: Request) -> Response | None:
        """What is wrong with a request whoever sends it."""
        host = request.headers.get("host", "")
        if not self._is_our_name(_host_of(host)):
            return refusal(421, "this name is not served here: see web.allowed_hosts")
        if request.method not in ("GET", "HEAD", "POST"):
            return refusal(405, "only GET and POST", {"Allow": "GET, HEAD, POST"})
        origin = request.headers.get("origin")
        if origin is not None and _place_of(origin) != host.lower():
            return refusal(403, "the Origin is not this page")
        most = _largest_body(_path_of(request))
        if not _is_small(request.headers.get("content-length", "0"), most):
            return refusal(413, f"a body has at most {most} bytes")
        return None

    def _is_our_name(self, name: str) -> bool:
        allowed = {self.settings.host.lower(), *(one.lower() for one in self.settings.allowed_hosts)}
        return is_loopback(name) or name in allowed

    def _admit(self, request: Request) -> Response | None:
        """Who asks, and whether that may be asked; None lets the request pass."""
        path, is_post = _path_of(request), request.method == "POST"
        if path == LOGIN_PATH:
            return (
                refusal(403, "an Origin is needed") if is_post and "origin" not in request.headers else None
            )
        if path.startswith(STATIC) and not is_post:
            return None
        try:
            grant = self._grant_of(request)
        except LockedOutError as error:
            return refusal(429, str(error), {"Retry-After": str(math.ceil(error.wait_s))})
        if grant is None:
            return _to_login(request)
        request.scope.setdefault("state", {})["grant"] = grant
        return _post_refusal(request, grant) if is_post else None

    def _grant_of(self, request: Request) -> Grant | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.access.of_token(token.strip(), client_of(request))
        session_id = _session_of(request, self.cookie)
        return None if session_id is None else self.access.of_session(session_id)


def grant_of(request: Request) -> Grant:
    """As what the one who asks was let in."""
    grant: Grant = request.state.grant
    return grant


def client_of(request: Request) -> str:
    """The address that asks."""
    return "unknown" if request.client is None else request.client.host


def _to_login(request: Request) -> Response:
    if request.method != "POST" and _path_of(request) in _PAGES:
        return RedirectResponse(LOGIN_PATH, status_code=303)
    return refusal(401, "log in, or send a token", {"WWW-Authenticate": "Bearer"})


def _post_refusal(request: Request, grant: Grant) -> Response | None:
    if grant.csrf is not None:
        shown = request.headers.get(CSRF_HEADER, "")
        if "origin" not in request.headers:
            return refusal(403, "an Origin is needed")
        if not hmac.compare_digest(shown.encode(), grant.csrf.encode()):
            return refusal(403, "X-CSRF-Token is not that of the session")
    if grant.role is not Role.OPERATOR and _path_of(request) != LOGOUT_PATH:
        return refusal(403, "this needs the operator's token")
    return None


def cookie_name(mode: str) -> str:
    """The session's cookie: browsers know no ports, and a daemon of another mode may serve this very host."""
    return f"trading_bot_session_{mode}"


def _session_of(request: Request, name: str) -> str | None:
    try:
        cookie = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if cookie is None else cookie.value


def _path_of(request: Request) -> str:
    """The path that the app routes by. The library's address of a request is put together with its Host."""
    path: str = request.scope["path"]
    return path


def _host_of(host: str) -> str:
    """A Host header without its port, in lower case; an IPv6 address without its brackets."""
    found = _HOST.fullmatch(host)
    return "" if found is None else found[1].strip("[]").lower()


def _place_of(origin: str) -> str:
    """Name and port of an Origin; empty where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _largest_body(path: str) -> int:
    return _LARGEST_LOGIN if path == LOGIN_PATH else _LARGEST_BODY


def _is_small(length: str, most: int) -> bool:
    return length.isascii() and length.isdigit() and len(length) < _LONG_NUMBER and int(length) <= most


def _bounded(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    """The body of a request that does not say its length ends where it becomes too large."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > most else message

    return bounded
