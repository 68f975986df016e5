"""The compiled twins of the modules that every tick passes: the same sources, translated to C by mypyc.

`make setup` builds them where there is a C compiler. They are used only if they were built from exactly the
sources that lie here: a twin that is older than its source is never loaded, the source is. Nothing but speed
depends on it.
"""

import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

MODULES = (
    "trading_bot.adapters.upstox.feed_walker",
    "trading_bot.domain.candle_builder",
    "trading_bot.domain.candle_folding",
    "trading_bot.domain.deferred_evaluation",
    "trading_bot.indicators.atr",
    "trading_bot.indicators.ema",
    "trading_bot.indicators.macd",
    "trading_bot.indicators.opening",
    "trading_bot.indicators.rsi",
    "trading_bot.indicators.supertrend",
    "trading_bot.strategies.confluence",
    "trading_bot.strategies.confluence_rules",
    "trading_bot.strategies.ema_cross",
    "trading_bot.engine.core",
    "trading_bot.engine.decide",
    "trading_bot.engine.decisions.market.bars",
    "trading_bot.engine.decisions.market.evaluate",
    "trading_bot.engine.decisions.market.ticks",
    "trading_bot.engine.decisions.turn",
    "trading_bot.engine.market_view",
)
"""What is compiled, all of it as one unit: calls inside it are those of C."""

SWITCH = "HOT_PATH_INTERPRETED"
"""Environment variable: when set and not empty, the sources are interpreted."""

_PROJECT = Path(__file__).resolve().parent.parent
_READ_BY_COMPILER = ("domain", "indicators", "strategies", "risk", "engine", "adapters/upstox")
"""Packages whose constants and types go into the compiled code, beside the modules themselves."""
_DIGITS = 16


def build_folder(project: Path = _PROJECT) -> Path:
    """Where the twins of the sources lie, as these are now, for this version of Python."""
    digest = sha256(repr((sys.implementation.cache_tag, MODULES)).encode())
    for source in _sources(project):
        digest.update(f"\n{source.relative_to(project)}\n".encode() + source.read_bytes())
    return project / "build" / "native" / digest.hexdigest()[:_DIGITS]


def is_used() -> bool:
    """Whether this process finds twins of the sources, and was not told to leave them."""
    return any(isinstance(finder, _TwinFinder) for finder in sys.meta_path)


def prefer_compiled() -> None:
    """Have imports find the twins of these sources first, if there are any and nobody wants the sources."""
    if os.environ.get(SWITCH):
        return
    folder = build_folder()
    if folder.is_dir():
        sys.meta_path.insert(0, _TwinFinder(folder))


def _sources(project: Path) -> list[Path]:
    package = project / "trading_bot"
    return sorted(source for name in _READ_BY_COMPILER for source in (package / name).rglob("*.py"))


class _TwinFinder:
    """Finds the compiled modules, and the library that they share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Say where a module is; None leaves it to the others."""
        if fullname not in MODULES and not fullname.endswith("__mypyc"):
            return None
        file = self._folder / f"{fullname.replace('.', '/')}{EXTENSION_SUFFIXES[0]}"
        return spec_from_file_location(fullname, file) if file.exists() else None
