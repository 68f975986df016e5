"""One line of `check`, and how all of them are shown."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

_WORDS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL", "skip": "skip"}
_COLOURS = {"ok": "\x1b[32m", "warn": "\x1b[33m", "fail": "\x1b[31m", "skip": "\x1b[2m"}
_PLAIN = "\x1b[0m"
_COVERED_DAYS_WANTED = 30


class CheckState(StrEnum):
    """The traffic light."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    """Not looked at, as was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One thing that was looked at."""

    name: str
    state: CheckState
    message: str
    fix: str = ""
    """What to do about it; empty when there is nothing to do."""
    exit_code: int = 1
    """The exit code of `check` when this line fails: 2 misconfigured, 3 login needed…"""


def passed(name: str, message: str) -> CheckLine:
    """A green line."""
    return CheckLine(name=name, state=CheckState.OK, message=message)


def doubtful(name: str, message: str, fix: str) -> CheckLine:
    """A yellow line."""
    return CheckLine(name=name, state=CheckState.WARN, message=message, fix=fix)


def failed(name: str, message: str, fix: str, exit_code: int = 1) -> CheckLine:
    """A red line."""
    return CheckLine(name=name, state=CheckState.FAIL, message=message, fix=fix, exit_code=exit_code)


def skipped(name: str, message: str) -> CheckLine:
    """A line without a light."""
    return CheckLine(name=name, state=CheckState.SKIP, message=message)


def calendar_line(covered_until: Callable[[], date], today: date) -> CheckLine:
    """Whether the market calendar covers today and the weeks ahead."""
    last = covered_until()
    fix = "update config/market with the exchange's holiday circular"
    if last < today:
        return failed("calendar", f"ends on {last}: today is not covered", fix, 2)
    if (last - today).days < _COVERED_DAYS_WANTED:
        return doubtful("calendar", f"ends on {last}", fix)
    return passed("calendar", f"covers days until {last}")


def instance_line(owner: Callable[[], str | None]) -> CheckLine:
    """Whether another process owns the account or the database."""
    holder = owner()
    if holder is None:
        return passed("other instance", "none runs")
    return doubtful(
        "other instance", f"{holder} is running", "a second one refuses to start; stop it first to restart"
    )


def exit_code_of(lines: Sequence[CheckLine]) -> int:
    """0 when nothing failed, else the code of the first failure."""
    return next((line.exit_code for line in lines if line.state is CheckState.FAIL), 0)


def check_text(lines: Sequence[CheckLine], *, in_colour: bool) -> str:
    """The traffic lights, each with its fix, and a verdict."""
    width = max((len(line.name) for line in lines), default=0)
    shown = []
    for line in lines:
        word = _WORDS[line.state]
        light = f"{_COLOURS[line.state]}{word}{_PLAIN}" if in_colour else word
        shown.append(f"{light}  {line.name:<{width}}  {line.message}")
        if line.fix:
            shown.append(f"      {'':<{width}}  fix: {line.fix}")
    return "\n".join([*shown, _verdict(lines)])


def check_json(lines: Sequence[CheckLine]) -> str:
    """The lines and the verdict as one object."""
    rows = [{key: value for key, value in asdict(line).items() if key != "exit_code"} for line in lines]
    code = exit_code_of(lines)
    return json.dumps({"ok": code == 0, "exit_code": code, "lines": rows}, indent=2)


def _verdict(lines: Sequence[CheckLine]) -> str:
    failures, warnings, skips = (
        sum(line.state is state for line in lines)
        for state in (CheckState.FAIL, CheckState.WARN, CheckState.SKIP)
    )
    unseen = f"; {skips} not looked at" if skips else ""
    if failures:
        return f"not ready: {failures} of {len(lines)} failed{unseen}"
    if not warnings:
        return f"ready{unseen}"
    return f"ready, with {warnings} warning{'s' if warnings > 1 else ''}{unseen}"
