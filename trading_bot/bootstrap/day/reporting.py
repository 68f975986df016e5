"""The report of a day: from the journal's file, so that it covers the session and not the process."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.traces.records import gate_counts
from trading_bot.bootstrap.answers.sessions import candles_of_day
from trading_bot.bootstrap.day.market_recorder import TICKS_NOTE
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.day import TradingDay
from trading_bot.report.console import console_text, summary_line
from trading_bot.report.day.charging import charger_of
from trading_bot.report.day.facts import RunFacts
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.result import day_result
from trading_bot.report.day.verdict import verdict_of
from trading_bot.report.metrics.gates import gates_of
from trading_bot.report.write import write_report

_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """What the report cannot read from the journal."""

    run_id: str
    mode: str
    data: str
    reports: Path
    ledger_net_pnl: Decimal | None = None
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """What is said of a day whose report is written."""

    text: str
    """The summary for the terminal."""
    summary: str
    """The same in a line or two, for a message."""
    problems: tuple[str, ...]
    """Why the day cannot be believed to be flat and explained; empty when it can."""


def report_day(day: TradingDay, database: Path, rules: MarketRules, request: ReportRequest) -> Reported:
    """Write the report's folder."""
    plan, state = day.plan, day.engine.state
    instruments = {instrument.key: instrument for instrument in plan.instruments}
    first_ms = midnight_ms(plan.on)
    with JournalReader(database) as reader:
        record = day_record(reader.rows(on=plan.on))
        candles = candles_of_day(reader, first_ms)
        gates = gates_of(gate_counts(reader, first_ms, first_ms + MS_PER_DAY - 1))
        ticks = sum(int(value) for name, value in reader.meta().items() if name.startswith(TICKS_NOTE))
    facts = RunFacts(
        run_id=request.run_id,
        mode=request.mode,
        data=request.data,
        symbols=tuple(instruments[key].symbol for key in plan.orderable_keys),
        started_at_ms=record.started_at_ms,
        ended_at_ms=state.now_ms,
        ticks=ticks,
        candles=sum(len(minutes) for minutes in candles.values()),
        warm_up_notes=_warm_up_notes(day),
        messages=request.messages,
        ledger_net_pnl=request.ledger_net_pnl,
        gates=gates,
        last_prices={series.instrument.key: series.last_price for series in state.market},
    )
    result = day_result(
        record, facts, instruments=instruments, candles=candles, charger=charger_of(rules.charges)
    )
    folder = write_report(result, candles, request.reports)
    return Reported(console_text(result, folder), summary_line(result, folder), verdict_of(result).problems)


def _warm_up_notes(day: TradingDay) -> tuple[str, ...]:
    """Which instruments were only watched, and which traded on less history than wanted, grouped."""
    watched: dict[int, list[str]] = {}
    short: dict[tuple[int, int], list[str]] = {}
    for series in day.engine.state.market:
        if not series.evaluators:
            continue
        wanted = max(strategy.warm_up.wanted for strategy, _ in series.evaluators)
        if not series.is_warm:
            watched.setdefault(series.warm_candles, []).append(series.instrument.symbol)
        elif series.warm_candles < wanted:
            short.setdefault((series.warm_candles, wanted), []).append(series.instrument.symbol)
    return (
        *(
            f"only watched, with {found} candles of history: {_some(symbols)}"
            for found, symbols in watched.items()
        ),
        *(
            f"traded on {found} candles of history, {wanted} wanted: {_some(symbols)}"
            for (found, wanted), symbols in short.items()
        ),
    )


def _some(symbols: list[str]) -> str:
    named = ", ".join(symbols[:_NAMED])
    more = len(symbols) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
