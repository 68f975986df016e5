"""Whether what is to listen on this machine can, and the line of `check` about the dashboard."""

import errno
import socket

from trading_bot.bootstrap.answers.daemon.daemon_link import is_daemon_running
from trading_bot.report.check_line import CheckLine, doubtful, passed
from trading_bot.settings.tree import Settings

_NAME = "dashboard port"
_FIX = "end what listens there, or choose another web.port (web.host)"


def dashboard_line(settings: Settings) -> CheckLine:
    """Whether the dashboard gets its address; without it the daemon trades all the same."""
    web = settings.web
    if not web.enabled:
        return passed(_NAME, "off: web.enabled = true serves it (docs/page.md)")
    where = f"{web.host}:{web.port}"
    trouble = port_trouble(web.host, web.port)
    if not trouble:
        return passed(_NAME, f"{where} is free; the daemon will listen there")
    if is_daemon_running(settings, with_replays=True):
        return passed(_NAME, f"{where} is in use, and a daemon of these settings runs")
    return doubtful(_NAME, f"{where} cannot be opened: {trouble}; trading goes on without the page", _FIX)


def port_trouble(host: str, port: int) -> str:
    """Why an address cannot be listened on; empty where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return "it is in use" if error.errno == errno.EADDRINUSE else str(error.strerror)
    return ""
