"""`metrics`: the figures of the newest sessions of a mode, over all journals that it has written."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice, pairwise
from pathlib import Path

from sqlalchemy import select

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.traces.records import gate_counts
from trading_bot.adapters.storage.traces.statistics import evaluated_starts, lone_failures
from trading_bot.bootstrap.answers.daemon.daemon_link import newest_database
from trading_bot.bootstrap.answers.daemon.stopped_book import known_instruments, told_to_user
from trading_bot.bootstrap.answers.sessions import session_of, session_rows
from trading_bot.bootstrap.places import known_databases
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.engine.rebuild import DAY_STARTED
from trading_bot.report.day.charging import Charger, charger_of
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.record import DayRecord
from trading_bot.report.metrics.figures import Metrics, metrics_of
from trading_bot.report.metrics.moves import HeldBack, moves_of
from trading_bot.report.metrics.sessions import SessionFacts, acknowledgements_of, outcomes_of, signals_of
from trading_bot.research.ratios import sharpe
from trading_bot.settings.tree import Settings

_MS_PER_HOUR = 3_600_000
_Starts = Mapping[str, list[int]]


def session_metrics(settings: Settings, days: int) -> Metrics:
    """The figures of so many newest sessions. Raises UserFacingError where nothing has run in this mode."""
    newest_database(settings)
    charger = charger_of(load_market_rules().charges)
    found = list(islice(_sessions(known_databases(settings), charger), days))
    in_order = sorted(found, key=lambda session: session.on)
    return metrics_of(in_order, settings.risk.sizing.base_capital, sharpe)


def _sessions(databases: tuple[Path, ...], charger: Charger) -> Iterator[SessionFacts]:
    """The newest first, each read when it is asked for."""
    for database in databases:
        with told_to_user(), JournalReader(database) as reader:
            starts = list(reader.rows(kind=DAY_STARTED))
            sessions = [session_of(row) for row in starts]
            for on in dict.fromkeys(reversed(sessions)):
                record = day_record(session_rows(reader, starts, sessions, on))
                yield _facts(reader, record, charger)


def _facts(reader: JournalReader, record: DayRecord, charger: Charger) -> SessionFacts:
    first_ms = midnight_ms(record.on)
    last_ms = first_ms + MS_PER_DAY - 1
    kept = {instrument.key: instrument for instrument in reader.instruments()}
    instruments = known_instruments(kept, {trade.trade.instrument_key for trade in record.trades})
    starts = evaluated_starts(reader, first_ms, last_ms)
    return SessionFacts(
        on=record.on,
        hours={strategy: len(found) * _length_ms(found) / _MS_PER_HOUR for strategy, found in starts.items()},
        signals=signals_of(record),
        trades=outcomes_of(record, instruments, charger),
        acknowledgements=acknowledgements_of(reader.rows(on=record.on)),
        gates=gate_counts(reader, first_ms, last_ms),
        moves=moves_of(_held_back(reader, record, starts), _Closes(reader, record.on)),
    )


def _length_ms(starts: list[int]) -> int:
    """The length of a strategy's candles: the least time between two of them; 0 with one alone."""
    return min((later - earlier for earlier, later in pairwise(starts)), default=0)


def _held_back(reader: JournalReader, record: DayRecord, starts: _Starts) -> Iterator[HeldBack]:
    lengths = {strategy: _length_ms(found) for strategy, found in starts.items()}
    first_ms = midnight_ms(record.on)
    for signal in record.signals:
        evaluation = signal.evaluation
        if signal.denied is not None and evaluation.signal is not None:
            yield HeldBack(
                evaluation.strategy,
                evaluation.instrument_key,
                f"denial: {signal.denied.reason}",
                evaluation.signal.direction.sign,
                evaluation.candle_start_ms + lengths.get(evaluation.strategy, 0),
            )
    for lone in lone_failures(reader, first_ms, first_ms + MS_PER_DAY - 1):
        if lone.score:
            end_ms = lone.candle_start_ms + lengths[lone.strategy]
            sign = 1 if lone.score > 0 else -1
            yield HeldBack(lone.strategy, lone.instrument_key, f"gate: {lone.gate}", sign, end_ms)


class _Closes:
    """The closes of a day's kept minutes, read when the first is asked for."""

    def __init__(self, reader: JournalReader, on: date) -> None:
        self._reader = reader
        self._first_ms = midnight_ms(on)
        self._closes: dict[tuple[str, int], int] | None = None

    def __call__(self, instrument_key: str, start_ms: int) -> int | None:
        if self._closes is None:
            candles = schema.candles.c
            columns = select(candles.instrument_key, candles.start_ms, candles.close)
            last_ms = self._first_ms + MS_PER_DAY - 1
            rows = self._reader.select(columns.where(candles.start_ms.between(self._first_ms, last_ms)))
            self._closes = {(key, at_ms): close for key, at_ms, close in rows}
        return self._closes.get((instrument_key, start_ms))
