"""The command line's side of the local socket."""

import socket
from pathlib import Path
from typing import Any

from trading_bot.control.protocol import LONGEST_ANSWER, line_of, message_of, socket_address
from trading_bot.domain.errors import TradingBotError


class NoDaemonError(TradingBotError):
    """Nobody answers on the socket: no daemon runs, or it hangs."""


class SilentDaemonError(NoDaemonError):
    """Somebody listens on the socket and did not answer in time: a daemon that hangs, or is slow."""


def ask(path: Path, wish: str, *, asked_by: str, timeout_s: float = 1.0) -> dict[str, Any]:
    """Send one request and return the answer.

    Raises NoDaemonError when there is no socket or nobody listens, SilentDaemonError when no answer comes
    within the timeout.
    """
    try:
        with socket_address(path) as address, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(address)
            connection.sendall(line_of({"do": wish, "by": asked_by}))
            with connection.makefile("rb") as stream:
                line = stream.readline(LONGEST_ANSWER)
        return message_of(line)
    except TimeoutError as error:
        raise SilentDaemonError(f"no answer on {path} within {timeout_s:g} s") from error
    except (OSError, ValueError) as error:
        raise NoDaemonError(f"no answer on {path}: {error}") from error
