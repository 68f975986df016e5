"""A session in which the daemon is killed again and again: what is left must be as if it never had been."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from tests.acceptance.findings import Findings, say
from tests.acceptance.ledger import bare_in, held_in
from tests.acceptance.programs import (
    UNREAD,
    Daemon,
    Simulator,
    latest_summary,
    simulator,
    summary_problems,
    until,
)
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.replaying.input_replay import InputReplay
from trading_bot.domain.events import EntryDenied, OrderIntended, TradeClosed, TradePlanned
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.engine.records import decode_event
from trading_bot.settings.load import Places, load_settings

_WATCH_S = 20.0
_LONGEST_WAIT_MS = 45 * MS_PER_MINUTE


@dataclass(frozen=True)
class Start:
    """One start after a kill."""

    killed_at: str
    had_positions: int
    recovered_s: float
    """From the start of the process to the first complete read."""
    protected_s: float
    """From the start of the process until the broker held a stop or an exit for every open position, too."""


@dataclass
class Kills:
    """How often to kill, at what pace, trading what."""

    folder: Path
    on: date
    count: int = 10
    seed: int = 1
    simulator_arguments: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    first: time_of_day = time_of_day(9, 25)
    last: time_of_day = time_of_day(14, 50)
    longest_start_s: float = 5.0
    """From a start until every position is known and protected; more where the machine is shared."""
    end_timeout_s: float = 400.0
    starts: list[Start] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    denied_by_limits: int = 0
    _before: dict[str, Any] | None = None
    """What the process that was killed last said of itself."""

    @property
    def database(self) -> Path:
        """The journal that all processes share."""
        return self.folder / "data/replay.db"

    def run(self) -> None:
        """Trade the session; what is wrong is in `problems` afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with simulator(self.folder, self.simulator_arguments) as served:
            daemon = self._start(served)
            try:
                for number, (moment_ms, wanted) in enumerate(self._moments(), start=1):
                    self._kill(served, daemon, moment_ms, wanted, number)
                    daemon = self._restarted(served)
                code = daemon.end(self.end_timeout_s)
            finally:
                daemon.kill()
            if code != 0:
                self.problems.append(f"the last process ended with {code}: {daemon.words()[-500:]}")
                return
            self._judge(served.read("ledger"))

    def _moments(self) -> Iterator[tuple[int, str]]:
        """When to kill at the earliest, and what to wait for then."""
        dice = random.Random(self.seed)
        first_ms, last_ms = ms_at(self.on, self.first), ms_at(self.on, self.last)
        moments = sorted(dice.randrange(first_ms, last_ms) for _ in range(self.count))
        for moment_ms in moments:
            yield moment_ms, dice.choice(("moment", "order", "position", "position"))

    def _start(self, served: Simulator) -> Daemon:
        settings = {"TRADING_BOT__ENGINE__RECORD_INPUTS": "true", **self.settings}
        return Daemon(self.folder, ("--simulator", served.url), settings)

    def _kill(self, served: Simulator, daemon: Daemon, moment_ms: int, wanted: str, number: int) -> None:
        until(lambda: self._lives(daemon) and served.now_ms() >= moment_ms, f"kill {number}", 600)
        self._wait_for(served, wanted, moment_ms + _LONGEST_WAIT_MS)
        self._before = daemon.status(self.database)
        daemon.kill()

    def _restarted(self, served: Simulator) -> Daemon:
        ledger, clock = served.read("ledger"), served.read("clock")["now"][11:19]
        started = self._start(served)
        try:
            self._watch(served, started, clock, len(held_in(ledger)))
        except BaseException:
            started.kill()
            raise
        return started

    def _lives(self, daemon: Daemon) -> bool:
        if daemon.process.poll() is not None:
            raise RuntimeError(f"the daemon ended by itself: {daemon.words()[-500:]}")
        return True

    def _wait_for(self, served: Simulator, wanted: str, latest_ms: int) -> None:
        orders = len(served.read("ledger")["orders"])
        has_come = {
            "moment": lambda _ledger: True,
            "order": lambda ledger: len(ledger["orders"]) > orders,
            "position": lambda ledger: bool(held_in(ledger)),
        }[wanted]
        until(
            lambda: has_come(served.read("ledger")) or served.now_ms() >= latest_ms,
            f"{wanted} to kill at",
            600,
        )

    def _watch(self, served: Simulator, started: Daemon, clock: str, held: int) -> None:
        status = until(lambda: self._lives(started) and self._recovered(started), "recovery", _WATCH_S)
        recovered_s = started.age_s()
        until(lambda: not bare_in(served.read("ledger")), "protection", _WATCH_S)
        self.starts.append(Start(clock, held, recovered_s, started.age_s()))
        before = self._before
        if before is not None and status["day"]["signals"] < before["day"]["signals"]:
            self.problems.append(f"{clock}: signals fell from {before['day']} to {status['day']}")

    def _recovered(self, started: Daemon) -> dict[str, Any] | None:
        status = started.status(self.database)
        is_recovered = status is not None and UNREAD not in status["halts"]
        return status if is_recovered else None

    def _judge(self, ledger: Mapping[str, Any]) -> None:
        summary = latest_summary(self.folder)
        self.problems += summary_problems(summary)
        if summary["restarts"] != self.count:
            self.problems.append(f"the report counts {summary['restarts']} restarts")
        self.problems += [f"left open: {row}" for row in held_in(ledger).items()]
        slow = [start for start in self.starts if start.protected_s > self.longest_start_s]
        self.problems += [f"protected only after {start.protected_s:.1f} s: {start}" for start in slow]
        with JournalReader(self.database) as reader:
            events = [decode_event(row.kind, row.payload) for row in reader.rows()]
        self._judge_orders(
            ledger, [event.request.tag for event in events if isinstance(event, OrderIntended)]
        )
        empty = {
            event.closed.trade.trade_id
            for event in events
            if isinstance(event, TradeClosed) and not event.closed.quantity
        }
        planned = [event.trade for event in events if isinstance(event, TradePlanned)]
        self._judge_counters([trade for trade in planned if trade.trade_id not in empty])
        denials = (event for event in events if isinstance(event, EntryDenied))
        self.denied_by_limits = sum(1 for event in denials if "trades" in event.reason)
        self._judge_inputs()

    def _judge_orders(self, ledger: Mapping[str, Any], intended: Sequence[str]) -> None:
        twice = [tag for tag, times in Counter(intended).items() if times > 1]
        self.problems += [f"tag {tag} was intended twice" for tag in twice]
        at_broker = Counter(order["tag"] for order in ledger["orders"])
        self.problems += [
            f"{times} broker orders carry {tag}" for tag, times in at_broker.items() if times > 1
        ]
        self.problems += [f"nobody intended {tag}" for tag in at_broker if tag not in set(intended)]

    def _judge_counters(self, trades: Sequence[Any]) -> None:
        """Trades whose entry was never filled do not count towards the limits of the day."""
        limits = load_settings(Places(folder=self.folder, environment=self.settings)).settings.risk.limits
        if len(trades) > limits.max_trades_per_day:
            self.problems.append(f"{len(trades)} trades, allowed are {limits.max_trades_per_day}")
        allowed = limits.max_trades_per_symbol_per_day
        for key, count in Counter(trade.instrument_key for trade in trades).items():
            if count > allowed:
                self.problems.append(f"{count} trades in {key}, allowed are {allowed}")

    def _judge_inputs(self) -> None:
        """Each process left a log of its inputs; replayed, they give its part of the journal."""
        settings = load_settings(Places(folder=self.folder, environment=self.settings)).settings
        inputs = self.folder / "data/inputs/replay"
        for number, part in enumerate(InputReplay.under(settings).compare(self.database, inputs), start=1):
            if not part.is_equal:
                self.problems.append(f"process {number} replays to {part.replayed}, not {part.recorded}")


def try_kills(findings: Findings, folder: Path, on: date, seed: int) -> None:
    """Kill the daemon ten times in one generated session."""
    with findings.trying("kills: 10 in one session") as finding:
        session = Kills(
            folder=folder,
            on=on,
            seed=seed,
            simulator_arguments=("--speed", "240"),
            settings={"MAX_TRADES_PER_SYMBOL_PER_DAY": "1", "MAX_TRADES_PER_DAY_GLOBAL": "5"},
        )
        try:
            session.run()
        finally:
            for start in session.starts:
                say(
                    f"    killed at {start.killed_at} with {start.had_positions} open: "
                    f"read after {start.recovered_s:.1f} s, protected after {start.protected_s:.1f} s"
                )
        finding.problems += session.problems
        if not session.denied_by_limits:
            finding.problems.append("no signal met a limit of the day: that counters survive was not seen")
        finding.facts = (
            f"{sum(1 for start in session.starts if start.had_positions)} with open positions, slowest start "
            f"{max(start.protected_s for start in session.starts):.1f} s, "
            f"{session.denied_by_limits} signals denied by the day's limits, load {os.getloadavg()[0]:.1f}"
        )
