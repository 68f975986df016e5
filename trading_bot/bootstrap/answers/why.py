"""`why`: gathers what a journal knows of an instrument at a moment, whether its daemon runs or not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from trading_bot.adapters.market_rules import load_calendar
from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.traces.records import (
    evaluations_until,
    has_traces,
    names_of,
    newest_evaluated_ms,
)
from trading_bot.bootstrap.answers.daemon.daemon_link import newest_database
from trading_bot.bootstrap.answers.daemon.stopped_book import known_instruments, told_to_user
from trading_bot.bootstrap.places import known_databases
from trading_bot.domain.errors import UncoveredDateError, UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, MS_PER_SECOND, date_of, midnight_ms, ms_at
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.symbol_search import find_instrument
from trading_bot.report.why import Explanation, WhyFacts, document_of, explain, is_quiet, text_of
from trading_bot.report.why.facts import Hours, Surroundings
from trading_bot.report.why.story import story_of
from trading_bot.settings.options import WhyQuestion
from trading_bot.settings.tree import Settings

_NAMED = 5


class _Asked(NamedTuple):
    """A question about a day of an open journal."""

    settings: Settings
    symbol: str
    on: date
    at_ms: int | None
    calendar: Callable[[], Calendar]
    """Asked for only where there is no evaluation: reading it takes longer than most answers."""


def explained(settings: Settings, question: WhyQuestion) -> Explanation:
    """The answer to a question of the command line.

    Raises UserFacingError where nothing has run in this mode or the journal cannot be read,
    UnknownInstrumentError, with the most alike symbols, where nothing goes by the name.
    """
    database = _database_of(settings, question.on)
    with told_to_user(), JournalReader(database) as reader:
        on = question.on or _newest_day(reader)
        at_ms = None if question.until is None else _end_of(on, question.until, question.is_whole_minute)
        return _explained(reader, _Asked(settings, question.symbol, on, at_ms, load_calendar))


def why_document(settings: Settings, database: Path) -> Callable[[str, int | None], dict[str, Any]]:
    """Answers as documents, for a page: of a symbol at a moment in epoch milliseconds, None for the newest.

    Each answer reads the file anew, without the right to change it, for up to some tenths of a second: ask
    in a thread. Raises UserFacingError, and UnknownInstrumentError for a symbol that is none.
    """
    answer = _answers(settings, database)
    return lambda symbol, at_ms: document_of(answer(symbol, at_ms))


def why_text(settings: Settings, database: Path) -> Callable[[str, int | None], str]:
    """The same as text, for a chat."""
    answer = _answers(settings, database)
    return lambda symbol, at_ms: text_of(answer(symbol, at_ms))


def _answers(settings: Settings, database: Path) -> Callable[[str, int | None], Explanation]:
    calendar = cache(load_calendar)

    def answer(symbol: str, at_ms: int | None) -> Explanation:
        with told_to_user(), JournalReader(database) as reader:
            on = _newest_day(reader) if at_ms is None else date_of(at_ms)
            return _explained(reader, _Asked(settings, symbol, on, at_ms, calendar))

    return answer


def _explained(reader: JournalReader, asked: _Asked) -> Explanation:
    instrument = _instrument_of(reader, asked.symbol)
    first_ms, key = midnight_ms(asked.on), instrument.key
    last_ms = first_ms + MS_PER_DAY - 1
    until_ms = last_ms if asked.at_ms is None else asked.at_ms
    facts = WhyFacts(
        mode=asked.settings.mode.value,
        symbol=instrument.symbol,
        instrument_key=key,
        on=asked.on,
        asked_ms=asked.at_ms,
        evaluations=tuple(evaluations_until(reader, key, first_ms, last_ms, until_ms)),
        story=story_of(reader.rows(on=asked.on, signals_of=key), key),
    )
    if is_quiet(facts):
        facts = replace(facts, around=_surroundings(reader, facts, instrument, asked.calendar))
    return explain(facts)


def _instrument_of(reader: JournalReader, symbol: str) -> Instrument:
    instruments = reader.instruments()
    try:
        return find_instrument(symbol, instruments)
    except UnknownInstrumentError as error:
        if has_traces(reader) and symbol in names_of(reader).values():
            return known_instruments({}, {symbol})[symbol]  # of an earlier day's list
        some = ", ".join(sorted(instrument.symbol for instrument in instruments)[:_NAMED])
        listed = f"; the journal knows {some} …" if some else "; the journal lists no instrument"
        raise UnknownInstrumentError(f"{error}{listed}") from error


def _newest_day(reader: JournalReader) -> date:
    days = reader.days()
    return days[-1] if days else date_of(0)


def _database_of(settings: Settings, on: date | None) -> Path:
    """The newest journal that holds the day, else the newest."""
    newest = newest_database(settings)
    if on is None:
        return newest
    others = [path for path in known_databases(settings) if path != newest]
    return next((path for path in (newest, *others) if on in _days_of(path)), newest)


def _days_of(database: Path) -> Sequence[date]:
    with told_to_user(), JournalReader(database) as reader:
        return reader.days()


def _end_of(on: date, until: time, is_whole_minute: bool) -> int:  # noqa: FBT001  # private
    """The last millisecond of the minute or of the second that is named."""
    return ms_at(on, until) + (MS_PER_MINUTE if is_whole_minute else MS_PER_SECOND) - 1


def _surroundings(
    reader: JournalReader, facts: WhyFacts, instrument: Instrument, calendar: Callable[[], Calendar]
) -> Surroundings:
    first_ms = midnight_ms(facts.on)
    last_ms = first_ms + MS_PER_DAY - 1 if facts.asked_ms is None else facts.asked_ms
    hours, closed_because = _hours_of(facts.on, instrument, calendar())
    return Surroundings(
        hours=hours,
        closed_because=closed_because,
        is_index=not instrument.is_tradable,
        own_minute_ms=_newest_minute(reader, first_ms, last_ms, instrument.key),
        any_minute_ms=_newest_minute(reader, first_ms, last_ms, None),
        others_evaluated_ms=newest_evaluated_ms(reader, first_ms, last_ms),
    )


def _newest_minute(reader: JournalReader, first_ms: int, last_ms: int, key: str | None) -> int | None:
    candles = schema.candles.c
    newest = select(candles.start_ms).where(candles.start_ms.between(first_ms, last_ms))
    if key is not None:
        newest = newest.where(candles.instrument_key == key)
    found = reader.select(newest.order_by(candles.start_ms.desc()).limit(1))
    return found[0].start_ms if found else None


def _hours_of(on: date, instrument: Instrument, calendar: Calendar) -> tuple[Hours | None, str]:
    try:
        session = calendar.session(
            on, instrument.segment, closing_auction_eligible=instrument.closing_auction_eligible
        )
    except UncoveredDateError as error:
        return None, str(error)
    if session is None:
        return None, calendar.holiday_name(on) or "a weekend"
    return Hours(session.open_ms, session.close_ms), ""
