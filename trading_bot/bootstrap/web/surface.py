"""The dashboard of one process: made once, and shown the daemon's days and rests one after the other.

Its libraries take a second to import: only whoever has it switched on imports this module.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from trading_bot.adapters.logs import MAIN_FILE
from trading_bot.adapters.redaction import Redactor
from trading_bot.bootstrap.web.earlier_runs import log_tail
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings
from trading_bot.web.access import Access
from trading_bot.web.app import create_app
from trading_bot.web.encoding import StatusEncoder
from trading_bot.web.hub import Hub
from trading_bot.web.lockout import Lockout
from trading_bot.web.panic_codes import PanicCodes
from trading_bot.web.parts import Parts
from trading_bot.web.server import Listener, PublishWorker, WebWorker
from trading_bot.web.stage import NobodyThereError, Stage
from trading_bot.web.tokens import Tokens
from trading_bot.web.views import Watched, Why

log = structlog.get_logger()


class Surface:
    """Gives the workers that serve whatever is watched."""

    def __init__(self, settings: Settings, tokens: Tokens, write: Callable[[str], None]) -> None:
        self._write = write
        self._is_told = False
        web, redactor = settings.web, Redactor(tokens.texts)
        self._stage = Stage(settings.mode)
        self.listener = Listener(web)
        self.parts = Parts(
            settings=web,
            stage=self._stage,
            access=Access(tokens, Lockout(time.monotonic, self._tell), time.monotonic, web.session_hours),
            hub=Hub(StatusEncoder(self._stage, _turn).encoded, web.update_ms / 1_000),
            panic_codes=PanicCodes(time.monotonic),
            log_lines=lambda count: log_tail(settings.logs.folder / MAIN_FILE, redactor, count),
            wall_ms=lambda: time.time_ns() // 1_000_000,
        )
        self._app = create_app(self.parts)

    def workers(self, watched: Watched, why: Why | None) -> Sequence[Worker]:
        """Serve this one from now on; the next one takes its place."""
        self._stage.show(watched, why)
        serving = WebWorker(
            self._app, self.parts.hub, self.listener, on_listening=self._say_where, tell=self._tell
        )
        return serving, PublishWorker(self.parts.hub)

    def _say_where(self, address: str) -> None:
        if not self._is_told:
            self._is_told = True
            self._write(f"dashboard: {address}")
            log.info("dashboard_listens", address=address)

    def _tell(self, text: str) -> None:
        log.warning("dashboard_trouble", detail=text)
        try:
            self._stage.watched.tell(text)
        except NobodyThereError:
            return


async def _turn() -> None:
    """Let other work have its turn."""
    await asyncio.sleep(0)
