"""Who is asking: tokens, and the sessions that a login opens."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from trading_bot.domain.errors import TradingBotError
from trading_bot.web.lockout import Lockout
from trading_bot.web.tokens import Tokens

_MOST_SESSIONS = 100
_SECONDS_PER_HOUR = 3_600
_ID_BYTES = 32


class Role(StrEnum):
    """What somebody may do."""

    READ_ONLY = "read_only"
    OPERATOR = "operator"


class LockedOutError(TradingBotError):
    """Too many wrong tokens came from there."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many wrong tokens: wait, then try again")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """That somebody was let in, and as what."""

    role: Role
    key: str
    """Digest of what was shown: the session's id or the token; tells two of them apart."""
    csrf: str | None = None
    """What a state-changing request of a session has to repeat; None where a token is sent each time."""
    expires_at_s: float | None = None


@dataclass(slots=True)
class Access:
    """Lets in whoever shows a token or a living session."""

    tokens: Tokens
    lockout: Lockout
    now_s: Callable[[], float]
    session_hours: float
    _sessions: OrderedDict[str, Grant] = field(default_factory=OrderedDict)

    def log_in(self, token: str, client: str) -> tuple[str, Grant] | None:
        """A new session's id and grant; None for a wrong token. Raises LockedOutError."""
        role = self._role_of(token, client)
        if role is None:
            return None
        session_id = secrets.token_urlsafe(_ID_BYTES)
        grant = Grant(
            role=role,
            key=_digest(session_id),
            csrf=secrets.token_urlsafe(_ID_BYTES),
            expires_at_s=self.now_s() + self.session_hours * _SECONDS_PER_HOUR,
        )
        self._sessions[grant.key] = grant
        while len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session_id, grant

    def of_session(self, session_id: str) -> Grant | None:
        """The grant of a session that lives."""
        grant = self._sessions.get(_digest(session_id))
        return grant if grant is not None and self.is_alive(grant) else None

    def of_token(self, token: str, client: str) -> Grant | None:
        """The grant of a token sent with each request; None for a wrong one. Raises LockedOutError.

        Counted apart from logins: a scraper with an old token must not keep a person of the same address out.
        """
        role = self._role_of(token, f"{client} with a token of the API")
        return None if role is None else Grant(role=role, key=_digest(token))

    def confirms(self, token: str, client: str) -> bool:
        """Whether somebody who is logged in shows the operator's token once more. Raises LockedOutError."""
        return self._role_of(token, client) is Role.OPERATOR

    def is_alive(self, grant: Grant) -> bool:
        """Whether it still opens anything."""
        if grant.expires_at_s is None:
            return True
        if self.now_s() < grant.expires_at_s:
            return grant.key in self._sessions
        self._sessions.pop(grant.key, None)
        return False

    def log_out(self, grant: Grant) -> None:
        """End a session."""
        self._sessions.pop(grant.key, None)

    def _role_of(self, token: str, client: str) -> Role | None:
        """Compare with both tokens in constant time: hashes have one length, and none is left out."""
        wait_s = self.lockout.wait_s(client)
        if wait_s:
            raise LockedOutError(wait_s)
        shown = _digest(token)
        operator, read_only = (_digest(text) for text in self.tokens.texts)
        is_operator = hmac.compare_digest(shown, operator)
        is_reader = hmac.compare_digest(shown, read_only)
        if is_operator:
            return Role.OPERATOR
        if is_reader:
            return Role.READ_ONLY
        self.lockout.note_failure(client)
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
