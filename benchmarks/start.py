"""What a start costs by how much history its journal keeps: reading the book, and opening the file.

Run: python benchmarks/start.py [DAYS]

Trades so many generated days (30 by default) one after another into one journal, a few seconds each,
and measures a start on it after the first and after the last. Best of five.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog

from benchmarks.figures import show
from benchmarks.machine import machine
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.bootstrap.earlier import earlier_rows
from trading_bot.bootstrap.engine_parts import EngineSections, Records
from trading_bot.bootstrap.replaying.virtual_day import SilentNotifier, VirtualDay
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.rebuild import rebuilt_book
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.settings import RiskSettings
from trading_bot.simulator.market import DEFAULT_DAY, GeneratedMarket, plan_of
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.virtual_time import run_virtually
from trading_bot.strategies.confluence import Confluence

DAYS = 30
ROUNDS = 5
_FRIDAY = 4
_NO_BACKUP = StorageSettings(backup_age_hours_min=1e6)
"""A copy is made twice a day at most: not by the start after a crash."""
RATIO_LIMIT = 2.0
"""What a start may cost on the whole history, as a multiple of a start on one day."""


def main() -> None:
    """Print seconds of a start on one day and on many, and how they compare."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    print(machine())
    rules, taken = load_market_rules(), {}
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "journal.db"
        for number, on in enumerate(_days(rules, days), start=1):
            _trade(database, rules, on)
            if number in (1, days):
                taken[number] = _start(database, number)
    if days > 1:
        book, opening = (late / early for late, early in zip(taken[days], taken[1], strict=True))
        show(f"book: {days} days as a multiple of one", book, RATIO_LIMIT, "times")
        show(f"file: {days} days as a multiple of one", opening, None, "times")


def _days(rules: MarketRules, count: int) -> list[date]:
    """Ordinary sessions: those on a weekend have hours of their own."""
    days, on = [DEFAULT_DAY], DEFAULT_DAY
    while len(days) < count:
        on = rules.calendar.previous_trading_day(on)
        if on.weekday() <= _FRIDAY:
            days.append(on)
    return days[::-1]


def _trade(database: Path, rules: MarketRules, on: date) -> None:
    journal = open_inline_journal(database, clock_ms=lambda: midnight_ms(on), on_failure=print)
    day = VirtualDay(
        source=GeneratedMarket(plan_of(rules.calendar, on), seed=on.toordinal(), updates_per_minute=4),
        rules=rules,
        strategies=(Confluence(),),
        sections=EngineSections(
            engine=EngineSettings(), risk=RiskSettings(), rate=RateSettings(), supervisor=SupervisorSettings()
        ),
        records=Records(journal=journal, earlier_rows=earlier_rows(database)),
        venue_settings=VenueSettings(),
        notifier=SilentNotifier(),
    )
    run_virtually(day.run())
    journal.close()


def _start(database: Path, days: int) -> tuple[float, float]:
    """Seconds that reading the book takes, and opening the file."""
    with JournalReader(database) as reader:
        rows = reader.last_sequence()
        everything = _best(lambda: rebuilt_book(reader.rows()))
        book = _best(lambda: rebuilt_book(reader.book_rows()))
        needed = len(reader.book_rows())
    opening = _best(lambda: _open(database))
    name = f"{days} days, {rows:,} rows"
    show(f"{name}: book from all rows", everything * 1e3, None, "ms")
    show(f"{name}: book from the newest {needed:,} rows", book * 1e3, None, "ms")
    show(f"{name}: file checked and opened", opening * 1e3, None, "ms")
    return book, opening


def _open(database: Path) -> None:
    open_inline_journal(
        database, clock_ms=lambda: midnight_ms(DEFAULT_DAY), on_failure=print, settings=_NO_BACKUP
    ).close()


def _best(action: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return min(taken)


if __name__ == "__main__":
    main()
