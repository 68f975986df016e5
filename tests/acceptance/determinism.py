"""The same day gives the same journal: in memory and on disk, here and in another time zone."""

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.acceptance.findings import Findings
from tests.acceptance.programs import PROJECT, environment
from tests.fakes.virtual_days import DayTraded, recorded, traded

_FOLDER, _ON = "nse_1min/2016_kite", date(2016, 8, 30)
_SYMBOLS = ("RELIANCE", "TCS", "INFY", "SBIN", "HDFCBANK", "ICICIBANK", "AXISBANK", "TATASTEEL")


def try_determinism(findings: Findings, data: Path, scratch: Path) -> None:
    """Trade one recorded day in virtual time, again and again."""
    with findings.trying("virtual: in memory and on disk") as finding:
        first = _day(data)
        again = _day(data, scratch / "virtual.db")
        finding.problems += first.problems
        finding.facts = f"{len(first.rows)} rows, {first.trades} trades, sha256 {digest(first)[:16]}"
        if first.text() != again.text():
            finding.problems.append("the journals differ")
    with findings.trying("virtual: TZ=America/New_York") as finding:
        there = _digest_elsewhere(data, "America/New_York")
        finding.facts = f"sha256 {there[:16]}"
        if there != digest(first):
            finding.problems.append(f"the journal's sha256 is {there} there, {digest(first)} here")


def digest(day: DayTraded) -> str:
    """What identifies a journal."""
    return hashlib.sha256(day.text().encode()).hexdigest()


def _day(data: Path, database: Path | None = None) -> DayTraded:
    return traded(recorded(data / _FOLDER, _ON, _SYMBOLS), database=database)


def _digest_elsewhere(data: Path, zone: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "tests.acceptance.determinism", str(data)],
        cwd=PROJECT,
        env=environment(TZ=zone),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()[-1]


if __name__ == "__main__":
    sys.stdout.write(digest(_day(Path(sys.argv[1]))) + "\n")
