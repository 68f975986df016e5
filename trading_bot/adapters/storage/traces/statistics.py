"""Questions about many traces at once, answered from their columns alone."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select, tuple_

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.traces.records import forms_of, has_traces, names_of


class LoneFailure(NamedTuple):
    """An evaluation in which a single gate failed."""

    strategy: str
    instrument_key: str
    candle_start_ms: int
    score: float
    gate: str


def evaluated_starts(reader: JournalReader, first_ms: int, last_ms: int) -> dict[str, list[int]]:
    """Starts of the candles in this span that each strategy evaluated, each once, in the order of time."""
    signals, traces = schema.signals.c, schema.traces.c
    older = select(signals.strategy, signals.candle_start_ms).distinct()
    found = {
        tuple(row) for row in reader.select(older.where(signals.candle_start_ms.between(first_ms, last_ms)))
    }
    if has_traces(reader):
        names = names_of(reader)
        kept = select(traces.strategy_id, traces.candle_start_ms).distinct()
        rows = reader.select(kept.where(traces.candle_start_ms.between(first_ms, last_ms)))
        found |= {(names[strategy], start_ms) for strategy, start_ms in rows}
    starts: dict[str, list[int]] = {}
    for strategy, start_ms in sorted(found):
        starts.setdefault(strategy, []).append(start_ms)
    return starts


def lone_failures(reader: JournalReader, first_ms: int, last_ms: int) -> Iterator[LoneFailure]:
    """Evaluations of candles that start in this span in which all gates passed but one, and who it was."""
    if not has_traces(reader):
        return
    names = names_of(reader)
    gates = {
        (form_id, (1 << len(said)) - 1 - (1 << place)): name
        for form_id, (said, _) in forms_of(reader).items()
        for place, (name, _) in enumerate(said)
    }
    traces = schema.traces.c
    columns = (
        traces.strategy_id,
        traces.instrument_id,
        traces.candle_start_ms,
        traces.score,
        traces.form_id,
        traces.passed,
    )
    is_lone = tuple_(traces.form_id, traces.passed).in_(sorted(gates))
    statement = select(*columns).where(traces.candle_start_ms.between(first_ms, last_ms), is_lone)
    for strategy, instrument, start_ms, score, form_id, passed in reader.select(statement):
        yield LoneFailure(names[strategy], names[instrument], start_ms, score, gates[form_id, passed])
