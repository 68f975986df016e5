"""The way to a session: its time, a login, the instruments; each wait is a named state.

While there is no token nothing is asked of the broker but, where that is configured, for an approval on the
phone: the token's file is looked at every few seconds.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import structlog

from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.adapters.upstox.rest.instruments import InstrumentList
from trading_bot.adapters.upstox.rest.rest import confirmed_account
from trading_bot.bootstrap.login.requests import ApprovalRequests
from trading_bot.bootstrap.market.logins import Logins
from trading_bot.bootstrap.market.next_session import NextSession
from trading_bot.bootstrap.market.reminders import next_reminder_ms, urgency
from trading_bot.bootstrap.market.universe import Universe, chosen_universe, held_keys, traded_keys
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import date_of
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.book import Book
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.ports import Clock
from trading_bot.engine.snapshot import RunHeader
from trading_bot.settings.tree import Settings

log = structlog.get_logger()

WAITING_FOR_LOGIN = "waiting for login"
IDLE = "idle"
WAITING_FOR_BROKER = "waiting for the broker"
PREPARING = "preparing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a day starts from."""

    account: str
    """The broker's name of the account that is logged in."""
    universe: Universe
    previous_closes: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class Readiness:
    """Waits until a session can be traded."""

    settings: Settings
    account: str
    """The mode's name, for the header."""
    data: str
    session: NextSession
    book: Book
    clock: Clock
    logins: Logins
    adapter: UpstoxAdapter
    board: NoticeBoard
    stop_asked: asyncio.Event
    look_s: float
    looks: int = 0
    """How often was looked whether the session can be traded."""
    approvals: ApprovalRequests
    """Asks for a login on the phone while none is there."""
    ramp: str = ""
    """Where the roll-out stands, for the header."""
    _state: str = IDLE
    _reason: str = ""
    _said: tuple[str, date] | None = None
    _remind_at_ms: int = 0
    _wait_s: float = field(default=0.0)

    def header(self) -> RunHeader:
        """What is waited for."""
        now_ms = self.clock.now_ms()
        return RunHeader(
            mode=self.account,
            session_on=self.session.on,
            now_ms=now_ms,
            phase=self.session.phase(now_ms),
            data=self.data,
            state=self._state,
            reason=self._reason,
            ramp=self.ramp,
        )

    async def reached(self) -> Prepared | None:
        """Return what the day starts from, or None once the process is asked to stop."""
        while not self.stop_asked.is_set():
            self._wait_s = self.look_s
            self.looks += 1
            prepared = await self._look()
            if prepared is not None:
                return prepared
            await self._pause(self._wait_s)
        return None

    async def _look(self) -> Prepared | None:
        now_ms = self.clock.now_ms()
        is_today = date_of(now_ms) == self.session.on
        token = self.logins.look()
        if token is None and is_today:
            await self.approvals.ask_if_due(self.adapter.transport)
            self._enter(WAITING_FOR_LOGIN, self._why_no_login())
            return None
        if token is not None and self._state == WAITING_FOR_LOGIN:
            whose = f" of account {token.account}" if token.account else ""
            self._tell("info", f"a login{whose} is here: it goes on by itself")
        if now_ms < self.session.ready_ms:
            self._enter(IDLE, "" if is_today else self.session.why_not_today)
            return None
        self._enter(PREPARING, "")
        try:
            return await self._prepared()
        except NotAuthorisedError:
            self.logins.reject()
            self._enter(WAITING_FOR_LOGIN, "the broker does not accept the token")
        except ReadFailedError as error:
            self._enter(WAITING_FOR_BROKER, str(error))
            self._wait_s = self.settings.supervisor.login_delay_s
        return None

    def _why_no_login(self) -> str:
        return "; ".join(filter(None, (self.logins.why_not, self.approvals.standing)))

    async def _prepared(self) -> Prepared:
        account = await confirmed_account(self.adapter.reads, self.settings.upstox.account)
        known = await self._instruments()
        universe = chosen_universe(
            self.settings.run.chosen_symbols,
            known.instruments,
            held_keys(self.book),
            is_outdated=not known.is_today,
            traded=traded_keys(self.book, self.session.on),
            indices=self._indices,
        )
        return Prepared(
            account=account, universe=universe, previous_closes=await self._previous_closes(universe)
        )

    @property
    def _indices(self) -> tuple[str, ...]:
        vix = self.settings.risk.overlays.vix
        return (*self.settings.run.reference_indices, *((vix.instrument,) if vix.enabled else ()))

    async def _instruments(self) -> InstrumentList:
        """Today's list; only to close what is held, an older one is good enough."""
        if held_keys(self.book):
            return await self.adapter.instruments.known()
        listed = await self.adapter.instruments.instruments()
        return InstrumentList(on=date_of(self.clock.now_ms()), instruments=listed, is_today=True)

    async def _previous_closes(self, universe: Universe) -> Mapping[str, int]:
        """Closes of the session before, where the broker gives them."""
        keys = [instrument.key for instrument in universe.instruments]
        ticks = await self.adapter.market.quotes(keys)
        return {key: tick.previous_close for key, tick in ticks.items() if tick.previous_close}

    def _enter(self, state: str, why: str) -> None:
        """Be in a state, and tell a person when it is new, and now and then while a login is waited for."""
        now_ms = self.clock.now_ms()
        opening = self.session.opening_text(now_ms)
        self._state, self._reason = state, f"{why}; {opening}" if why else opening
        is_new = self._said != (state, date_of(now_ms))
        is_due = state == WAITING_FOR_LOGIN and now_ms >= self._remind_at_ms
        if not is_new and not is_due:
            return
        self._said = (state, date_of(now_ms))
        self._remind_at_ms = next_reminder_ms(now_ms, self.session.open_ms)
        self._tell(self._level(now_ms), f"{state}: {self._reason}")

    def _level(self, now_ms: int) -> str:
        if self._state == WAITING_FOR_LOGIN:
            return urgency(now_ms, self.session.open_ms)
        return "info" if self._state in (IDLE, PREPARING) else "warning"

    def _tell(self, level: str, text: str) -> None:
        self.board.add(self.clock.now_ms(), level, text, AlertKind.WAITING)
        log.warning("daemon_waits", state=self._state, says=text)

    async def _pause(self, wall_s: float) -> None:
        try:
            async with asyncio.timeout(wall_s):
                await self.stop_asked.wait()
        except TimeoutError:
            return
