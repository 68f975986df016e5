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
    "trading_bot.adapters.upstox.streams.feed_walker",
    "trading_bot.backtest.next_open",
    "trading_bot.domain.candles.builder",
    "trading_bot.domain.candles.folding",
    "trading_bot.domain.deferred_evaluation",
    "trading_bot.domain.money",
    "trading_bot.domain.slots",
    "trading_bot.domain.tag",
    "trading_bot.engine.book",
    "trading_bot.engine.book_orders",
    "trading_bot.engine.book_state",
    "trading_bot.engine.core",
    "trading_bot.engine.decide",
    "trading_bot.engine.decisions.account.annulled",
    "trading_bot.engine.decisions.account.fills",
    "trading_bot.engine.decisions.account.foreign",
    "trading_bot.engine.decisions.account.foreign_cancels",
    "trading_bot.engine.decisions.account.foreign_trades",
    "trading_bot.engine.decisions.account.lagging",
    "trading_bot.engine.decisions.account.owners",
    "trading_bot.engine.decisions.account.reconcile",
    "trading_bot.engine.decisions.market.bars",
    "trading_bot.engine.decisions.market.circuits",
    "trading_bot.engine.decisions.market.day_closes",
    "trading_bot.engine.decisions.market.evaluate",
    "trading_bot.engine.decisions.market.feed_health",
    "trading_bot.engine.decisions.market.odd_prices",
    "trading_bot.engine.decisions.market.overlays",
    "trading_bot.engine.decisions.market.standstill",
    "trading_bot.engine.decisions.market.ticks",
    "trading_bot.engine.decisions.market.time_health",
    "trading_bot.engine.decisions.operation.day_charges",
    "trading_bot.engine.decisions.operation.days",
    "trading_bot.engine.decisions.operation.halts",
    "trading_bot.engine.decisions.operation.losses",
    "trading_bot.engine.decisions.operation.operator",
    "trading_bot.engine.decisions.operation.panic",
    "trading_bot.engine.decisions.operation.rates",
    "trading_bot.engine.decisions.orders.answers",
    "trading_bot.engine.decisions.orders.doubts",
    "trading_bot.engine.decisions.orders.missing",
    "trading_bot.engine.decisions.orders.order_table",
    "trading_bot.engine.decisions.orders.reports",
    "trading_bot.engine.decisions.orders.strays",
    "trading_bot.engine.decisions.orders.unseen",
    "trading_bot.engine.decisions.orders.untagged",
    "trading_bot.engine.decisions.positions.entries",
    "trading_bot.engine.decisions.positions.exit_request",
    "trading_bot.engine.decisions.positions.exits",
    "trading_bot.engine.decisions.positions.guard",
    "trading_bot.engine.decisions.positions.leftovers",
    "trading_bot.engine.decisions.positions.protection",
    "trading_bot.engine.decisions.positions.sizes",
    "trading_bot.engine.decisions.positions.trades",
    "trading_bot.engine.decisions.turn",
    "trading_bot.engine.market_view",
    "trading_bot.engine.records",
    "trading_bot.engine.state",
    "trading_bot.indicators.atr",
    "trading_bot.indicators.ema",
    "trading_bot.indicators.macd",
    "trading_bot.indicators.opening",
    "trading_bot.indicators.rsi",
    "trading_bot.indicators.supertrend",
    "trading_bot.risk.exits",
    "trading_bot.risk.limits",
    "trading_bot.risk.overlays.bands",
    "trading_bot.risk.sizing",
    "trading_bot.risk.windows",
    "trading_bot.strategies.confluence",
    "trading_bot.strategies.confluence_rules",
    "trading_bot.strategies.ema_cross",
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
    read = {source for name in _READ_BY_COMPILER for source in (package / name).rglob("*.py")}
    compiled = {project / f"{module.replace('.', '/')}.py" for module in MODULES}
    return sorted(read | {source for source in compiled if source.exists()})


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
