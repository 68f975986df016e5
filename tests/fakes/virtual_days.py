"""Whole days in virtual time, on generated or recorded data, with every invariant checked on the way."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.fakes.invariants import ProbedCore
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.memory_journal import MemoryJournal
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.bootstrap.engine_parts import EngineSections, Records
from trading_bot.bootstrap.replaying.simulator_program import market_source
from trading_bot.bootstrap.replaying.virtual_day import SilentNotifier, VirtualDay
from trading_bot.domain.money import rupees
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.settings import RiskSettings
from trading_bot.settings.options import SimulatorOptions
from trading_bot.simulator.market import DEFAULT_DAY, GeneratedMarket, plan_of
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.virtual_time import run_virtually
from trading_bot.strategies.confluence import Confluence

PROJECT = Path(__file__).resolve().parents[2]
SYMBOLS = ("TATASTEEL", "INFY", "MARUTI")
_SPARSE = 6


@dataclass(frozen=True)
class DayTraded:
    """What came of a day."""

    rows: tuple[JournalRow, ...]
    closed_trades: tuple
    net: Decimal
    ledger_net: Decimal
    is_flat: bool
    is_reconciled: bool
    violations: tuple[str, ...]
    checks: dict[str, int]
    longest_bare_s: float

    @property
    def directions(self):
        return {str(closed.trade.direction) for closed in self.closed_trades if closed.quantity}

    @property
    def trades(self):
        return sum(1 for closed in self.closed_trades if closed.quantity)

    @property
    def problems(self):
        """In words; empty when the day ended as it must."""
        claims = {
            "not flat": self.is_flat,
            "not reconciled": self.is_reconciled,
            f"net {self.net}, the ledger says {self.ledger_net}": self.net == self.ledger_net,
        }
        return [text for text, holds in claims.items() if not holds] + list(self.violations)

    def text(self):
        """The journal as bytes are compared."""
        return "".join(f"{row.sequence}\t{row.at_ms}\t{row.kind}\t{row.payload}\n" for row in self.rows)


def generated(seed=1, symbols=SYMBOLS, updates_per_minute=_SPARSE, with_volatility=False):
    """A generated day of few symbols."""
    rules = load_market_rules(PROJECT / "config" / "market")
    plan = plan_of(rules.calendar, DEFAULT_DAY)
    return GeneratedMarket(
        plan,
        symbols=symbols,
        seed=seed,
        updates_per_minute=updates_per_minute,
        with_index=False,
        with_volatility=with_volatility,
    )


def recorded(folder, on, symbols):
    """A recorded day out of a folder, as the simulator serves it."""
    rules = load_market_rules(PROJECT / "config" / "market")
    return market_source(SimulatorOptions(port=0, data=folder, session_on=on, symbols=symbols), rules)


def traded(source, *, seed=1, database=None, input_log=None, venue_settings=None, wired=None, risk=None):
    """Trade a day in virtual time: into memory, or into a database."""
    journal = MemoryJournal() if database is None else _inline(database)
    probes: list[ProbedCore] = []

    def watched(core):
        probes.append(ProbedCore(core.state))
        return probes[0]

    day = VirtualDay(
        source=source,
        rules=load_market_rules(PROJECT / "config" / "market"),
        strategies=(Confluence(),),
        sections=EngineSections(
            engine=EngineSettings(),
            risk=risk or RiskSettings(),
            rate=RateSettings(),
            supervisor=SupervisorSettings(),
        ),
        records=Records(journal=journal, input_log=input_log),
        venue_settings=venue_settings or VenueSettings(),
        seed=seed,
        notifier=SilentNotifier(),
        watched=watched,
        **({"wired": wired} if wired else {}),
    )
    ended, venue = run_virtually(day.run())
    journal.close()
    state = ended.engine.state
    rows = tuple(journal.rows()) if database is None else _rows_of(database)
    gross = sum(closed.gross_pnl for closed in state.book.closed_trades)
    return DayTraded(
        rows=rows,
        closed_trades=tuple(state.book.closed_trades),
        net=rupees(gross) - state.charges(),
        ledger_net=Decimal(venue.ledger()["net_pnl"]),
        is_flat=not any(not position.is_flat for position in state.book.positions.values()),
        is_reconciled=state.is_recovered and not state.book.differences and not state.doubts,
        violations=tuple(probes[0].violations),
        checks=dict(probes[0].checks),
        longest_bare_s=probes[0].longest_bare_s,
    )


def _inline(database):
    def fail(error):
        raise error

    return open_inline_journal(database, clock_ms=lambda: 0, on_failure=fail)


def _rows_of(database):
    from trading_bot.adapters.storage.journal.reader import JournalReader

    with JournalReader(database) as reader:
        return tuple(reader.rows())
