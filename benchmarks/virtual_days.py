"""Whole days in virtual time, one after another: processor time of each, and whether memory grows.

Run: python benchmarks/virtual_days.py [DAYS]

Each day has ten instruments with 2,250 updates each, a market and a journal of its own; ten days by default.
All have the same seed and need the same memory: what grows is kept and not needed.
"""

import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog

from benchmarks.figures import show
from benchmarks.machine import machine
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.memory_journal import MemoryJournal
from trading_bot.bootstrap.engine_parts import EngineSections, Records
from trading_bot.bootstrap.replaying.virtual_day import SilentNotifier, VirtualDay
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.settings import RiskSettings
from trading_bot.simulator.market import DEFAULT_DAY, GeneratedMarket, weekday_plan
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.virtual_time import run_virtually
from trading_bot.strategies.confluence import Confluence

DAYS = 10
SEED = 3
DAY_LIMIT_S = 5.0
GROWTH_LIMIT_KIB = 100.0
"""A day more: less than a hundredth of what one day needs."""
SETTLING_DAYS = 3
"""Until then pools and caches fill."""


def main() -> None:
    """Print seconds a day, and the growth of memory from day to day."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    print(machine())
    rules, taken, memory = load_market_rules(), [], []
    for _ in range(days):
        taken.append(_seconds(rules, seed=SEED))
        gc.collect()
        memory.append(_resident_kib())
    show("day of ten instruments, 2,250 ticks each, best", min(taken), DAY_LIMIT_S, "s")
    settled = memory[min(SETTLING_DAYS, days - 1) :]
    show("memory after the first day", memory[0] / 1024, None, "MiB")
    show("memory after the last day", memory[-1] / 1024, None, "MiB")
    if len(settled) > 1:
        show(f"growth a day (slope over {len(settled)} days)", _slope(settled), GROWTH_LIMIT_KIB, "KiB")
    else:
        print(f"growth a day: not told by fewer than {SETTLING_DAYS + 2} days")


def _seconds(rules: MarketRules, seed: int) -> float:
    day = VirtualDay(
        source=GeneratedMarket(weekday_plan(DEFAULT_DAY), seed=seed, updates_per_minute=6),
        rules=rules,
        strategies=(Confluence(),),
        sections=EngineSections(
            engine=EngineSettings(), risk=RiskSettings(), rate=RateSettings(), supervisor=SupervisorSettings()
        ),
        records=Records(journal=MemoryJournal()),
        venue_settings=VenueSettings(),
        seed=seed,
        notifier=SilentNotifier(),
    )
    started = time.process_time()
    run_virtually(day.run())
    return time.process_time() - started


def _resident_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4


def _slope(values: list[int]) -> float:
    """Least squares."""
    count = len(values)
    middle, mean = (count - 1) / 2, sum(values) / count
    rise = sum((place - middle) * (value - mean) for place, value in enumerate(values))
    return rise / sum((place - middle) ** 2 for place in range(count))


if __name__ == "__main__":
    main()
