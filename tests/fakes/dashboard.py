"""The dashboard's app around a made-up day, its clock in the test's hand, and a client without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from scripts.made_day import MadeDay
from trading_bot.engine.inputs import OperatorWish
from trading_bot.web.access import Access
from trading_bot.web.app import create_app
from trading_bot.web.assets import Asset, Assets
from trading_bot.web.encoding import StatusEncoder
from trading_bot.web.hub import Hub
from trading_bot.web.lockout import Lockout
from trading_bot.web.panic_codes import PanicCodes
from trading_bot.web.parts import Parts
from trading_bot.web.settings import WebSettings
from trading_bot.web.stage import Stage
from trading_bot.web.tokens import Tokens

OPERATOR, READER = "o" * 43, "r" * 43
HOST = "127.0.0.1:8080"
ORIGIN = f"http://{HOST}"
WALL_MS = 1_795_000_000_000
TOKENS = Tokens(operator=SecretStr(OPERATOR), read_only=SecretStr(READER))
ASSETS = Assets(
    {
        "index.html": Asset(b'<script type="module" src="/static/app.js"></script>', "text/html"),
        "app.js": Asset(b"export {}", "text/javascript"),
        "login.css": Asset(b"body{}", "text/css"),
    },
    "0123456789ab",
)


class FakeDaemon(MadeDay):
    """A made-up day that notes what is asked of it."""

    def __init__(self, count: int = 4) -> None:
        super().__init__(seed=1, count=count)
        self.asked: list[tuple[OperatorWish, str]] = []
        self.told: list[str] = []
        self.failure: Exception | None = None

    async def ask(self, wish: OperatorWish, asked_by: str, subject: str = "") -> None:
        """Note it, or fail as told."""
        if self.failure is not None:
            raise self.failure
        self.asked.append((wish, subject))
        await super().ask(wish, asked_by, subject)

    def tell(self, text: str) -> None:
        """Note it."""
        self.told.append(text)


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class DashboardBench:
    """Everything that a test of the app holds in hand."""

    settings: WebSettings = field(default_factory=lambda: WebSettings(enabled=True))
    daemon: FakeDaemon = field(default_factory=FakeDaemon)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        if self.settings == _SHARED.settings:
            self.parts, self.app = _SHARED, _shared_app()
        else:
            self.parts = new_parts(self.settings)
            self.app = create_app(self.parts, ASSETS)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget what earlier tests did: making an app takes long, so they share one."""
        parts, clock = self.parts, self.clock
        parts.stage.show(self.daemon)
        lockout = Lockout(clock, self.daemon.tell)
        Access.__init__(parts.access, TOKENS, lockout, clock, self.settings.session_hours)
        PanicCodes.__init__(parts.panic_codes, clock)
        encoder = StatusEncoder(parts.stage, _no_pause)
        Hub.__init__(parts.hub, encoder.encoded, self.settings.update_ms / 1_000)

    def with_why(self, why) -> None:
        """Join what explains decisions."""
        self.parts.stage.show(self.daemon, why)

    def client(self, token: str | None = OPERATOR, **headers: str) -> httpx.AsyncClient:
        """A client that sends this token with every request."""
        bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url=ORIGIN,
            headers=bearer | headers,
        )

    @asynccontextmanager
    async def browser(self, token: str = OPERATOR) -> AsyncIterator[httpx.AsyncClient]:
        """A client that has logged in as a browser does, and knows its CSRF token."""
        async with self.client(None, Origin=ORIGIN) as client:
            answer = await client.post("/login", data={"token": token})
            assert answer.status_code == 303, answer.text
            csrf = (await client.get("/api/v1/session")).json()["csrf"]
            client.headers["X-CSRF-Token"] = csrf
            yield client


def new_parts(settings: WebSettings) -> Parts:
    """Parts that a bench fills."""
    clock = Clock()
    stage = Stage("replay")
    return Parts(
        settings=settings,
        stage=stage,
        access=Access(TOKENS, Lockout(clock, print), clock, settings.session_hours),
        hub=Hub(StatusEncoder(stage, _no_pause).encoded, settings.update_ms / 1_000),
        panic_codes=PanicCodes(clock),
        log_lines=lambda count: [f"line {number}" for number in range(5)][-count:],
        wall_ms=lambda: WALL_MS,
    )


async def _no_pause() -> None:
    return


_SHARED = new_parts(WebSettings(enabled=True))


@cache
def _shared_app() -> ASGIApp:
    return create_app(_SHARED, ASSETS)
