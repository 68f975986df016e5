"""The token of the day while a daemon runs: looked for on disk every few seconds, asked for nowhere else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from pydantic import SecretStr

from trading_bot.adapters.upstox.token_store import AccessToken, TokenStore, usable_token
from trading_bot.domain.errors import LoginNeededError

log = structlog.get_logger()


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


@dataclass(frozen=True, slots=True)
class LoginWorker:
    """Takes a new token up while the day runs, for when the broker ended the old one."""

    logins: Logins
    look_s: float
    """Wall seconds between two looks at the token's file."""
    name: str = "login"

    async def run(self, beat: Callable[[], None]) -> None:
        """Look until cancelled."""
        while True:
            beat()
            await asyncio.sleep(self.look_s)
            found, present = self.logins.find(), self.logins.token
            if found is None or (present is not None and found.secret == present.secret):
                continue
            self.logins.token = found
            log.info("token_replaced", account=found.account)
