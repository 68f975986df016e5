"""The daemon's own requests for an approval on the phone: seldom, and never without being told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import structlog

from trading_bot.adapters.upstox.login.login import ask_for_phone_approval
from trading_bot.adapters.upstox.login.settings import LoginSettings
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.domain.errors import LoginNeededError, SettingsError
from trading_bot.domain.ist import MS_PER_MINUTE, date_of, datetime_of

log = structlog.get_logger()

_AGAIN_MS = 60 * MS_PER_MINUTE
_AFTER_FAILURE_MS = 10 * MS_PER_MINUTE
_MOST_IN_A_DAY = 4


@dataclass(slots=True, kw_only=True)
class ApprovalRequests:
    """Asks from the configured time of a day on, each hour while a login is missing."""

    settings: LoginSettings
    secrets: UpstoxSecrets
    now_ms: Callable[[], int]
    tell: Callable[[str, str], None]
    """Tells a person; given a level and a text."""
    standing: str = ""
    """What became of the newest request of the day, in a few words."""
    _on: date | None = None
    _count: int = 0
    _next_ms: int = 0

    async def ask_if_due(self, transport: UpstoxTransport) -> None:
        """Ask the broker if it is time; called while a login is missing on a day with a session."""
        if not self._is_due():
            return
        self._count += 1
        try:
            approval = await ask_for_phone_approval(transport, self.secrets)
        except (LoginNeededError, SettingsError) as error:
            self._next_ms = self.now_ms() + _AFTER_FAILURE_MS
            self._say("warning", f"no approval could be asked for: {error}")
            return
        self._next_ms = self.now_ms() + _AGAIN_MS
        at = f"{datetime_of(self.now_ms()):%H:%M}"
        self._say("warning", f"approve the login on your phone (asked for at {at})")
        log.info("approval_requested", lapses_ms=approval.lapses_ms, notifier_url=approval.notifier_url)

    def _is_due(self) -> bool:
        at, now_ms = self.settings.request_approval_at, self.now_ms()
        if self._on != date_of(now_ms):
            self._on, self._count, self._next_ms, self.standing = date_of(now_ms), 0, 0, ""
        if at is None or datetime_of(now_ms).time() < at:
            return False
        return self._count < _MOST_IN_A_DAY and now_ms >= self._next_ms

    def _say(self, level: str, text: str) -> None:
        self.standing = text
        self.tell(level, text)
