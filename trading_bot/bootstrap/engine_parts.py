"""Puts the engine together: the same parts in every mode."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.instrument import Instrument
from trading_bot.engine.core import Core
from trading_bot.engine.day import DayPlan, OrderWorkers, Ports, TradingDay, sending_workers
from trading_bot.engine.decisions.operation.day_charges import charges_of
from trading_bot.engine.engine import Engine, MarketSink, RowSink
from trading_bot.engine.inputs import TimeLost
from trading_bot.engine.ports import InputLog, Journal, JournalRow
from trading_bot.engine.rate_gate import RateGate, RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.engine.supervisor import LagWorker, Supervisor, SupervisorSettings
from trading_bot.risk.settings import RiskSettings
from trading_bot.strategies.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSections:
    """The settings that the engine's parts take."""

    engine: EngineSettings
    risk: RiskSettings
    rate: RateSettings
    supervisor: SupervisorSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Where the engine writes."""

    journal: Journal
    earlier_rows: Iterable[JournalRow] = ()
    """What the journal already holds: the book is rebuilt from it."""
    input_log: InputLog | None = None
    market_sink: MarketSink | None = None
    row_sink: RowSink | None = None


def new_core(
    plan: DayPlan, strategies: Sequence[Strategy], sections: EngineSections, charges: ChargeSchedule
) -> Core:
    """A core with an empty book, for a planned day."""
    return core_for(plan.instruments, strategies, sections, charges)


def core_for(
    instruments: Iterable[Instrument],
    strategies: Sequence[Strategy],
    sections: EngineSections,
    charges: ChargeSchedule,
) -> Core:
    """A core with an empty book, for instruments that are known."""
    by_key = {instrument.key: instrument for instrument in instruments}
    state = State(
        settings=sections.engine,
        risk=sections.risk,
        strategies=tuple(strategies),
        charges_so_far=lambda book: charges_of(book, charges, by_key),
        stops_in_time=sections.rate.calls_within(sections.engine.unprotected_s),
    )
    return Core(state)


def new_day(
    *,
    plan: DayPlan,
    core: Core,
    ports: Ports,
    records: Records,
    sections: EngineSections,
    on_breaker: Callable[[str], None],
    order_workers: OrderWorkers = sending_workers,
) -> TradingDay:
    """A trading day, ready to be opened."""
    core.restore(records.earlier_rows)
    engine = Engine(
        core,
        ports.clock,
        records.journal,
        input_log=records.input_log,
        market_sink=records.market_sink,
        row_sink=records.row_sink,
    )

    async def on_lost(lost_s: float) -> None:
        await engine.handle(TimeLost(at_ms=0, lost_s=lost_s))

    return TradingDay(
        plan=plan,
        engine=engine,
        ports=ports,
        supervisor=Supervisor(sections.supervisor, on_breaker),
        gate=RateGate(sections.rate),
        settings=sections.engine,
        lag=LagWorker(on_lost),
        order_workers=order_workers,
    )
