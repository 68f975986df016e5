"""Telegram's questions and orders: from one person's chat, each carried out once, none that is old.

The number of a message is on disk before anything is done about it, so that no restart does it again. An
order goes through the engine like any other wish: it is journaled before it is answered.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Protocol

import structlog

from trading_bot.adapters.alerts.telegram_api import TelegramApi, TelegramError, Written
from trading_bot.domain.ist import MS_PER_SECOND, date_of, ms_at
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import Clock

log = structlog.get_logger()

_WAIT_S = 25
_OLD_S = 60
_CODE_S = 60
_PAUSE_S, _LONGEST_PAUSE_S = 2, 120
_DEAF_AFTER = 5
_MOST_STRANGERS = 20
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_PRIVATE_FILE = 0o600

HELP = """\
/status: what the daemon does, holds and earned
/positions: what is held, with stops
/why SYMBOL [HH:MM]: why it was traded, or not
/pause: enter nothing new; what is held keeps its stops
/resume: release a pause, a panic, and the halts that wait for you
/panic: cancel every order and close every position, in two steps"""
_PANIC = "panic cancels every order and closes every position, whoever opened them."
_WISHES = {"/pause": OperatorWish.PAUSE, "/resume": OperatorWish.RESUME}
TOO_OLD = "too old: nothing was done; write it again if you still want it"


class Answers(Protocol):
    """What the daemon says and does when it is asked."""

    def status(self) -> str:
        """What it does, holds and earned."""
        ...

    def positions(self) -> str:
        """What is held."""
        ...

    async def why(self, symbol: str, at_ms: int | None) -> str:
        """Why a symbol was traded or not, now or at a time."""
        ...

    async def carry_out(self, wish: OperatorWish) -> str:
        """Carry a wish out; returns once it is on disk, and says so, or why not."""
        ...


class Numbers:
    """The newest message that was taken, in a file beside the journals."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.newest = self._read()

    def keep(self, number: int) -> None:
        """Note a message as taken. Raises OSError: then nothing may be done about it."""
        beside = self._path.with_suffix(".new")
        beside.touch(mode=_PRIVATE_FILE)
        beside.write_text(f"{number}\n", encoding="ascii")
        beside.replace(self._path)
        self.newest = number

    def _read(self) -> int | None:
        """None where nothing is known: then the age of a message keeps old ones from being carried out."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None


@dataclass(slots=True)
class PanicCode:
    """The second step: a code that is good once, and for a minute."""

    new_code: Callable[[], str]
    _code: str = ""
    _until_ms: int = 0

    def asked(self, now_ms: int) -> str:
        """A new code; the one before is void."""
        self._code, self._until_ms = self.new_code(), now_ms + _CODE_S * MS_PER_SECOND
        return self._code

    def is_confirmed(self, code: str, now_ms: int) -> bool:
        """Whether it is the code. Void afterwards, right or wrong."""
        is_right = bool(self._code) and code == self._code and now_ms < self._until_ms
        self._code = ""
        return is_right


@dataclass(slots=True, kw_only=True)
class TelegramWorker:
    """Asks Telegram for messages by long polling, and answers those of one chat."""

    api: TelegramApi
    chat: int
    answers: Answers
    numbers: Numbers
    clock: Clock
    tell: Callable[[str, AlertKind, str], None]
    """Takes level, kind and text of what a person should know."""
    code: PanicCode
    name: str = "telegram"
    started_ms: int = field(init=False)
    _strangers: set[int] = field(default_factory=set)
    _failures: int = 0

    def __post_init__(self) -> None:
        self.started_ms = self.clock.now_ms()

    async def run(self, beat: Callable[[], None]) -> None:
        """Ask until cancelled."""
        try:
            while True:
                beat()
                await self._round()
        finally:
            await self.api.close()

    async def _round(self) -> None:
        try:
            messages = await self.api.written(self.numbers.newest, _WAIT_S)
        except TelegramError as error:
            await self._pause(error)
            return
        self._failures = 0
        for message in messages:
            if self.numbers.newest is None or message.number > self.numbers.newest:
                await self._take(message)

    async def _pause(self, error: TelegramError) -> None:
        self._failures += 1
        log.warning("telegram_not_heard", why=str(error), failures=self._failures)
        if self._failures == (1 if error.is_final else _DEAF_AFTER):
            text = f"orders by Telegram are not heard: {error}"
            self.tell("warning", AlertKind.TELEGRAM_DEAF, text)
        doubled = min(_PAUSE_S << min(self._failures - 1, 8), _LONGEST_PAUSE_S)
        wait_s = error.retry_after_s or (_LONGEST_PAUSE_S if error.is_final else doubled)
        await self.clock.sleep_until(self.clock.now_ms() + round(wait_s * MS_PER_SECOND))

    async def _take(self, message: Written) -> None:
        try:
            self.numbers.keep(message.number)
        except OSError as error:
            self.numbers.newest = message.number
            log.exception("telegram_number_not_kept")
            answer = f"nothing was done: it cannot be noted on disk that this was asked ({error.strerror})"
        else:
            answer = ""
        if message.chat != self.chat or not message.is_private or message.sender != self.chat:
            self._note_stranger(message)
            return
        await self._say(answer or await self._answer(message))

    def _note_stranger(self, message: Written) -> None:
        """Once for each, and not for ever: whoever writes a thousand times must not fill the log."""
        if message.chat in self._strangers or len(self._strangers) >= _MOST_STRANGERS:
            return
        self._strangers.add(message.chat)
        text = f"somebody else wrote to the Telegram bot (chat {message.chat}) and is not answered"
        self.tell("warning", AlertKind.STRANGER, text)

    async def _say(self, text: str) -> None:
        try:
            await self.api.say(self.chat, text)
        except TelegramError as error:
            log.warning("telegram_answer_not_sent", why=str(error))

    async def _answer(self, message: Written) -> str:
        now_ms, sent_ms = self.clock.now_ms(), message.sent_at_s * MS_PER_SECOND
        if sent_ms + MS_PER_SECOND <= self.started_ms or now_ms - sent_ms > _OLD_S * MS_PER_SECOND:
            return TOO_OLD
        return await self._done(message.text, now_ms)

    async def _done(self, text: str, now_ms: int) -> str:
        word, *rest = text.split() or [""]
        log.info("telegram_asked", what=word[:20])
        command = word.partition("@")[0].lower()
        if command in _WISHES:
            return await self.answers.carry_out(_WISHES[command])
        match command:
            case "/status":
                return self.answers.status()
            case "/positions":
                return self.answers.positions()
            case "/why":
                return await self._why(rest, now_ms)
            case "/panic":
                return await self._panic(rest, now_ms)
        return HELP

    async def _panic(self, rest: list[str], now_ms: int) -> str:
        if not rest:
            code = self.code.asked(now_ms)
            return f"{_PANIC} To do it, within {_CODE_S} s:\n/panic {code}"
        if not self.code.is_confirmed(rest[0], now_ms):
            return "nothing was done: the code is wrong, used or too old; /panic gives a new one"
        return await self.answers.carry_out(OperatorWish.PANIC)

    async def _why(self, rest: list[str], now_ms: int) -> str:
        if not rest:
            return "which symbol? for example /why RELIANCE 10:15"
        at_ms = None
        if len(rest) > 1:
            found = _CLOCK.fullmatch(rest[1])
            if found is None:
                return f"{rest[1]!r} is no time of day: write HH:MM, for example 10:15"
            at_ms = _moment(date_of(now_ms), int(found[1]), int(found[2]))
        return await self.answers.why(rest[0].upper(), at_ms)


def _moment(on: date, hour: int, minute: int) -> int:
    return ms_at(on, time(hour, minute))
