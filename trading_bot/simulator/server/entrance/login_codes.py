"""What stands between a login and its token: codes of the page, questions on the phone."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple


class _Grant(NamedTuple):
    client_id: str
    redirect_uri: str
    lapses_ms: int


class LoginCodes:
    """Single-use codes, each bound to the app and address that it was approved for."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._issued = 0
        self._open: dict[str, _Grant] = {}

    def issue(self, client_id: str, redirect_uri: str, *, lapses_ms: int) -> str:
        """A new code."""
        self._issued += 1
        code = hashlib.sha256(f"{self._seed}:login:{self._issued}".encode()).hexdigest()[:6]
        self._open[code] = _Grant(client_id, redirect_uri, lapses_ms)
        return code

    def redeem(self, code: str, now_ms: int) -> tuple[str, str] | None:
        """The app and address of a code, once, whatever comes of the exchange.

        None for a code that has lapsed, and for any other text.
        """
        grant = self._open.pop(code, None)
        if grant is None or now_ms >= grant.lapses_ms:
            return None
        return grant.client_id, grant.redirect_uri


class Approvals:
    """The questions on the user's phone that were not answered yet."""

    def __init__(self) -> None:
        self._asked: list[tuple[str, int]] = []

    def ask(self, client_id: str, lapses_ms: int) -> None:
        """One more question; it lapses by itself."""
        self._asked.append((client_id, lapses_ms))

    def open(self, now_ms: int) -> Iterator[str]:
        """The apps that wait for an answer, oldest first."""
        return (client_id for client_id, lapses_ms in self._asked if now_ms < lapses_ms)

    def take(self, now_ms: int) -> str | None:
        """The app of the oldest question, which is answered with this; None when there is none."""
        self._asked = [one for one in self._asked if now_ms < one[1]]
        return self._asked.pop(0)[0] if self._asked else None
