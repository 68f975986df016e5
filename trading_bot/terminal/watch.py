"""The screen of a daemon that runs elsewhere: its newest status, how old that is, and keys."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Protocol

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.text import Text

from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.snapshot import Snapshot
from trading_bot.terminal.keys import Keyboard
from trading_bot.terminal.screen import Screen
from trading_bot.terminal.words import age_text, time_text

_DRAW_S = 0.25
_OLD_S = 2.5
_ARMED_S = 10.0
_KEYS = " p pause   r resume   x panic   q quit"
_ALARM = "bold white on red"
_WITHOUT = "python main.py --panic-exit works without it"
_PANIC = " PANIC cancels every order and closes every position of the account: press y to do it"
_RELEASE = " RESUME releases what waits for you, and entries may begin: press y to do it"
_PAUSED = "entries: paused"
"""The halt that was asked for here; every other one stands for something that somebody has to understand."""


class Source(Protocol):
    """Where the status comes from; both raise LookupError where nobody answers, ValueError for a no."""

    def status(self) -> Snapshot:
        """Ask for the newest status."""
        ...

    def wish(self, wish: OperatorWish) -> Snapshot:
        """Ask for something to be done; return the status after it is on disk."""
        ...


@dataclass(slots=True)
class Watch:
    """What is known and shown; time comes from whoever calls."""

    began_s: float
    snapshot: Snapshot | None = None
    answered_s: float | None = None
    trouble: str = ""
    note: str = ""
    """What became of the newest key."""
    armed: OperatorWish | None = None
    """A wish that a second key confirms."""
    armed_until_s: float = 0.0

    def answered(self, snapshot: Snapshot, now_s: float) -> None:
        """Take the newest status."""
        self.snapshot, self.answered_s, self.trouble = snapshot, now_s, ""

    def failed(self, why: str) -> None:
        """Note that nobody answered."""
        self.trouble = why

    def pressed(self, key: str, now_s: float) -> OperatorWish | None:
        """What a key asks for; what cannot be taken back takes two."""
        armed = self.armed if now_s <= self.armed_until_s else None
        self.armed = None
        if armed is not None:
            self.note = "" if key == "y" else f"{armed.value}: not done"
            return armed if key == "y" else None
        wish = _WISHES.get(key)
        if wish is not None and self._takes_two(wish):
            self.armed, self.armed_until_s = wish, now_s + _ARMED_S
            return None
        return wish

    def silence_s(self, now_s: float) -> float | None:
        """For how long the daemon has not answered; None while it does."""
        if self.answered_s is None:
            return now_s - self.began_s
        age_s = now_s - self.answered_s
        return age_s if age_s > _OLD_S or self.trouble else None

    def _takes_two(self, wish: OperatorWish) -> bool:
        if wish is OperatorWish.PANIC:
            return True
        halts = self.snapshot.halts if self.snapshot else ()
        return wish is OperatorWish.RESUME and any(halt != _PAUSED for halt in halts)


_WISHES = {"p": OperatorWish.PAUSE, "r": OperatorWish.RESUME, "x": OperatorWish.PANIC}


@dataclass(frozen=True, slots=True)
class WatchScreen:
    """One moment of it, ready to be drawn at any size."""

    watch: Watch
    now_s: float

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        watch = self.watch
        silence_s = watch.silence_s(self.now_s)
        above = [_silence_line(watch, silence_s)] if silence_s is not None else []
        below = list(self._footer())
        yield from above
        if watch.snapshot is not None:
            needed = sum(ceil(line.cell_len / options.max_width) for line in (*above, *below))
            yield Screen(watch.snapshot, reserved_lines=needed)
        yield from below

    def _footer(self) -> Iterator[Text]:
        """Whole lines, wrapped where they are long: what a key did must be readable in any terminal."""
        watch = self.watch
        if watch.note:
            yield Text(f" {watch.note}", style="bold")
        if watch.armed is not None and self.now_s <= watch.armed_until_s:
            yield Text(_PANIC if watch.armed is OperatorWish.PANIC else _RELEASE, style=_ALARM)
        else:
            yield Text(_KEYS, style="dim")


def _silence_line(watch: Watch, silence_s: float) -> Text:
    if watch.snapshot is None:
        said = f" no daemon answers for {age_text(silence_s)}: waiting for it; {watch.trouble}"
    else:
        last = time_text(watch.snapshot.run.now_ms)
        said = f" THE DAEMON DOES NOT ANSWER for {age_text(silence_s)} (below: {last}); {_WITHOUT}"
    return Text(said, style=_ALARM)


@dataclass(slots=True, kw_only=True)
class WatchLoop:
    """Asks, draws and listens until a key, a signal or the end of the terminal."""

    source: Source
    console: Console
    descriptor: int
    every_s: float
    monotonic_s: Callable[[], float] = time.monotonic
    watch: Watch = field(init=False)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.watch = Watch(self.monotonic_s())

    async def run(self) -> None:
        """Show it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            loop.add_signal_handler(number, self._over.set)
        with (
            Keyboard(self.descriptor) as keyboard,
            Live(console=self.console, auto_refresh=False, screen=True) as live,
        ):
            loop.add_reader(self.descriptor, self._take_key, keyboard)
            polling = asyncio.ensure_future(self._poll())
            try:
                while not self._over.is_set():
                    live.update(WatchScreen(self.watch, self.monotonic_s()), refresh=True)
                    await self._until_changed()
            finally:
                loop.remove_reader(self.descriptor)
                polling.cancel()
                await asyncio.wait({polling, *self._asking})

    async def _until_changed(self) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(_DRAW_S):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _poll(self) -> None:
        while True:
            try:
                snapshot = await asyncio.to_thread(self.source.status)
                self.watch.answered(snapshot, self.monotonic_s())
            except (LookupError, ValueError) as error:
                self.watch.failed(str(error))
            self._changed.set()
            await asyncio.sleep(self.every_s)

    def _take_key(self, keyboard: Keyboard) -> None:
        key = keyboard.key()
        if key is None:
            return
        if key in ("", "q"):
            self._over.set()
        else:
            wish = self.watch.pressed(key, self.monotonic_s())
            if wish is not None:
                self._start(self._carry_out(wish))
        self._changed.set()

    async def _carry_out(self, wish: OperatorWish) -> None:
        self.watch.note = f"{wish.value} …"
        try:
            snapshot = await asyncio.to_thread(self.source.wish, wish)
            self.watch.answered(snapshot, self.monotonic_s())
            self.watch.note = (
                f"{wish.value} was taken at {time_text(snapshot.run.now_ms)}{_limit(wish, snapshot)}"
            )
        except (LookupError, ValueError) as error:
            self.watch.note = f"{wish.value}: no answer, look again ({error}); {_WITHOUT}"
        self._changed.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)


def _limit(wish: OperatorWish, snapshot: Snapshot) -> str:
    """What a wish cannot do now: between sessions nobody asks the broker, and nothing can be sent."""
    is_asked = snapshot.is_confirmed_flat is not None
    return (
        ""
        if wish is not OperatorWish.PANIC or is_asked
        else f"; no session is under way: nothing is closed ({_WITHOUT})"
    )


def told(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The status of a socket's answer. Raises ValueError with the daemon's objection."""
    if not answer.get("ok"):
        raise ValueError(str(answer.get("error", "no reason given")))
    status: Mapping[str, Any] = answer["status"]
    return status
