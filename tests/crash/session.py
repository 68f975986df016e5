"""One session in which the daemon dies again and again at chosen points, and is started again each time."""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.ledger import bare_in, held_in
from tests.acceptance.programs import Daemon, simulator, until
from tests.crash.judge import Judge
from tests.crash.lives import SPEED, SYMBOLS, Lives, cpu_s, is_anything_open, is_stopped
from tests.crash.points import POINTS, CrashPoint, Phase
from trading_bot.control.client import NoDaemonError

RANDOM = "random moment"
"""Killed from outside at any time from the start of the process on."""
STOPPED = "stopped and continued"
"""SIGSTOP at a point of a run, SIGCONT some seconds later."""
NEXT_SCHEMA = "0003"

_LAST = "14:20"
"""Nothing dies later in a session: entries end at 14:45."""
_REACH_S = 40.0
"""How long a point may stay unreached before the process is killed where it is."""
_UNWATCHED_MAX = 3
"""Starts in a row that die; the market does not wait much longer for a client."""
_RANDOM_S = 5.0
_STOP_S = (1.0, 7.0)
_PANIC_STARTS = 2
"""A panic that died is finished within the time of this many starts: ten seconds."""


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
    """The same until the broker held a stop or an exit for each position."""
    cpu_s: float | None = None
    """Seconds of a processor that this start took until then: what a shared machine does not stretch."""
    closed_s: float | None = None
    """After a panic that died: from the start of whoever finished it until nothing was open."""
    problems: list[str] = field(default_factory=list)


@dataclass
class Session:
    """Carries out its kills in order; what they were is in `deaths`."""

    folder: Path
    seed: int
    kills: Sequence[Kill]
    start_limit_s: float = 5.0
    speed: str = SPEED
    told: Callable[[Death], None] = lambda _death: None
    """Called at each death."""
    deaths: list[Death] = field(default_factory=list)
    _lives: Lives = field(init=False)
    _judge: Judge = field(init=False)
    _unwatched: list[Death] = field(default_factory=list)
    """Deaths after which no process has recovered yet."""

    def run(self) -> int:
        """Trade and die until all kills are done or the day gets late; how many were done."""
        self.folder.mkdir(parents=True)
        arguments = ("--speed", self.speed, "--symbols", SYMBOLS, "--seed", str(self.seed))
        with simulator(self.folder, arguments) as served:
            self._lives = Lives(self.folder, served)
            self._judge = Judge(self._lives.database)
            try:
                done = self._die()
                self._end()
            finally:
                self._lives.kill()
        return done

    def _die(self) -> int:
        for done, kill in enumerate(self.kills):
            if self._lives.now() > _LAST:
                return done
            self._carry_out(kill)
        return len(self.kills)

    def _carry_out(self, kill: Kill) -> None:
        death = Death(kill.name, self.seed)
        dice = random.Random(kill.dice)
        if kill.name == RANDOM:
            self._die_at_random(dice)
        elif kill.name == STOPPED:
            self._stop_and_continue(death, dice)
        else:
            self._die_at(POINTS[kill.name], death, dice)
        self._look(death)
        self.deaths.append(death)
        self._unwatched.append(death)
        self.told(death)

    def _look(self, death: Death) -> None:
        """What a death left."""
        ledger = self._lives.ledger()
        death.at, death.had_positions = self._lives.now(), len(held_in(ledger))
        death.problems += self._judge.inspect(ledger)

    # --- ways to die --------------------------------------------------------------------------------------

    def _die_at(self, point: CrashPoint, death: Death, dice: random.Random) -> None:
        passage = dice.randint(1, point.passages_max)
        if point.phase is Phase.PANIC:
            self._panic(death, dice, passage)
            return
        if point.phase is not Phase.RUN and len(self._unwatched) >= _UNWATCHED_MAX:
            self._live()
        is_later = self._is_migrated or point.phase is Phase.MIGRATION
        self._lives.start(point.full_name, passage, is_later=is_later)
        if point.phase is Phase.RUN:
            self._recover()
            self._lives.arm()
        death.is_reached = self._lives.is_killed_within(_REACH_S)

    def _die_at_random(self, dice: random.Random) -> None:
        life = self._lives.start(is_later=self._is_migrated)
        with suppress(subprocess.TimeoutExpired):
            life.process.wait(dice.uniform(0, _RANDOM_S))
        self._lives.kill()

    def _stop_and_continue(self, death: Death, dice: random.Random) -> None:
        runs = [name for name, point in POINTS.items() if point.phase is Phase.RUN]
        life = self._lives.start(
            dice.choice(runs), dice.randint(1, 3), signal.SIGSTOP, is_later=self._is_migrated
        )
        self._recover()
        self._lives.arm()
        with suppress(TimeoutError):
            until(lambda: is_stopped(life.process.pid), "the stop", _REACH_S)
        life.process.send_signal(signal.SIGSTOP)
        time.sleep(dice.uniform(*_STOP_S))
        life.process.send_signal(signal.SIGCONT)
        continued_s = time.monotonic()
        self._lives.until(self._lives.status, "a word after the stop")
        self._lives.until(self._is_protected, "protection after the stop")
        taken_s = time.monotonic() - continued_s
        if taken_s > self.start_limit_s:
            death.problems.append(f"V4: protected only {taken_s:.1f} s after it was continued")
        time.sleep(dice.uniform(0, 1))
        self._lives.kill()

    # --- panic --------------------------------------------------------------------------------------------

    def _panic(self, death: Death, dice: random.Random, passage: int) -> None:
        """Have a panic command die, and let the daemon or a second one finish it. Fault 86."""
        life = self._live()
        has_stop = dice.random() < 0.5
        self._lives.until(lambda: self._is_to_be_closed(has_stop=has_stop), "a position to close")
        if dice.random() < 0.5:
            self._lives.kill()
        else:
            life.process.send_signal(signal.SIGSTOP)
            self._lives.current = None  # the command has to end it
        panic = self._lives.panicking(death.name, passage, is_later=self._is_migrated)
        try:
            death.is_reached = panic.wait(60) == -signal.SIGKILL
        finally:
            panic.kill()
            life.kill()
        self._look(death)
        self._finish_panic(death, dice)

    def _is_to_be_closed(self, *, has_stop: bool) -> bool:
        ledger = self._lives.ledger()
        return bool(held_in(ledger)) and not (has_stop and bare_in(ledger))

    def _finish_panic(self, death: Death, dice: random.Random) -> None:
        """A start finishes a panic that was latched; before that the command has to be given again."""
        began_s = time.monotonic()
        if self._judge.is_latched and dice.random() < 0.5:
            self._live()
            self._lives.until_closed()
            death.closed_s = time.monotonic() - began_s
        else:
            with self._lives.panicking(is_later=self._is_migrated) as second:
                self._lives.until_closed()
                death.closed_s = time.monotonic() - began_s
                code = second.wait(60)
            if code != 0:
                death.problems.append(f"V15: the second panic ended with {code}")
            self._live()
        if death.closed_s > _PANIC_STARTS * self.start_limit_s:
            death.problems.append(f"V15: closed only {death.closed_s:.1f} s after it was taken up again")
        status = self._lives.until(self._lives.status, "a status")
        if not any("panic" in halt for halt in status["halts"]):
            death.problems.append("V15: the latch is gone")
        self._lives.wish("resume")
        self._lives.kill()

    # --- lives --------------------------------------------------------------------------------------------

    @property
    def _is_migrated(self) -> bool:
        return self._judge.schema == NEXT_SCHEMA

    def _live(self) -> Daemon:
        """Start without a trap, and recover."""
        life = self._lives.start(is_later=self._is_migrated)
        self._recover()
        return life

    def _recover(self) -> None:
        """Wait for the first complete read and for protection: it is measured for all deaths before."""
        life = self._lives.current
        assert life is not None
        self._lives.until_read()
        read_s = life.age_s()
        self._lives.until(self._is_protected, "protection")
        protected_s, taken_s = life.age_s(), cpu_s(life.process.pid)
        for death in self._unwatched:
            death.read_s, death.protected_s, death.cpu_s = read_s, protected_s, taken_s
            if protected_s > self.start_limit_s:
                death.problems.append(f"V4: protected only {protected_s:.1f} s after the start")
        self._unwatched.clear()

    def _is_protected(self) -> bool:
        return not bare_in(self._lives.ledger())

    def _end(self) -> None:
        """A last life closes everything; then the journal and the ledger must agree in all."""
        life = self._live()
        with suppress(NoDaemonError):
            self._lives.wish("flatten")
        self._lives.until(self._is_known_flat, "a flat end")
        life.process.terminate()
        code, self._lives.current = life.end(30), None
        ledger = self._lives.ledger()
        problems = self._judge.inspect(ledger) + self._judge.conclude(ledger)
        if code != 0:
            problems.append(f"the last process ended with {code}")
        self.deaths[-1].problems += problems

    def _is_known_flat(self) -> bool:
        status = self._lives.status()
        is_flat = status is not None and not any(row["quantity"] for row in status["symbols"])
        return is_flat and not is_anything_open(self._lives.ledger())
