"""Logins of a daemon that runs, over days and between them: who listens, who asks, who is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.bootstrap.day.day_standing import needs_login
from trading_bot.bootstrap.login.notices import NotifierWorker
from trading_bot.bootstrap.login.requests import ApprovalRequests
from trading_bot.bootstrap.market.logins import Logins, LoginWorker
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.day import TradingDay
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings


@dataclass(slots=True, kw_only=True)
class LoginDesk:
    """Joins them."""

    settings: Settings
    logins: Logins
    now_ms: Callable[[], int]
    board: NoticeBoard
    approvals: ApprovalRequests = field(init=False)
    _day: TradingDay | None = None

    def __post_init__(self) -> None:
        self.approvals = ApprovalRequests(
            settings=self.settings.login,
            secrets=self.settings.credentials,
            now_ms=self.now_ms,
            tell=self.tell,
        )

    def follow(self, day: TradingDay | None) -> None:
        """Look after a day from now on, or after none."""
        self._day = day

    def tell(self, level: str, text: str) -> None:
        """Tell a person: as an alert of the day where one runs, else on the board."""
        if self._day is None:
            self.board.add(self.now_ms(), level, text, AlertKind.WAITING)
        else:
            self._day.engine.outbox.put_alert(Alert(kind=AlertKind.WAITING, level=level, text=text))

    def listening(self) -> Sequence[Worker]:
        """What takes in the logins of the phone, where they are configured."""
        if not self.settings.login.notifier_port:
            return ()
        return (NotifierWorker(settings=self.settings, now_ms=self.now_ms, tell=self.tell),)

    def workers(self, transport: UpstoxTransport, look_s: float) -> Sequence[Worker]:
        """What looks after the login while a day runs."""
        login = LoginWorker(
            logins=self.logins,
            look_s=look_s,
            is_needed=lambda: self._day is not None and needs_login(self._day),
            tell=self.tell,
            ask_on_phone=partial(self.approvals.ask_if_due, transport),
        )
        return (login, *self.listening())
