"""Access tokens and the codes of a login or a socket handshake: what is valid, and until when."""

import hashlib
from datetime import time, timedelta
from typing import NamedTuple

from trading_bot.domain.ist import date_of, ms_at

_EXPIRY = time(3, 30)


def expiry_ms(issued_at_ms: int) -> int:
    """The next 03:30 in India after an instant: every token dies then, whenever it was issued."""
    on = date_of(issued_at_ms)
    same_day = ms_at(on, _EXPIRY)
    return same_day if issued_at_ms < same_day else ms_at(on + timedelta(days=1), _EXPIRY)


class Tokens:
    """The access tokens of the one simulated account."""

    def __init__(self, seed: str, *, accept_any: bool = False) -> None:
        self._seed = seed
        self._issued = 0
        self._accept_any = accept_any
        self._expiry_ms: dict[str, int] = {}
        self._revoked: set[str] = set()

    def admit(self, token: str, now_ms: int) -> None:
        """Make a given token valid until the next 03:30."""
        self._revoked.discard(token)
        self._expiry_ms[token] = expiry_ms(now_ms)

    def issue(self, now_ms: int) -> str:
        """A new token, valid until the next 03:30."""
        self._issued += 1
        digest = hashlib.sha256(f"{self._seed}:{self._issued}".encode()).hexdigest()
        token = f"sim-{digest[:40]}"
        self.admit(token, now_ms)
        return token

    def revoke_all(self) -> None:
        """End every token that is valid now."""
        self._revoked.update(self._expiry_ms)
        self._expiry_ms.clear()
        self._accept_any = False

    def revoke(self, token: str) -> None:
        """End one token."""
        self._expiry_ms.pop(token, None)
        self._revoked.add(token)

    def is_valid(self, token: str, now_ms: int) -> bool:
        """Whether a request with this token is answered."""
        if not token or token in self._revoked:
            return False
        if token not in self._expiry_ms and self._accept_any:
            self.admit(token, now_ms)
        return now_ms < self._expiry_ms.get(token, 0)


class HandshakePass(NamedTuple):
    """What a one-time socket address stands for."""

    feed: str
    """`market` or `portfolio`."""
    token: str
    update_types: frozenset[str] = frozenset()


class OneTimeCodes:
    """Codes that are good for one use each."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._issued = 0
        self._passes: dict[str, HandshakePass] = {}

    def issue(self, granted: HandshakePass) -> str:
        """A new code."""
        self._issued += 1
        code = hashlib.sha256(f"{self._seed}:code:{self._issued}".encode()).hexdigest()[:16]
        self._passes[code] = granted
        return code

    def redeem(self, code: str, feed: str) -> HandshakePass | None:
        """What the code grants, once; None for a used, unknown or foreign code."""
        granted = self._passes.get(code)
        if granted is None or granted.feed != feed:
            return None
        return self._passes.pop(code)
