"""The ways to log in, joined to the terminal, the desktop and the running daemon."""

import os
import sys
import webbrowser
from collections.abc import Callable

from trading_bot.bootstrap.answers.daemon.daemon_link import is_daemon_running
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.login.by_browser import Person, has_desktop, is_remote, log_in_by_browser
from trading_bot.bootstrap.login.by_phone import Seams, log_in_by_phone
from trading_bot.settings.options import LoginWay
from trading_bot.settings.tree import Settings
from trading_bot.terminal.typed_line import typed_line


def log_in(settings: Settings, way: LoginWay, write: Callable[[str], None], *, has_terminal: bool) -> None:
    """Obtain and store the token of the day. Raises UserFacingError."""
    if way is LoginWay.PHONE:
        seams = Seams(now_ms=wall_now_ms, is_daemon_listening=lambda: is_daemon_running(settings))
        log_in_by_phone(settings, write, seams)
        return
    person = Person(
        write=write,
        typed=typed_line if has_terminal else None,
        open_page=_opened,
        is_remote=is_remote(os.environ),
    )
    log_in_by_browser(settings, person, is_pasted=way is LoginWay.PASTE, now_ms=wall_now_ms)


def _opened(address: str) -> bool:
    return has_desktop(os.environ, sys.platform) and webbrowser.open(address)
