"""Simulator and daemon as programs of their own, as a user starts them, and what they leave behind."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trading_bot.control.client import NoDaemonError, ask
from trading_bot.control.protocol import socket_path

PROJECT = Path(__file__).resolve().parents[2]
_MAIN = PROJECT / "main.py"
_OURS = ("TRADING_BOT__", "UPSTOX_")
UNREAD = "books are not reconciled yet"
"""What a status says until the first complete read."""


def until(holds: Callable[[], Any], what: str, timeout_s: float = 30.0, *, every_s: float = 0.01) -> Any:
    """Look again and again until it holds; what it returned then. Raises TimeoutError."""
    end_s = time.monotonic() + timeout_s
    while not (found := holds()):
        if time.monotonic() > end_s:
            raise TimeoutError(f"{what} did not come within {timeout_s:.0f} s")
        time.sleep(every_s)
    return found


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without settings of ours, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OURS)}
    return {**kept, "PYTHONPATH": str(PROJECT), **settings}


@dataclass(frozen=True)
class Simulator:
    """A simulator that listens."""

    url: str
    process: "subprocess.Popen[str]"

    def read(self, path: str) -> Any:
        """The JSON document at one of its own paths."""
        with urllib.request.urlopen(f"{self.url}/simulator/{path}", timeout=10) as answer:
            return json.load(answer)

    def now_ms(self) -> int:
        """Session time."""
        return int(self.read("clock")["now_ms"])


@contextmanager
def simulator(folder: Path, arguments: Sequence[str]) -> Iterator[Simulator]:
    """Run a simulator on a free port; it ends with the block."""
    command = [sys.executable, str(_MAIN), "simulator", "--port", "0", "--until-stdin-ends", *arguments]
    with (
        (folder / "simulator.txt").open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=folder,
            env=environment(),
        ) as process,
    ):
        try:
            assert process.stdout is not None
            yield Simulator(process.stdout.readline().strip(), process)
        finally:
            process.kill()


class Daemon:
    """One process of the daemon, its words in a file."""

    def __init__(
        self,
        folder: Path,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        *,
        program: Sequence[str] = (str(_MAIN),),
    ) -> None:
        self.folder = folder
        self.started_s = time.monotonic()
        with (folder / "daemon.txt").open("a", encoding="utf-8") as words:
            self.process = subprocess.Popen(
                [sys.executable, *program, "--mode", "replay", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment(**settings),
            )

    def age_s(self) -> float:
        """Wall seconds since the start."""
        return time.monotonic() - self.started_s

    def kill(self) -> None:
        """Kill it as the system would: no handler runs."""
        self.process.kill()
        self.process.wait()

    def status(self, database: Path) -> dict[str, Any] | None:
        """Its status document; None while nobody answers."""
        try:
            answer = ask(socket_path(database), "status", asked_by="acceptance")
        except NoDaemonError:
            return None
        document: dict[str, Any] | None = answer.get("status")
        return document

    def end(self, timeout_s: float) -> int:
        """Wait for its end; the exit code."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def words(self) -> str:
        """What every process in this folder said."""
        return (self.folder / "daemon.txt").read_text(encoding="utf-8")


def latest_summary(folder: Path) -> dict[str, Any]:
    """The summary of the newest report."""
    text = (folder / "data/reports/latest/summary.json").read_text(encoding="utf-8")
    summary: dict[str, Any] = json.loads(text)
    return summary


def summary_problems(summary: Mapping[str, Any]) -> list[str]:
    """Why a session was not as it must be; empty when it was."""
    checks = {
        "not flat": summary["flat"] and summary["open_positions"] == 0,
        "not reconciled": summary["reconciled"] is True,
        f"net {summary['net_pnl']}, the ledger says {summary.get('ledger_net_pnl')}": (
            summary.get("ledger_net_pnl") == summary["net_pnl"] and summary["ledger_equal"]
        ),
    }
    return [text for text, holds in checks.items() if not holds] + list(summary["problems"])
