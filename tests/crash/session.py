"""One session in which the daemon dies again and again at chosen points, and is started again each time."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.ledger import LIVE, bare_in, held_in
from tests.acceptance.programs import UNREAD, Daemon, Simulator, environment, simulator, until
from tests.crash.judge import Judge
from tests.crash.points import POINTS, Phase
from trading_bot.control.client import NoDaemonError, ask
from trading_bot.control.protocol import socket_path

RANDOM = "random moment"
"""Killed from outside at any time from the start of the process on."""
STOPPED = "stopped and continued"
"""SIGSTOP at a point of a run, SIGCONT some seconds later."""

SETTINGS = {
    "TRADING_BOT__RUN__STRATEGIES": "tests.crash.strategy:Restless",
    "TRADING_BOT__RISK__LIMITS__MAX_TRADES_PER_DAY": "10000",
    "TRADING_BOT__RISK__LIMITS__MAX_TRADES_PER_SYMBOL_PER_DAY": "1000",
    "TRADING_BOT__RISK__LIMITS__SYMBOL_SPACING_S": "0",
    "TRADING_BOT__RISK__LIMITS__MAX_ENTRIES_PER_MINUTE": "300",
    "TRADING_BOT__RISK__LIMITS__MAX_ENTRIES_PER_HOUR": "5000",
    "TRADING_BOT__RISK__LIMITS__MAX_CONSECUTIVE_LOSSES": "100",
    "TRADING_BOT__RISK__LIMITS__MAX_DAILY_LOSS": "0.5",
    "TRADING_BOT__RISK__ENTRIES__LIMIT_BUFFER": "0",
    "TRADING_BOT__RISK__ENTRIES__ENTRY_TIMEOUT_S": "5",
    "TRADING_BOT__STORAGE__BACKUP_AGE_HOURS_MIN": "0",
}
SYMBOLS = "RELIANCE,INFY,SBIN"
SPEED = "240"
_LAST = "14:20"
"""Nothing dies later in a session: entries end at 14:45."""
_REACH_S = 40.0
"""How long a point may stay unreached before the process is killed where it is."""
_WATCH_S = 60.0
_UNWATCHED_MAX = 3
"""Starts in a row that die; the market does not wait much longer for a client."""
_RANDOM_S = 5.0
_STOP_S = (1.0, 7.0)
_LOOK_S = 0.02


@dataclass(frozen=True)
class Kill:
    """One death that is planned."""

    name: str
    """A crash point's full name, RANDOM or STOPPED."""
    dice: int
    """Of the passage, the moment, and whatever else there is to choose."""


@dataclass
class Death:
    """One death as it was, and the start after it."""

    name: str
    seed: int
    is_reached: bool = True
    at: str = ""
    had_positions: int = 0
    read_s: float | None = None
    """From the start of the process after it to the first complete read."""
    protected_s: float | None = None
    """The same until the broker held a stop or an exit for each position; of a panic, until it is flat."""
    cpu_s: float | None = None
    """Seconds of a processor that this start took until then: what a shared machine does not stretch."""
    problems: list[str] = field(default_factory=list)


@dataclass
class Session:
    """Carries out its kills in order; what they were is in `deaths`."""

    folder: Path
    seed: int
    kills: Sequence[Kill]
    start_limit_s: float = 5.0
    speed: str = SPEED
    deaths: list[Death] = field(default_factory=list)
    _judge: Judge = field(init=False)
    _served: Simulator = field(init=False)
    _life: Daemon | None = None
    _unwatched: list[Death] = field(default_factory=list)
    """Deaths after which no process has recovered yet."""
    _is_upgrading: bool = False
    """Whether the next process is a later version, whose journal has a further schema."""

    def __post_init__(self) -> None:
        """Begin with an empty journal."""
        self._judge = Judge(self.database)

    @property
    def database(self) -> Path:
        """The journal that all processes share."""
        return self.folder / "data/replay.db"

    def run(self) -> int:
        """Trade and die until all kills are done or the day gets late; how many were done."""
        self.folder.mkdir(parents=True)
        arguments = ("--speed", self.speed, "--symbols", SYMBOLS, "--seed", str(self.seed))
        with simulator(self.folder, arguments) as self._served:
            try:
                done = self._die()
                self._end()
            finally:
                if self._life is not None:
                    self._life.kill()
        return done

    def _die(self) -> int:
        for done, kill in enumerate(self.kills):
            if self._now() > _LAST:
                return done
            self._carry_out(kill)
        return len(self.kills)

    # --- one death ----------------------------------------------------------------------------------------

    def _carry_out(self, kill: Kill) -> None:
        death = Death(kill.name, self.seed)
        dice = random.Random(kill.dice)
        if kill.name == RANDOM:
            self._die_at_random(dice)
        elif kill.name == STOPPED:
            self._stop_and_continue(death, dice)
        else:
            self._die_at(death, dice)
        self._note(death)

    def _note(self, death: Death) -> None:
        """Look at what a death left."""
        ledger = self._served.read("ledger")
        death.at, death.had_positions = self._now(), len(held_in(ledger))
        death.problems += self._judge.inspect(ledger)
        self.deaths.append(death)
        self._unwatched.append(death)

    def _die_at(self, death: Death, dice: random.Random) -> None:
        point = POINTS[death.name]
        passage = dice.randint(1, point.passages_max)
        match point.phase:
            case Phase.RUN:
                self._start(point.full_name, passage)
                self._recover()
                self._arm()
                death.is_reached = self._is_dead_within(_REACH_S)
            case Phase.PANIC:
                self._panic(death, dice, passage)
            case _:
                if len(self._unwatched) >= _UNWATCHED_MAX:
                    self._start()
                    self._recover()
                self._is_upgrading = point.phase is Phase.MIGRATION
                self._start(point.full_name, passage)
                self._is_upgrading = False
                death.is_reached = self._is_dead_within(_REACH_S)

    def _die_at_random(self, dice: random.Random) -> None:
        life = self._start()
        with suppress(subprocess.TimeoutExpired):
            life.process.wait(dice.uniform(0, _RANDOM_S))
        self._kill()

    def _stop_and_continue(self, death: Death, dice: random.Random) -> None:
        runs = [name for name, point in POINTS.items() if point.phase is Phase.RUN]
        life = self._start(dice.choice(runs), dice.randint(1, 3), signal.SIGSTOP)
        self._recover()
        self._arm()
        with suppress(TimeoutError):
            until(lambda: _is_stopped(life.process.pid), "the stop", _REACH_S)
        life.process.send_signal(signal.SIGSTOP)
        time.sleep(dice.uniform(*_STOP_S))
        life.process.send_signal(signal.SIGCONT)
        continued_s = time.monotonic()
        self._until(lambda: life.status(self.database), "a word after the stop")
        self._until(lambda: not bare_in(self._served.read("ledger")), "protection after the stop")
        taken_s = time.monotonic() - continued_s
        if taken_s > self.start_limit_s:
            death.problems.append(f"V4: protected only {taken_s:.1f} s after it was continued")
        time.sleep(dice.uniform(0, 1))
        self._kill()

    # --- panic --------------------------------------------------------------------------------------------

    def _panic(self, death: Death, dice: random.Random, passage: int) -> None:
        """Have a panic command die, and let the daemon or a second one finish it. Fault 86."""
        life = self._start()
        self._recover()
        has_stop = dice.random() < 0.5
        self._until(lambda: self._is_to_be_closed(has_stop=has_stop), "a position to close")
        if dice.random() < 0.5:
            life.kill()
        else:
            life.process.send_signal(signal.SIGSTOP)
        panic = self._panicking(death.name, passage)
        try:
            death.is_reached = panic.wait(60) == -signal.SIGKILL
        finally:
            panic.kill()
            self._kill()
        death.problems += self._judge.inspect(self._served.read("ledger"))
        self._finish_panic(death, dice)

    def _is_to_be_closed(self, *, has_stop: bool) -> bool:
        ledger = self._served.read("ledger")
        return bool(held_in(ledger)) and (not has_stop or not bare_in(ledger))

    def _finish_panic(self, death: Death, dice: random.Random) -> None:
        began_s = time.monotonic()
        is_latched = self._is_latched()
        if is_latched and dice.random() < 0.5:
            self._start()
            self._recover()
            self._until_closed()
        else:
            with self._panicking() as second:
                self._until_closed()
                code = second.wait(60)
            if code != 0:
                death.problems.append(f"V15: the second panic ended with {code}")
            self._start()
            self._recover()
        death.protected_s = time.monotonic() - began_s
        if not any("panic" in halt for halt in self._status()["halts"]):
            death.problems.append("V15: the latch is gone")
        ask(socket_path(self.database), "resume", asked_by="crash test", timeout_s=5.0)
        self._kill()

    def _panicking(self, point: str = "", passage: int = 0) -> "subprocess.Popen[bytes]":
        program = self._program(point, passage, signal.SIGKILL)
        arguments = ["--mode", "replay", "--simulator", self._served.url, "--panic-exit", "--yes"]
        with (self.folder / "panic.txt").open("a", encoding="utf-8") as words:
            return subprocess.Popen(
                [sys.executable, *program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment(**SETTINGS),
            )

    def _is_latched(self) -> bool:
        self._judge.inspect(self._served.read("ledger"))
        return self._judge.is_latched

    def _until_closed(self) -> None:
        self._until(lambda: not is_anything_open(self._served.read("ledger")), "flat")

    # --- lives --------------------------------------------------------------------------------------------

    def _start(self, point: str = "", passage: int = 0, number: signal.Signals = signal.SIGKILL) -> Daemon:
        """Replace whatever runs by a new process, perhaps with a trap in it."""
        self._kill()
        (self.folder / "armed").unlink(missing_ok=True)
        self._life = Daemon(
            self.folder,
            ("--simulator", self._served.url),
            SETTINGS,
            program=self._program(point, passage, number),
        )
        return self._life

    def _program(self, point: str, passage: int, number: signal.Signals) -> list[str]:
        is_later = self._is_upgrading or self._judge.schema == "0002"
        more = ["--next-schema"] if is_later else []
        traps = [point, str(passage), number.name, str(self.folder), *more]
        return ["-m", "tests.crash.child", *traps, "--"]

    def _recover(self) -> None:
        """Wait for the first complete read and for protection: it is measured for all deaths before."""
        life = self._life
        assert life is not None
        self._until(self._has_read, "the first complete read")
        read_s = life.age_s()
        self._until(lambda: not bare_in(self._served.read("ledger")), "protection")
        protected_s, cpu_s = life.age_s(), _cpu_s(life.process.pid)
        for death in self._unwatched:
            death.read_s, death.protected_s = read_s, death.protected_s or protected_s
            death.cpu_s = cpu_s
            if protected_s > self.start_limit_s:
                death.problems.append(f"V4: protected only {protected_s:.1f} s after the start")
        self._unwatched.clear()

    def _has_read(self) -> bool:
        status = self._status_or_none()
        return status is not None and UNREAD not in status["halts"]

    def _status(self) -> dict[str, Any]:
        status: dict[str, Any] = self._until(self._status_or_none, "a status")
        return status

    def _status_or_none(self) -> dict[str, Any] | None:
        assert self._life is not None
        return self._life.status(self.database)

    def _until(self, holds: Any, what: str) -> Any:
        def looked() -> Any:
            life = self._life
            if life is not None and life.process.poll() is not None:
                raise RuntimeError(f"the daemon ended by itself with {life.process.returncode}")
            return holds()

        return until(looked, what, _WATCH_S, every_s=_LOOK_S)

    def _arm(self) -> None:
        (self.folder / "armed").touch()

    def _is_dead_within(self, timeout_s: float) -> bool:
        assert self._life is not None
        try:
            code = self._life.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._kill()
            return False
        if code != -signal.SIGKILL:
            raise RuntimeError(f"the daemon ended by itself with {code}")
        return True

    def _kill(self) -> None:
        if self._life is not None:
            self._life.kill()
            self._life = None

    def _now(self) -> str:
        now: str = self._served.read("clock")["now"][11:19]
        return now

    def _end(self) -> None:
        """A last life closes everything; then the journal and the ledger must agree in all."""
        life = self._start()
        self._recover()
        with suppress(NoDaemonError):
            ask(socket_path(self.database), "flatten", asked_by="crash test", timeout_s=5.0)
        self._until(self._is_known_flat, "a flat end")
        life.process.terminate()
        code, self._life = life.end(30), None
        ledger = self._served.read("ledger")
        problems = self._judge.inspect(ledger) + self._judge.conclude(ledger)
        if code != 0:
            problems.append(f"the last process ended with {code}")
        self.deaths[-1].problems += problems

    def _is_known_flat(self) -> bool:
        return not is_anything_open(self._served.read("ledger")) and not any(
            row["quantity"] for row in self._status()["symbols"]
        )


def is_anything_open(ledger: Mapping[str, Any]) -> bool:
    """Whether the broker shows a position or a live order."""
    return bool(held_in(ledger)) or any(order["status"] in LIVE for order in ledger["orders"])


def _is_stopped(pid: int) -> bool:
    return _stat(pid)[0] == "T"


def _cpu_s(pid: int) -> float:
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What Linux says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
