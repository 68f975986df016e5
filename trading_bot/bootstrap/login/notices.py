"""The token that the broker posts after an approval on the phone: validated, believed, stored."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from trading_bot.adapters.upstox.login.login import token_from_notice
from trading_bot.adapters.upstox.login.notices import Taken
from trading_bot.adapters.upstox.login.token_store import AccessToken
from trading_bot.bootstrap.login.believed import stored
from trading_bot.domain.errors import LoginNeededError, ReadFailedError
from trading_bot.settings.tree import Settings

log = structlog.get_logger()

_WAITING_MOST = 4
_READ_TRIES = 24
_READ_AGAIN_S = 5.0
_LISTEN_AGAIN_S = 60.0


@dataclass(slots=True, kw_only=True)
class NotifierWorker:
    """Listens at the app's notifier address; what is posted is unsigned, the broker's profile is believed."""

    settings: Settings
    now_ms: Callable[[], int]
    tell: Callable[[str, str], None]
    """Tells a person; given a level and a text."""
    on_stored: Callable[[AccessToken], None] = lambda _token: None
    on_listening: Callable[[], None] = lambda: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    port: int = 0
    """The one that is listened on; 0 while none is."""
    refusal: str = ""
    """Why the newest post was not taken; whoever posts may have put words into it."""
    name: str = "login notifier"
    _waiting: "asyncio.Queue[AccessToken]" = field(
        default_factory=lambda: asyncio.Queue(maxsize=_WAITING_MOST)
    )

    async def run(self, beat: Callable[[], None]) -> None:
        """Listen until cancelled; a port that is taken costs no trading: it is told, and tried again."""
        was_told = False
        while True:
            beat()
            try:
                await self._listen(beat)
            except OSError as error:
                log.warning("notifier_cannot_listen", port=self.settings.login.notifier_port, why=str(error))
                if not was_told:
                    why = f"{self._where()} cannot be opened: {os.strerror(error.errno or 0)}"
                    self.tell("warning", f"no login by phone: {why}")
                was_told = True
            await self.sleep(_LISTEN_AGAIN_S)

    async def _listen(self, beat: Callable[[], None]) -> None:
        from trading_bot.adapters.upstox.login.notifier import notifier  # noqa: PLC0415  # brings a web server

        login = self.settings.login
        async with notifier(
            login.notifier_host, login.notifier_port, login.notifier_path, self._taken
        ) as self.port:
            log.info("notifier_listens", where=self._where())
            self.on_listening()
            while True:
                beat()
                await self._believe(await self._waiting.get())

    def _taken(self, body: bytes) -> Taken:
        try:
            token = token_from_notice(body, self.settings.upstox, self.settings.credentials, self.now_ms())
            self._waiting.put_nowait(token)
        except LoginNeededError as error:
            self.refusal = str(error)
            log.warning("notice_refused", why=self.refusal)
            return Taken.NO
        except asyncio.QueueFull:
            log.warning("notice_refused", why="too many at once")
            return Taken.BUSY
        return Taken.YES

    async def _believe(self, token: AccessToken) -> None:
        for _ in range(_READ_TRIES):
            try:
                await stored(self.settings, token, self.now_ms())
            except LoginNeededError as error:
                self.refusal = str(error)
                log.warning("notice_not_believed", why=self.refusal)
                self.tell("warning", f"a token that was posted to {self._where()} was not taken: {error}")
                return
            except ReadFailedError as error:
                log.warning("notice_not_confirmed_yet", why=str(error))
                await self.sleep(_READ_AGAIN_S)
            else:
                log.info("login_stored", account=token.account)
                self.on_stored(token)
                return
        self.tell("warning", "a login came in, and the broker did not answer to confirm it: log in again")

    def _where(self) -> str:
        login = self.settings.login
        return f"{login.notifier_host}:{self.port or login.notifier_port}{login.notifier_path}"
