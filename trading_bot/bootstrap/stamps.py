"""Stamps: that something was tried once, when, and with which code. `check --launch` looks for them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from trading_bot.bootstrap.places import stamps_folder
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

TESTS = "tests"
ALERTS = "alerts"
PANIC = "panic"
"""The emergency stop."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One thing that was tried and went well."""

    at_ms: int
    detail: str
    """For tests the hash of the sources, else a few words."""


def write_stamp(settings: Settings, name: str, detail: str, now_ms: int) -> Path:
    """Note that something went well now. Raises OSError when it cannot be written."""
    path = stamps_folder(settings) / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(json.dumps(asdict(Stamp(at_ms=now_ms, detail=detail))) + "\n", encoding="utf-8")
    scratch.replace(path)
    return path


def read_stamp(settings: Settings, name: str) -> Stamp | None:
    """The newest stamp of a name; None where there is none that can be read, which proves nothing."""
    try:
        content = json.loads((stamps_folder(settings) / f"{name}.json").read_text(encoding="utf-8"))
        return Stamp(at_ms=int(content["at_ms"]), detail=str(content["detail"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def stamp_panic(settings: Settings, now_ms: int, *, has_reached: bool) -> None:
    """Note that the emergency stop has worked where no money is; that it cannot be noted is no failure.

    `has_reached` says whether a daemon or a simulator was there: a replay without both has stopped nothing.
    """
    if settings.mode is not Mode.PAPER and not (settings.mode is Mode.REPLAY and has_reached):
        return
    try:
        write_stamp(settings, PANIC, f"in mode {settings.mode}", now_ms)
    except OSError as error:
        log.warning("no_stamp", detail=str(error))
