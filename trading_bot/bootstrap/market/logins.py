"""The token of the day while a daemon runs: looked for on disk every few seconds, asked for nowhere else."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, usable_token
from trading_bot.domain.errors import LoginNeededError
from trading_bot.domain.ist import MS_PER_MINUTE

log = structlog.get_logger()

_REMIND_MS = 10 * MS_PER_MINUTE


@dataclass(slots=True)
class Logins:
    """Finds the newest token that is alive, and remembers which the broker did not accept."""

    store: TokenStore
    from_environment: SecretStr | None
    now_ms: Callable[[], int]
    token: AccessToken | None = None
    why_not: str = ""
    """Why there is no token."""
    _rejected: set[str] = field(default_factory=set)

    def look(self) -> AccessToken | None:
        """Read the store again and present the token that is good now, as far as is known here; return it."""
        self.token = self.find()
        return self.token

    def find(self) -> AccessToken | None:
        """Read the store again, and present what was presented before.

        Threads ask for the token at any time: it is replaced in one step.
        """
        try:
            found = usable_token(self.store, self.from_environment, self.now_ms())
        except LoginNeededError as error:
            self.why_not = str(error)
            return None
        if found.secret.get_secret_value() in self._rejected:
            self.why_not = "the broker does not accept the token: log in again (python main.py login)"
            return None
        return found

    def secret(self) -> SecretStr | None:
        """The token to present now."""
        return None if self.token is None else self.token.secret

    def reject(self) -> None:
        """Note that the broker does not accept the present token."""
        if self.token is not None:
            self._rejected.add(self.token.secret.get_secret_value())
        self.token = None


@dataclass(slots=True, kw_only=True)
class LoginWorker:
    """Takes a new token up while the day runs, for when the broker ended the old one; reminds until then."""

    logins: Logins
    look_s: float
    """Wall seconds between two looks at the token's file."""
    is_needed: Callable[[], bool]
    """Whether the day says that the broker does not accept the token."""
    tell: Callable[[str, str], None]
    ask_on_phone: Callable[[], Awaitable[None]]
    """Asks for an approval on the phone if that is configured and due."""
    name: str = "login"
    _since_ms: int = 0
    _remind_at_ms: int = 0

    async def run(self, beat: Callable[[], None]) -> None:
        """Look until cancelled."""
        while True:
            beat()
            await asyncio.sleep(self.look_s)
            await self.look()

    async def look(self) -> None:
        """Take up what is new, else do what a missing login asks for."""
        found, present = self.logins.find(), self.logins.token
        if found is not None and (present is None or found.secret != present.secret):
            self.logins.token = found
            self._since_ms = 0
            log.info("token_replaced", account=found.account)
            self.tell("info", f"a new login{_whose(found)} is here: reads and orders go on with it")
        elif self.is_needed():
            await self._miss(self.logins.now_ms())
        else:
            self._since_ms = 0

    async def _miss(self, now_ms: int) -> None:
        """The engine itself pages when it meets a dead token; this goes on where nobody asks any more."""
        if not self._since_ms:
            self._since_ms, self._remind_at_ms = now_ms, now_ms + MS_PER_MINUTE
        await self.ask_on_phone()
        if now_ms >= self._remind_at_ms:
            minutes = (now_ms - self._since_ms) // MS_PER_MINUTE
            self._remind_at_ms = now_ms + _REMIND_MS
            self.tell(
                "critical",
                f"no login for {minutes} min: nothing is entered, stops rest at the exchange; "
                "python main.py login",
            )


def _whose(token: AccessToken) -> str:
    return f" of account {token.account}" if token.account else ""
