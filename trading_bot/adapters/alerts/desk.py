"""The desk between the daemon and its channels: it takes a message at once, and sends it when it can.

Each channel is a worker of its own, so that one that hangs holds up no other. What it cannot send yet waits
in `Held`, whose size does not depend on how much comes.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from trading_bot.adapters.alerts.held import Held, Letter
from trading_bot.adapters.alerts.sending import NotTakenError, Sender
from trading_bot.adapters.alerts.settings import AlertLevel, AlertSettings
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.ports import Clock

log = structlog.get_logger()

_LAST_LETTERS = 3
"""That are sent one by one at the end: each may take a second, and there are few."""
Tell = Callable[[AlertLevel, AlertKind, str], None]
"""Takes level, kind and text of a message that is not for the channel itself."""


@dataclass(slots=True, kw_only=True)
class Channel:
    """One way to a person, and what still has to go there."""

    name: str
    """Such as `alerts 1 (tgram)`: nothing secret."""
    level: AlertLevel
    """The least that is sent."""
    sender: Sender
    held: Held
    clock: Clock
    settings: AlertSettings
    tell_others: Tell
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    is_down: bool = False
    is_text_refused: bool = False
    """Whether the receiver objected to a letter again and again: it is told of it and gets no quotes."""
    failures: int = 0
    """In a row."""
    told: int = 0
    """Alerts that were taken by the receiver."""
    _under_way: "asyncio.Task[None] | None" = None
    """The newest call: it is let finish when the worker is cancelled, or its letter would go out twice."""

    def offer(self, level: AlertLevel, kind: AlertKind, text: str) -> None:
        """Take a message in, if it is urgent enough for this channel; does not wait."""
        if level.rank < self.level.rank:
            return
        self.held.offer(level, kind.words, text, self.clock.now_ms())
        self.arrived.set()

    async def run(self, beat: Callable[[], None]) -> None:
        """Send until cancelled."""
        while True:
            beat()
            await self._until_due()
            await self._send_newest(beat)

    async def _until_due(self) -> None:
        self.arrived.clear()
        now_ms = self.clock.now_ms()
        due_ms = self.held.due_ms(now_ms)
        if due_ms is None:
            await self.arrived.wait()
        elif due_ms > now_ms:
            await self.clock.wait_for(self.arrived, due_ms)

    async def _send_newest(self, beat: Callable[[], None]) -> None:
        """Send what is due until it is taken; each try takes the most urgent that waits by then."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(NotTakenError), wait=self._pause_s, sleep=self._sleep
        ):
            with attempt:
                beat()
                letter = self.held.letter(self.clock.now_ms())
                if letter is not None:
                    self._under_way = asyncio.create_task(self._send(letter))
                    await asyncio.shield(self._under_way)

    async def _send(self, letter: Letter) -> None:
        try:
            await self.sender.send(_without_quotes(letter) if self.is_text_refused else letter)
        except NotTakenError as error:
            self._failed(error)
            raise
        self.held.taken(letter)
        self.told += letter.count
        self.failures, self.is_text_refused = 0, False
        if self.is_down:
            self.is_down = False
            self.tell_others(AlertLevel.INFO, AlertKind.CHANNEL_BACK, f"{self.name} takes messages again")

    def _failed(self, error: NotTakenError) -> None:
        self.failures += 1
        log.warning("alert_not_taken", channel=self.name, why=str(error), failures=self.failures)
        if error.is_about_text and self.failures >= self.settings.attempts:
            self.is_text_refused = True
        if not self.is_down and (error.is_final or self.failures >= self.settings.attempts):
            self.is_down = True
            self.tell_others(
                AlertLevel.CRITICAL, AlertKind.CHANNEL_DOWN, f"{self.name} takes no messages: {error}"
            )

    def _pause_s(self, state: RetryCallState) -> float:
        """Doubling, or as long as the receiver asks for."""
        error = None if state.outcome is None else state.outcome.exception()
        assert isinstance(error, NotTakenError)
        if error.retry_after_s is not None:
            return error.retry_after_s
        if error.is_final:
            return self.settings.retry_longest_s
        doubled = self.settings.retry_first_s * 2.0 ** min(self.failures - 1, 16)
        return min(doubled, self.settings.retry_longest_s)

    async def _sleep(self, seconds: float) -> None:
        await self.clock.sleep_until(self.clock.now_ms() + round(seconds * MS_PER_SECOND))

    async def settled(self) -> None:
        """Return when the call that is under way has ended, however it ends."""
        if self._under_way is not None:
            await asyncio.wait({self._under_way})
            self._under_way.exception()  # it was logged

    async def send_rest(self) -> None:
        """Send what waits, once: a few letters as they are, more of them as one. The process ends."""
        try:
            for _ in range(_LAST_LETTERS if self.held.waiting <= _LAST_LETTERS else 0):
                letter = self.held.letter(self.clock.now_ms())
                if letter is not None:
                    await self.sender.send(letter)
                    self.held.taken(letter)
            letter = self.held.all_in_one()
            if letter is not None:
                await self.sender.send(letter)
                self.held.forget()
        except NotTakenError as error:
            left = self.held.all_in_one()
            count = 0 if left is None else left.count
            log.critical("alerts_left_unsent", channel=self.name, count=count, why=str(error))


def _level_of(word: str) -> AlertLevel:
    """A word that is no level is told as loudly as can be: whoever pins a notice must not fail over it."""
    try:
        return AlertLevel(word)
    except ValueError:
        log.exception("alert_without_a_level", level=word)
        return AlertLevel.CRITICAL


def _shouted(channel: Channel, letter: Letter) -> None:
    try:
        channel.sender.send_blocking(letter)
    except NotTakenError as error:
        log.critical("alert_not_taken", channel=channel.name, why=str(error))


def _without_quotes(letter: Letter) -> Letter:
    text = f"{letter.count} {letter.level} messages that are not taken here as they are: the log has them"
    return Letter(level=letter.level, text=text, count=letter.count)


@dataclass(slots=True)
class AlertDesk:
    """Every channel."""

    channels: Sequence[Channel]
    drain_s: float

    def tell(self, level: str, kind: AlertKind, text: str) -> None:
        """Hand a message to every channel that wants its level; does not wait and does not fail."""
        urgency = _level_of(level)
        for channel in self.channels:
            channel.offer(urgency, kind, text)

    def shout(self, kind: AlertKind, text: str) -> None:
        """Tell something critical from whatever thread: the event loop stands, and so do the channels.

        It returns at once; the calls run in threads of their own, and nobody waits for them.
        """
        log.critical("alert_shouted", kind=kind, text=text)
        letter = Letter(level=AlertLevel.CRITICAL, text=text, count=1)
        for channel in self.channels:
            threading.Thread(target=_shouted, args=(channel, letter), name="alert", daemon=True).start()

    def tell_others(self, channel_name: str) -> Tell:
        """The same for all but one, which is the one that fails."""

        def tell(level: AlertLevel, kind: AlertKind, text: str) -> None:
            for channel in self.channels:
                if channel.name != channel_name:
                    channel.offer(level, kind, text)

        return tell

    async def drained(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Stop the workers and give what waits a few seconds; then let it be, and log how much there was."""
        await stop()
        if not self.drain_s:
            return
        try:
            async with asyncio.timeout(self.drain_s):
                settling = [asyncio.ensure_future(channel.settled()) for channel in self.channels]
                await asyncio.wait(settling, timeout=self.drain_s / 2)
                await asyncio.gather(*(channel.send_rest() for channel in self.channels))
        except TimeoutError:
            left = [channel.name for channel in self.channels if not channel.held.is_empty]
            log.critical("alerts_left_unsent", channels=left)
