"""`status --watch`: the screen in this terminal, the daemon behind its socket."""

import asyncio
import os
import sys
from dataclasses import dataclass

from rich.console import Console

from trading_bot.bootstrap.answers.daemon.daemon_link import newest_database
from trading_bot.bootstrap.answers.one_shot import ASKED_BY
from trading_bot.bootstrap.places import daemon_socket
from trading_bot.control.client import NoDaemonError, ask
from trading_bot.control.protocol import STATUS
from trading_bot.domain.errors import SettingsError, UserFacingError
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.snapshot import Snapshot
from trading_bot.report.status_reading import snapshot_of_document
from trading_bot.settings.tree import Settings
from trading_bot.terminal.watch import WatchLoop, told

_EVERY_S = 0.5
_STATUS_S = 1.0
_WISH_S = 5.0
"""A wish is answered once it is on disk."""


@dataclass(frozen=True, slots=True)
class SocketSource:
    """Whatever daemon of the mode in effect runs at the moment: one that is restarted is found again."""

    settings: Settings

    def status(self) -> Snapshot:
        """Ask for the newest status."""
        return self._asked(STATUS, _STATUS_S)

    def wish(self, wish: OperatorWish) -> Snapshot:
        """Ask for something to be done."""
        return self._asked(wish, _WISH_S)

    def _asked(self, what: str, timeout_s: float) -> Snapshot:
        try:
            path = daemon_socket(newest_database(self.settings))
            answer = ask(path, what, asked_by=ASKED_BY, timeout_s=timeout_s)
        except (NoDaemonError, UserFacingError) as error:
            raise LookupError(str(error)) from error
        return snapshot_of_document(told(answer))


def watch_status(settings: Settings) -> int:
    """Show the daemon until the user quits. Raises SettingsError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingsError("--watch draws on a terminal, and this is none: use `status`, or `status --json`")
    loop = WatchLoop(
        source=SocketSource(settings),
        console=Console(),
        descriptor=sys.stdin.fileno(),
        every_s=_EVERY_S,
    )
    asyncio.run(loop.run())
    return os.EX_OK
