"""`status --watch`: what it shows, what its keys do, and how it leaves a terminal."""

import asyncio
import os
import pty
import re
import signal
import termios
from contextlib import suppress
from dataclasses import replace

import pytest
from rich.console import Console

from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.snapshot import RunHeader
from trading_bot.terminal.keys import Keyboard
from trading_bot.terminal.watch import Watch, WatchLoop, WatchScreen, told

PANIC, PAUSE, RESUME = OperatorWish.PANIC, OperatorWish.PAUSE, OperatorWish.RESUME
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def drawn(watch, now_s, columns=100, lines=24):
    console = Console(width=columns, height=lines, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    console.print(WatchScreen(watch, now_s))
    console.file.close()
    return console.export_text()


@pytest.fixture
def watch(snapshot):
    one = Watch(0.0)
    one.answered(replace(snapshot, halts=()), 1.0)
    return one


def test_a_daemon_that_answers_is_drawn_with_the_keys(watch):
    text = drawn(watch, 1.5)

    assert "RELIANCE" in text
    assert "p pause   r resume   x panic   q quit" in text
    assert "DOES NOT ANSWER" not in text


def test_a_daemon_that_falls_silent_is_shown_with_its_age_above_what_it_said_last(watch):
    """V16."""
    text = drawn(watch, 13.0)

    assert "THE DAEMON DOES NOT ANSWER for 12 s (below: 11:42:07)" in text
    assert "RELIANCE" in text


def test_a_daemon_that_refuses_the_connection_is_shown_at_once(watch):
    watch.failed("no answer")

    assert "DOES NOT ANSWER" in drawn(watch, 1.2)


def test_before_any_daemon_answers_it_says_what_it_waits_for():
    watch = Watch(0.0)
    watch.failed("no socket")

    assert "no daemon answers for 3 s: waiting for it; no socket" in drawn(watch, 3.0)


def test_a_daemon_that_waits_is_drawn_with_what_it_waits_for(watch, snapshot):
    run = RunHeader(
        mode="paper", session_on=snapshot.run.session_on, now_ms=snapshot.run.now_ms, phase="pre_open",
        data="Upstox", state="waiting for login", reason="there is no token",
    )  # fmt: skip
    watch.answered(replace(snapshot, run=run, halts=()), 2.0)

    assert "waiting for login: there is no token" in drawn(watch, 2.0)


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_it_fits_the_terminal(watch, columns):
    watch.failed("x")
    lines = drawn(watch, 60.0, columns=columns, lines=24).rstrip("\n").splitlines()

    assert len(lines) <= 24
    assert max(map(len, lines)) <= columns
    assert any("RELIANCE" in line for line in lines)


def test_pause_and_resume_take_one_key(watch):
    assert watch.pressed("p", 2.0) is PAUSE
    assert watch.pressed("r", 2.0) is RESUME
    assert watch.pressed("z", 2.0) is None


def test_panic_takes_two_keys(watch):
    """V15."""
    assert watch.pressed("x", 2.0) is None
    assert "PANIC cancels every order" in drawn(watch, 3.0)

    assert watch.pressed("y", 4.0) is PANIC
    assert watch.pressed("y", 4.1) is None


@pytest.mark.parametrize(("key", "at_s"), [("x", 3.0), ("n", 3.0), ("p", 3.0), ("y", 12.1)])
def test_another_key_or_a_late_one_is_no_panic(watch, key, at_s):
    watch.pressed("x", 2.0)

    assert watch.pressed(key, at_s) is None
    assert "PANIC cancels" not in drawn(watch, 12.2)


def test_to_release_a_panic_takes_two_keys_as_well(watch, snapshot):
    watch.answered(replace(snapshot, halts=("panic is latched until resume",)), 2.0)

    assert watch.pressed("r", 2.0) is None
    assert "RESUME releases what waits for you" in drawn(watch, 2.1)
    assert watch.pressed("y", 2.2) is RESUME


@pytest.mark.parametrize(
    ("halts", "keys"),
    [((), 1), (("entries: paused",), 1), (("entries: paused", "entries: unknown_owner"), 2)],
)
def test_to_release_what_somebody_should_understand_takes_two_keys(watch, snapshot, halts, keys):
    """One key must not let go of what waits for a person, but for a pause that was asked for."""
    watch.answered(replace(snapshot, halts=halts), 2.0)

    assert (watch.pressed("r", 2.0) is RESUME) is (keys == 1)


def test_the_daemons_no_is_an_error():
    with pytest.raises(ValueError, match="disk"):
        told({"ok": False, "error": "the disk is full"})
    assert told({"ok": True, "status": {"a": 1}}) == {"a": 1}


class FakeDaemon:
    """A source that answers, or does not; `asked` are the wishes."""

    def __init__(self, snapshot):
        self.snapshot, self.asked, self.trouble = snapshot, [], None

    def status(self):
        if self.trouble:
            raise self.trouble
        return self.snapshot

    def wish(self, wish):
        self.asked.append(wish)
        return self.status()


class Terminal:
    """A pseudo terminal with a person's hands and eyes at its other end."""

    def __init__(self):
        self.far, self.near = pty.openpty()
        os.set_blocking(self.far, False)
        self.out = open(self.near, "w", closefd=False)  # noqa: SIM115  # closed with the terminal
        self.seen = ""

    def press(self, keys):
        os.write(self.far, keys.encode())

    def look(self):
        with suppress(BlockingIOError):
            while more := os.read(self.far, 65_536):
                self.seen += more.decode(errors="replace")
        return ESCAPES.sub("", self.seen)

    async def until(self, claim):
        async with asyncio.timeout(10):
            while not claim(self.look()):  # noqa: ASYNC110  # a terminal tells nobody
                await asyncio.sleep(0.005)

    def mode(self):
        return termios.tcgetattr(self.near)

    def close(self):
        self.out.close()
        os.close(self.far)
        os.close(self.near)


@pytest.fixture
def terminal():
    one = Terminal()
    yield one
    one.close()


@pytest.fixture
def daemon(snapshot):
    return FakeDaemon(replace(snapshot, halts=()))


def loop_of(terminal, daemon):
    console = Console(file=terminal.out, force_terminal=True, width=100, height=30)
    return WatchLoop(source=daemon, console=console, descriptor=terminal.near, every_s=0.02)


@pytest.fixture
async def shown(terminal, daemon):
    """The loop under way, with its first screen drawn."""
    running = asyncio.create_task(loop_of(terminal, daemon).run())
    await terminal.until(lambda text: "RELIANCE" in text)
    yield running
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_keys_reach_the_daemon_and_are_not_echoed(terminal, daemon, shown):
    for key, what in (("p", "pause"), ("r", "resume")):
        terminal.press(key)
        await terminal.until(lambda text, what=what: f"{what} was taken at 11:42:07" in text)

    assert daemon.asked == [PAUSE, RESUME]
    mode = terminal.mode()
    assert not mode[3] & (termios.ECHO | termios.ICANON)
    assert mode[6][termios.VSUSP] == mode[6][termios.VQUIT] == b"\x00"


async def test_panic_is_sent_after_the_second_key(terminal, daemon, shown):
    terminal.press("x")
    await terminal.until(lambda text: "PANIC cancels every order" in text)
    assert daemon.asked == []

    terminal.press("y")
    await terminal.until(lambda text: "panic was taken" in text)

    assert daemon.asked == [PANIC]


async def test_between_sessions_a_panic_says_that_nothing_is_closed(terminal, daemon, shown):
    """V15: loud about what is not flat."""
    daemon.snapshot = replace(daemon.snapshot, is_confirmed_flat=None)
    terminal.press("x")
    await terminal.until(lambda text: "PANIC cancels every order" in text)
    terminal.press("y")

    await terminal.until(lambda text: "no session is under way: nothing is closed" in text)


async def test_pasted_text_and_arrow_keys_are_no_commands(terminal, daemon, shown):
    def type_on(text):
        for typed in ("xy", "\x1b[A", "fix my proxy\n"):
            terminal.press(typed)
        return "PANIC cancels" in text

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await terminal.until(type_on)

    assert daemon.asked == []


async def test_a_daemon_that_stops_answering_is_said_and_one_that_comes_back_is_shown(
    terminal, daemon, shown
):
    daemon.trouble = LookupError("no answer on paper.sock")
    await terminal.until(lambda text: "THE DAEMON DOES NOT ANSWER" in text)
    terminal.press("x")
    await terminal.until(lambda text: "PANIC cancels" in text)
    terminal.press("y")
    await terminal.until(lambda text: "panic: no answer, look again" in text)

    daemon.trouble = None
    terminal.seen = ""
    await terminal.until(lambda text: "RELIANCE" in text and "DOES NOT ANSWER" not in text[-2_000:])


@pytest.mark.parametrize("how", ["q", "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
async def test_the_terminal_is_as_it_was_however_it_ends(terminal, daemon, how):
    before = terminal.mode()
    running = asyncio.create_task(loop_of(terminal, daemon).run())
    await terminal.until(lambda text: "RELIANCE" in text)

    if how == "q":
        terminal.press("q")
    else:
        signal.raise_signal(getattr(signal, how))
    async with asyncio.timeout(5):
        await running

    terminal.look()
    assert terminal.mode() == before
    assert terminal.seen.rstrip().endswith(("\x1b[?25h", "\x1b[?1049l"))


async def test_a_terminal_that_is_gone_ends_it(daemon):
    terminal = Terminal()
    running = asyncio.create_task(loop_of(terminal, daemon).run())
    await terminal.until(lambda text: "RELIANCE" in text)

    os.close(terminal.far)
    async with asyncio.timeout(5):
        with suppress(OSError, termios.error):
            await running

    assert running.done()
    with suppress(OSError):
        terminal.out.close()
    os.close(terminal.near)


def test_an_error_inside_leaves_the_terminal_as_it_was(terminal):
    before = terminal.mode()

    def fail():
        with Keyboard(terminal.near):
            assert not terminal.mode()[3] & termios.ECHO
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert terminal.mode() == before


@pytest.mark.parametrize("columns", [36, 50, 120])
def test_what_a_key_did_and_what_the_next_will_do_is_readable_in_any_terminal(watch, columns):
    watch.note = "pause: no answer, look again (no answer on paper.sock within 5 s)"
    watch.pressed("x", 2.0)

    lines = drawn(watch, 30.0, columns=columns, lines=24).rstrip("\n").splitlines()

    said = " ".join(" ".join(lines).split())
    assert "within 5 s)" in said
    assert "press y to do it" not in said
    watch.pressed("x", 30.0)
    armed = drawn(watch, 31.0, columns=columns, lines=24).rstrip("\n").splitlines()
    assert "press y to do it" in " ".join(" ".join(armed).split())
    assert len(armed) <= 24


@pytest.mark.parametrize(
    ("typed", "key"), [("x", "x"), ("X", "x"), ("xy", None), ("\x1b[A", None), ("\t", None), ("é", "é")]
)
def test_a_key_is_one_character_and_nothing_else(terminal, typed, key):
    with Keyboard(terminal.near) as keyboard:
        terminal.press(typed)

        assert keyboard.key() == key
