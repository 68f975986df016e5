"""`login --phone`: the broker asks on the user's phone, and posts the token to the app's notifier address.

There is nothing to ask the broker for: a token comes to that address or not at all. Where the running daemon
listens there, this waits for the file that it writes.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from trading_bot.adapters.upstox.login.login import Approval, ask_for_phone_approval
from trading_bot.adapters.upstox.login.token_store import AccessToken
from trading_bot.bootstrap.answers.broker import token_store, upstox
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.login.believed import stored_text
from trading_bot.bootstrap.login.notices import NotifierWorker
from trading_bot.domain.errors import LoginNeededError, SettingsError, UserFacingError
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.tree import Settings, require_safe_notifier

_LOOK_S = 0.5
_SAID_EVERY_S = 60.0
_SAID_MOST = 200

Write = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """What a test puts in place of the world."""

    now_ms: Callable[[], int]
    is_daemon_listening: Callable[[], bool]
    """Whether the running daemon is the one that holds the notifier's port."""
    look_s: float = _LOOK_S
    monotonic_s: Callable[[], float] = time.monotonic


def log_in_by_phone(settings: Settings, write: Write, seams: Seams) -> None:
    """Ask for an approval and wait for its token.

    Raises SettingsError where none could arrive, LoginNeededError when none did, UserFacingError when another
    program holds the notifier's port.
    """
    if not settings.login.notifier_port:
        raise SettingsError(
            "login by phone needs login.notifier_port: the broker sends the token of an approval to the "
            "app's notifier address and nowhere else, and it cannot be asked for it.\n"
            "  fix: set it up as docs/morning.md says, or use `python main.py login`"
        )
    require_safe_notifier(settings)
    with silence():
        asyncio.run(_Waiting(settings, write, seams).run())


class _Waiting:
    def __init__(self, settings: Settings, write: Write, seams: Seams) -> None:
        self._settings = settings
        self._write = write
        self._seams = seams
        self._store = token_store(settings)
        self._before = self._secret()
        self._trouble = ""
        self._worker: NotifierWorker | None = None

    async def run(self) -> None:
        if self._seams.is_daemon_listening():
            self._write("the running daemon takes the token in")
            await self._ask_and_wait()
            return
        is_decided = asyncio.Event()
        worker = self._worker = NotifierWorker(
            settings=self._settings,
            now_ms=self._seams.now_ms,
            tell=partial(self._tell, is_decided),
            on_listening=is_decided.set,
        )
        listening = asyncio.ensure_future(worker.run(lambda: None))
        try:
            await is_decided.wait()
            if not worker.port:
                raise UserFacingError(f"{self._trouble}; end what listens there, or choose another port")
            await self._ask_and_wait()
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    def _tell(self, is_decided: asyncio.Event, _level: str, text: str) -> None:
        self._trouble = text
        if is_decided.is_set():
            self._write(text)
        is_decided.set()

    async def _ask_and_wait(self) -> None:
        approval = await self._asked()
        self._write(_asked_text(self._settings, approval))
        self._write(stored_text(self._settings, await self._arrived(approval)))

    async def _asked(self) -> Approval:
        async with upstox(self._settings, lambda: None, self._seams.now_ms()) as broker:
            return await ask_for_phone_approval(broker.transport, self._settings.credentials)

    async def _arrived(self, approval: Approval) -> AccessToken:
        """The token, once it is on disk. Raises LoginNeededError."""
        now_s = self._seams.monotonic_s()
        end_s, say_s = now_s + self._settings.login.approval_wait_s, now_s + _SAID_EVERY_S
        while now_s < end_s:
            token = self._found()
            if token is not None:
                return token
            if now_s >= say_s:
                self._write(f"still waiting, for {end_s - now_s:.0f} s more")
                say_s += _SAID_EVERY_S
            await asyncio.sleep(self._seams.look_s)
            now_s = self._seams.monotonic_s()
        raise LoginNeededError(_nothing_came(approval, self._refusal()))

    def _refusal(self) -> str:
        worker = self._worker
        return "" if worker is None else worker.refusal

    def _found(self) -> AccessToken | None:
        try:
            token = self._store.load(self._seams.now_ms())
        except LoginNeededError:
            return None
        return None if token.secret.get_secret_value() == self._before else token

    def _secret(self) -> str:
        try:
            return self._store.load(self._seams.now_ms()).secret.get_secret_value()
        except LoginNeededError:
            return ""


def _asked_text(settings: Settings, approval: Approval) -> str:
    lapses = f"{datetime_of(approval.lapses_ms):%Y-%m-%d %H:%M} IST"
    target = (
        f"the broker will send the token to {approval.notifier_url}"
        if approval.notifier_url
        else ("the broker names no notifier address: register one for the app, or no token will come")
    )
    wait_s = settings.login.approval_wait_s
    wait = f"waiting for {f'{wait_s / 60:.0f} minutes' if wait_s >= _SAID_EVERY_S else f'{wait_s:.0f} s'}"
    return f"approve the request on your phone, until {lapses}\n{target}\n{wait}"


def _nothing_came(approval: Approval, refusal: str) -> str:
    where = approval.notifier_url or "the app's notifier address"
    said = "".join(sign if sign.isprintable() else "?" for sign in refusal[:_SAID_MOST])
    posted = f"; what was posted to {where} was not taken: {said}" if said else ""
    return (
        f"no token came{posted}. Either the request was refused or not seen on the phone: run "
        f"`login --phone` again. Or {where} does not lead here: `curl -X POST {where}` has to be answered "
        "with 400 while this waits (docs/morning.md). `python main.py login` needs neither"
    )
