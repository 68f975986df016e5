"""What identifies the program and the strategies of a run: hashes of code and of settings."""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import trading_bot
from trading_bot import __version__
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.section import Section
from trading_bot.settings.tree import Settings
from trading_bot.strategies.strategy import Strategy

_DECIDING = ("domain", "indicators", "strategies", "risk", "engine")
"""Packages of the program whose code decides; the others carry, show or test."""
_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyPrint:
    """One strategy with its settings, as it is now."""

    name: str
    place: str
    """Module and class."""
    code_hash: str
    settings: Mapping[str, Any]
    changed: Mapping[str, Any]
    """Those that differ from their defaults."""

    @property
    def settings_hash(self) -> str:
        """Of its settings."""
        return hash_of(self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """What decides in a run: the program, the strategies, the rules of risk."""

    version: str
    program_hash: str
    strategies: tuple[StrategyPrint, ...]
    risk_hash: str
    risk_changed: Mapping[str, Any]


def fingerprints(settings: Settings) -> Fingerprints:
    """Of what these settings would run. Raises SettingsError for a strategy that is not there."""
    return Fingerprints(
        version=__version__,
        program_hash=program_hash(),
        strategies=tuple(strategy_print(one) for one in chosen_strategies(settings)),
        risk_hash=hash_of(settings.risk.model_dump(mode="json")),
        risk_changed=settings.risk.model_dump(mode="json", exclude_defaults=True),
    )


def strategy_print(strategy: Strategy) -> StrategyPrint:
    """Of one strategy with its settings."""
    found = getattr(strategy, "settings", None)
    settings = found if isinstance(found, Section) else None
    return StrategyPrint(
        name=strategy.name,
        place=f"{type(strategy).__module__}:{type(strategy).__qualname__}",
        code_hash=_code_hash(type(strategy).__module__),
        settings=settings.model_dump(mode="json") if settings else {},
        changed=settings.model_dump(mode="json", exclude_defaults=True) if settings else {},
    )


@cache
def program_hash() -> str:
    """Of all code of the program that decides."""
    assert trading_bot.__file__ is not None
    root = Path(trading_bot.__file__).parent
    return _files_hash(root, (path for name in _DECIDING for path in (root / name).rglob("*.py")))


@cache
def source_hash() -> str:
    """Of all code of the program."""
    assert trading_bot.__file__ is not None
    root = Path(trading_bot.__file__).parent
    return _files_hash(root, root.rglob("*.py"))


def hash_of(values: Any) -> str:
    """Of plain values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:_DIGITS]


def _code_hash(module: str) -> str:
    """The program's own strategies change with it; of others, the package or the file that they are in."""
    if module.partition(".")[0] == trading_bot.__name__:
        return program_hash()
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return ""
    path = Path(file)
    is_packaged = (path.parent / "__init__.py").exists()
    return _files_hash(path.parent, path.parent.rglob("*.py") if is_packaged else [path])


def _files_hash(root: Path, files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(files):
        found.update(f"{path.relative_to(root)}\n".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:_DIGITS]
