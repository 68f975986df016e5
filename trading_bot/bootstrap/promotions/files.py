"""Promotions on disk: written whole or not at all, and read with distrust."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from trading_bot.bootstrap.fingerprints import hash_of
from trading_bot.bootstrap.promotions.conditions import objections
from trading_bot.domain.errors import SettingsError

VERSION = 1
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """What a promotion says of one strategy."""

    name: str
    code_hash: str
    settings_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A promotion as it was read."""

    path: Path
    written_at: datetime
    is_intact: bool
    """Whether nobody changed it since it was written."""
    passed: bool
    failed: tuple[str, ...]
    """Names of criteria that were not met."""
    strategies: tuple[Promoted, ...]
    risk_hash: str
    objections: tuple[str, ...]
    """Why the conditions of its test do not allow a promotion."""
    symbols: tuple[str, ...]


def write_promotion(content: Mapping[str, Any], path: Path) -> None:
    """Write a promotion with the digest of itself. Raises SettingsError when it cannot be written."""
    whole = dict(content) | {"digest": hash_of(content)}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    scratch = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(path)
    except OSError as error:
        raise SettingsError(
            f"{path}: the promotion cannot be written: {error.strerror}\n  fix: promote --report "
            "with the folder of the backtest and another --out judges the same again"
        ) from error


def promotion_name(strategies: Sequence[str], stamp: str) -> str:
    """The usual name of a file."""
    return f"{_UNSAFE.sub('-', '+'.join(strategies))[:80]}-{stamp}.json"


def read_promotions(folder: Path) -> tuple[tuple[Promotion, ...], tuple[str, ...]]:
    """Every promotion of a folder, the newest first, and why others could not be read."""
    found, unreadable = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_promotion(path, json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ArithmeticError, ValueError, KeyError, TypeError, AttributeError) as error:
            unreadable.append(f"{path}: cannot be read as a promotion: {type(error).__name__}: {error}")
    return tuple(sorted(found, key=lambda one: one.written_at, reverse=True)), tuple(unreadable)


def _promotion(path: Path, content: Any) -> Promotion:
    if content["version"] != VERSION:
        raise ValueError(f"version {content['version']} instead of {VERSION}")
    unsigned = {key: value for key, value in content.items() if key != "digest"}
    return Promotion(
        path=path,
        written_at=_moment(content["written_at"]),
        is_intact=content["digest"] == hash_of(unsigned),
        passed=content["passed"] is True,
        failed=tuple(str(one["name"]) for one in content["criteria"] if one["passed"] is not True),
        strategies=tuple(
            Promoted(name=one["name"], code_hash=one["code_hash"], settings_hash=one["settings_hash"])
            for one in content["strategies"]
        ),
        risk_hash=content["risk"]["settings_hash"],
        objections=objections(content.get("run", {}), content["risk"].get("changed", {})),
        symbols=tuple(map(str, content["data"]["symbols"])),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return moment
