"""The course of a soak: day after day in one process, faults at their times, samples at theirs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from tests.acceptance.findings import Finding, Findings, say
from tests.acceptance.ledger import bare_in, held_in
from tests.acceptance.programs import PROJECT, environment, until
from tests.soak.market_day import ACCOUNT, SYMBOLS, MarketDay, market_day
from tests.soak.samples import AFTER_CLOSE, Sample, file_figures, lowest, process_figures
from tests.soak.whole_days import journal_problems, log_problems, order_problems, result_problems
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.control.client import NoDaemonError, ask
from trading_bot.control.protocol import socket_path
from trading_bot.domain.ist import ms_at

FEWEST_DAYS = 3
"""The first day of a process is not compared."""
_FIRST = date(2026, 11, 19)
_SAMPLES = tuple(9 * 60 + 30 + 15 * number for number in range(24))
"""From 09:30 to 15:15."""
_LOOKS, _LOOK_S = 4, 0.05
_LONGEST_S = 900.0
_PROTECTED_WITHIN_S = 20.0
_SHORT_STOP_S, _LONG_STOP_S = 2.0, 6.5
"""Below and above what the simulator waits for a silent client."""
_ENDS_WITH_A_READ = "needs_login"
_IDLE = ("idle", "waiting for login")
_TOML = """\
[run]
mode = "live"
live_trading = true
symbols = [{symbols}]
[live.ramp]
enabled = false
loosened = true
[upstox]
account = "{account}"
api_url = "{url}"
order_url = "{url}"
instruments_url = "{url}/market-quote/instruments/exchange"
[terminal]
view = "quiet"
[supervisor]
login_delay_s = 2
[risk.limits]
max_trades_per_day = 500
max_trades_per_symbol_per_day = 100
max_consecutive_losses = 100
max_daily_loss = 0.5
[confluence]
timeframe_minutes = 5
[logs]
max_bytes = 200000
backup_count = 99
"""

Step = Callable[[MarketDay, Finding], None]


@dataclass
class Soak:
    """Some days back to back."""

    folder: Path
    days: int
    speed: float
    seed: int
    leaks: Sequence[str] = ()
    samples: list[Sample] = field(default_factory=list)
    marks: list[tuple[int, int, str]] = field(default_factory=list)
    """Day, minute and what was done then."""
    _processes: int = 0
    _process: "subprocess.Popen[bytes] | None" = None
    _foreign: str = ""
    _port: int = 0

    @property
    def database(self) -> Path:
        """The journal of all days."""
        return self.folder / "data/trading_bot.db"

    def run(self, findings: Findings) -> None:
        """Trade the days; each is a finding."""
        (self.folder / "config").mkdir(parents=True, exist_ok=True)
        try:
            for number, on in enumerate(self._dates(), start=1):
                with findings.trying(f"day {number}: {on}") as finding:
                    self._day(number, on, finding)
            with findings.trying("journal of all days") as finding:
                self._end()
                finding.facts, finding.problems = journal_problems(self.folder, self.database)
            with findings.trying("logs of all days") as finding:
                finding.facts, finding.problems = log_problems(self.folder / "logs")
        finally:
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _dates(self) -> Iterator[date]:
        calendar, on = load_market_rules().calendar, _FIRST
        for _ in range(self.days):
            yield on
            on = calendar.next_trading_day(on)

    def _day(self, number: int, on: date, finding: Finding) -> None:
        started_s = time.monotonic()
        with market_day(self.folder, on, self._port, speed=self.speed, seed=self.seed + number) as market:
            self._port = int(market.served.url.rpartition(":")[2])
            if self._process is None:
                self._configure(market.served.url)
                self._start(market)
            market.login(self.folder / "data/upstox_token.json")
            market.arm_faults()
            for minute, step in sorted(self._steps(number), key=lambda one: one[0]):
                self._reach(market, ms_at(on, time_of_day(minute // 60, minute % 60)))
                step(market, finding)
            self._after_close(number, market)
            self._judge(market, finding)
            struck = market.strikes()
        finding.facts += f", {sum(struck.values())} faults, {time.monotonic() - started_s:.0f} s"
        say(f"    struck: {', '.join(f'{kind} {count}' for kind, count in sorted(struck.items()))}")

    def _steps(self, number: int) -> Iterator[tuple[int, Step]]:
        """What is done when, in minutes of the day."""
        for minute in _SAMPLES:
            yield minute, self._sampling(number, minute)
        deeds: dict[tuple[int, int], tuple[str, Step]] = {
            (11, 50): ("SIGSTOP, short", self._stopping(_SHORT_STOP_S)),
            (12, 20): ("foreign order", self._place_foreign),
            (13, 20): ("SIGSTOP, long", self._stopping(_LONG_STOP_S)),
            (13, 40): ("token dies", self._renew_token),
            (15, 0): ("foreign order still there", self._look_at_foreign),
        }
        if number == 1:
            deeds[10, 10] = ("kill -9", self._kill)
        elif number == self.days and number > FEWEST_DAYS:
            deeds[13, 50] = ("kill -9", self._kill)
        for (hour, minute), (name, step) in deeds.items():
            yield hour * 60 + minute + 1, self._marked(number, hour * 60 + minute, name, step)

    def _marked(self, day: int, minute: int, name: str, step: Step) -> Step:
        def marked(market: MarketDay, finding: Finding) -> None:
            self.marks.append((day, minute, name))
            step(market, finding)

        return marked

    def _configure(self, url: str) -> None:
        symbols = ", ".join(f'"{symbol}"' for symbol in SYMBOLS)
        text = _TOML.format(symbols=symbols, account=ACCOUNT, url=url)
        (self.folder / "config/local.toml").write_text(text, encoding="utf-8")

    def _start(self, market: MarketDay) -> None:
        self._processes += 1
        planted = ("--leak", *self.leaks) if self.leaks else ()
        with (self.folder / "daemon.txt").open("ab") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.daemon", market.served.url, *planted],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment(PYTHONPATH=str(PROJECT), XDG_STATE_HOME=str(self.folder / "state")),
            )

    @property
    def _pid(self) -> int:
        assert self._process is not None
        if self._process.poll() is not None:
            words = (self.folder / "daemon.txt").read_text(encoding="utf-8")
            raise RuntimeError(f"the daemon ended by itself: {words[-800:]}")
        return self._process.pid

    def _status(self) -> dict[str, Any] | None:
        try:
            answer = ask(socket_path(self.database), "status", asked_by="soak", timeout_s=5)
        except NoDaemonError:
            return None
        status: dict[str, Any] | None = answer.get("status")
        return status

    def _reach(self, market: MarketDay, moment_ms: int) -> None:
        until(
            lambda: self._pid and market.served.now_ms() >= moment_ms,
            "the next step",
            _LONGEST_S,
            every_s=0.05,
        )

    def _sampling(self, day: int, minute: int) -> Step:
        def sample(market: MarketDay, finding: Finding) -> None:
            try:
                until(
                    lambda: not bare_in(market.served.read("ledger")),
                    "protection",
                    _PROTECTED_WITHIN_S,
                )
            except TimeoutError as error:
                finding.problems.append(f"{minute // 60}:{minute % 60:02d} {error}")
            self._release_halts()
            self._sample(day, minute)

        return sample

    def _sample(self, day: int, minute: int) -> None:
        looks = []
        for _ in range(_LOOKS):
            status = until(self._status, "status", 60)
            looks.append({"tasks": status["resources"]["tasks"], **process_figures(self._pid)})
            time.sleep(_LOOK_S)
        figures = {**lowest(looks), **file_figures(self.database, self.folder / "logs")}
        sample = Sample(day=day, minute=minute, process=self._processes, **figures)
        self.samples.append(sample)
        say(
            f"    day {day} {minute // 60:02d}:{minute % 60:02d} process {sample.process}: "
            f"{sample.resident_kb / 1024:.1f} MiB, {sample.descriptors} descriptors, {sample.tasks} tasks, "
            f"{sample.threads} threads, {sample.rows:,} rows, logs {sample.log_bytes / 1e6:.2f} MB"
        )

    def _release_halts(self) -> None:
        """Be the person whom a halt waits for, so that the days go on being traded."""
        status = self._status()
        halts = [] if status is None else [halt for halt in status["halts"] if ": " in halt]
        if any(_ENDS_WITH_A_READ not in halt for halt in halts):
            say(f"    halted: {halts}: resumed")
            ask(socket_path(self.database), "resume", asked_by="soak", timeout_s=5)

    def _after_close(self, day: int, market: MarketDay) -> None:
        def is_idle() -> bool:
            status = self._pid and self._status()
            return bool(status) and status["run"]["state"] in _IDLE

        until(lambda: market.served.read("clock")["finished"], "the session's end", _LONGEST_S, every_s=0.2)
        until(is_idle, "the night", _LONGEST_S, every_s=0.2)
        self._sample(day, AFTER_CLOSE)

    def _stopping(self, seconds: float) -> Step:
        def stop(_market: MarketDay, _finding: Finding) -> None:
            os.kill(self._pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(self._pid, signal.SIGCONT)

        return stop

    def _kill(self, market: MarketDay, _finding: Finding) -> None:
        os.kill(self._pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()
        self._start(market)
        until(lambda: self._pid and self._status(), "an answer after the kill", 60)

    def _place_foreign(self, market: MarketDay, _finding: Finding) -> None:
        self._foreign = market.place_foreign_order()

    def _look_at_foreign(self, market: MarketDay, finding: Finding) -> None:
        status = market.status_of(self._foreign)
        if status != "open":
            finding.problems.append(f"the foreign order is {status}")

    def _renew_token(self, market: MarketDay, _finding: Finding) -> None:
        renewed = market.replace_token()
        until(lambda: "needs" in str(self._status()), "needs login", 60)
        MarketDay(market.served, market.on, renewed).login(self.folder / "data/upstox_token.json")

    def _judge(self, market: MarketDay, finding: Finding) -> None:
        ledger = market.served.read("ledger")
        finding.facts, problems = result_problems(self.folder, market.on, ledger)
        finding.problems += problems
        finding.problems += order_problems(self.database, market.on, ledger, {self._foreign})
        finding.problems += [f"left open: {row}" for row in held_in(ledger).items()]

    def _end(self) -> None:
        """Stop the daemon as an operator does."""
        os.kill(self._pid, signal.SIGTERM)
        assert self._process is not None
        code = self._process.wait(30)
        self._process = None
        if code != 0:
            raise RuntimeError(f"the daemon ended with {code}")
