"""Traces in the journal's file: jobs for its writing connection, and questions for a reader."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.sqlite import insert as insert_or

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.journal.prepared import Prepared
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.traces.packing import (
    NO_FORM,
    Form,
    PackedTraces,
    TraceDictionary,
    TraceRow,
    kept_evaluation,
    passed_of,
    said_in,
    said_of,
)
from trading_bot.domain.gate import Gate
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE
from trading_bot.domain.signal import Direction
from trading_bot.domain.trace import GateCount, KeptEvaluation, Said

_CANDIDATES = 3
_DAYS_LOOKED_UP = 7
_Found = dict[tuple[int, str], Callable[[], KeptEvaluation]]
_FIRST_SCHEMA = "0002"
_PUT_TRACE = Prepared(insert_or(schema.traces).prefix_with("OR REPLACE"))


def read_dictionary(connection: Connection) -> TraceDictionary:
    """The names and forms that the file holds."""
    names = connection.execute(select(schema.trace_names.c.name, schema.trace_names.c.name_id))
    forms = connection.execute(select(schema.trace_forms))
    return TraceDictionary(
        {row.name: row.name_id for row in names}, {said_in(row.gates): Form(*row) for row in forms}
    )


def keep_traces(connection: Connection, packed: PackedTraces) -> None:
    """Keep traces; one of a candle that was evaluated before replaces the first."""
    if packed.names:
        rows = [{"name_id": number, "name": name} for number, name in packed.names]
        connection.execute(insert(schema.trace_names), rows)
    if packed.forms:
        connection.execute(insert(schema.trace_forms), [form._asdict() for form in packed.forms])
    _PUT_TRACE.execute_many(connection, [row._asdict() for row in packed.rows])


def evaluations_of(
    reader: JournalReader, instrument_key: str, first_ms: int, last_ms: int
) -> list[KeptEvaluation]:
    """What strategies said of an instrument's candles that start in this span, ends included, newest first.

    The span begins on a whole minute, as candles do, and each of its minutes is looked up: hand over a day.
    """
    found = _found(reader, instrument_key, first_ms, last_ms)
    return [found[key]() for key in sorted(found, reverse=True)]


def evaluations_until(
    reader: JournalReader, instrument_key: str, first_ms: int, last_ms: int, until_ms: int
) -> list[KeptEvaluation]:
    """The same, but of each strategy only some newest candles up to a moment, and the first one of the span.

    A candle that was forming at the moment was evaluated after it, so there are a few to choose from.
    """
    found = _found(reader, instrument_key, first_ms, last_ms)
    taken: dict[str, list[tuple[int, str]]] = {}
    for key in sorted(found, reverse=True):
        of_strategy = taken.setdefault(key[1], [])
        if key[0] <= until_ms and len(of_strategy) < _CANDIDATES:
            of_strategy.append(key)
    keys = {key for of_strategy in taken.values() for key in of_strategy} | set(sorted(found)[:1])
    return [found[key]() for key in sorted(keys, reverse=True)]


def gate_counts(reader: JournalReader, first_ms: int, last_ms: int) -> tuple[GateCount, ...]:
    """How the evaluations of candles that start in this span went, ends included."""
    if not has_traces(reader):
        return tuple(_count(_unpacked(row)) for row in reader.select(_signals(first_ms, last_ms)))
    names, forms = names_of(reader), forms_of(reader)
    traces = schema.traces.c
    is_in_span = traces.candle_start_ms.between(first_ms, last_ms)
    groups = (traces.strategy_id, traces.form_id, traces.passed)
    grouped = select(*groups, func.count(traces.direction), func.count())
    counts = [
        GateCount(names[strategy], forms[form][0], passed, signals, count)
        for strategy, form, passed, signals, count in reader.select(
            grouped.where(is_in_span, traces.form_id != NO_FORM).group_by(*groups)
        )
    ]
    rare = reader.select(select(schema.traces).where(is_in_span, traces.form_id == NO_FORM))
    counts += [_count(kept_evaluation(TraceRow(*row), names, forms)) for row in rare]
    older = reader.select(_signals(first_ms, last_ms).where(~_is_traced()))
    return (*counts, *(_count(_unpacked(row)) for row in older))


def newest_evaluated_ms(reader: JournalReader, first_ms: int, last_ms: int) -> int | None:
    """Start of the newest candle in this span that was evaluated, of whatever instrument."""
    starts = [schema.signals.c.candle_start_ms]
    starts += [schema.traces.c.candle_start_ms] if has_traces(reader) else []
    newest = (select(func.max(start)).where(start.between(first_ms, last_ms)) for start in starts)
    found = [reader.select(statement)[0][0] for statement in newest]
    return max((start for start in found if start is not None), default=None)


def has_traces(reader: JournalReader) -> bool:
    """Whether the file has the table; one that no daemon has opened since the upgrade has not."""
    return reader.meta().get("schema", "") >= _FIRST_SCHEMA


def _found(reader: JournalReader, instrument_key: str, first_ms: int, last_ms: int) -> _Found:
    found = _packed(reader, instrument_key, first_ms, last_ms) if has_traces(reader) else {}
    signals = _signals(first_ms, last_ms).where(schema.signals.c.instrument_key == instrument_key)
    for row in reader.select(signals):
        found.setdefault((row.candle_start_ms, row.strategy), partial(_unpacked, row))
    return found


def _packed(reader: JournalReader, instrument_key: str, first_ms: int, last_ms: int) -> _Found:
    names = names_of(reader)
    instrument_id = next((number for number, name in names.items() if name == instrument_key), None)
    if instrument_id is None:
        return {}
    traces, minutes = schema.traces, _minutes(first_ms, last_ms)
    is_ours = traces.c.instrument_id == instrument_id
    joined = minutes.join(traces, and_(traces.c.candle_start_ms == minutes.c.start_ms, is_ours))
    rows = [TraceRow(*row) for row in reader.select(select(traces).select_from(joined))]
    forms = forms_of(reader)
    return {
        (row.candle_start_ms, names[row.strategy_id]): partial(kept_evaluation, row, names, forms)
        for row in rows
    }


def _minutes(first_ms: int, last_ms: int) -> CTE:
    """Every minute of a span: with it a share is found among all by looking up instead of reading through."""
    if last_ms - first_ms > _DAYS_LOOKED_UP * MS_PER_DAY:
        raise ValueError(f"a span of {last_ms - first_ms} ms has too many minutes to look up each")
    minutes = select(literal(first_ms).label("start_ms")).cte("minutes", recursive=True)
    following = select(minutes.c.start_ms + MS_PER_MINUTE).where(minutes.c.start_ms < last_ms)
    return minutes.union_all(following)


def names_of(reader: JournalReader) -> dict[int, str]:
    """Instrument keys and strategies by number."""
    return {row.name_id: row.name for row in reader.select(select(schema.trace_names))}


def forms_of(reader: JournalReader) -> dict[int, tuple[Said, str]]:
    """What traces have in common, and the facts that they are packed against, by number."""
    return {
        row.form_id: (said_in(row.gates), row.sample) for row in reader.select(select(schema.trace_forms))
    }


def _signals(first_ms: int, last_ms: int) -> Select[Any]:
    return select(schema.signals).where(schema.signals.c.candle_start_ms.between(first_ms, last_ms))


def _is_traced() -> ColumnElement[bool]:
    """Whether a row of `signals` has its trace beside it."""
    traces, signals, names = schema.traces.c, schema.signals.c, schema.trace_names.c

    def number_of(name: ColumnElement[str]) -> ScalarSelect[int]:
        return select(names.name_id).where(names.name == name).correlate(schema.signals).scalar_subquery()

    return exists().where(
        traces.candle_start_ms == signals.candle_start_ms,
        traces.instrument_id == number_of(signals.instrument_key),
        traces.strategy_id == number_of(signals.strategy),
    )


def _unpacked(row: Row[Any]) -> KeptEvaluation:
    return KeptEvaluation(
        strategy=row.strategy,
        instrument_key=row.instrument_key,
        candle_start_ms=row.candle_start_ms,
        score=row.score,
        direction=None if row.direction is None else Direction(row.direction),
        gates=tuple(Gate(*gate) for gate in json.loads(row.gates)),
    )


def _count(kept: KeptEvaluation) -> GateCount:
    said, _ = said_of(kept.gates)
    return GateCount(kept.strategy, said, passed_of(kept.gates), int(kept.direction is not None), 1)
