"""What was journaled while the database refused, and how it comes home.

Rows that follow the database's last row become its next rows, as they are. Rows of a process that could not
read the database speak of a book of their own: they are kept as a record, and what holds for every book
(panic, halts that wait for a person, tags given, units of ours that were traded) follows as events.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from trading_bot.adapters.storage.emergency.emergency_journal import (
    EmergencyJournal,
    emergency_path,
    kept_rows,
)
from trading_bot.adapters.storage.emergency.emergency_run import EmergencyRun, runs_of
from trading_bot.adapters.storage.journal.hash_chain import ChainHead, linked
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import ClockMs, open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain import events as ev
from trading_bot.domain.errors import StorageError
from trading_bot.domain.order import Fill
from trading_bot.engine.book import Book
from trading_bot.engine.book_state import fill_id
from trading_bot.engine.decisions.account.fills import ASSUMED
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.rebuild import UNFIT
from trading_bot.engine.records import decode_event, encode

log = structlog.get_logger()


def bring_home(database: Path, settings: StorageSettings, clock_ms: ClockMs) -> int:
    """Take the rows of the emergency journal into the database, and clear it; how many there were.

    A crash at any moment loses and doubles nothing: they are one commit, and rows that the database holds are
    not taken again. All its rows are read for that, as a run may follow one before the newest checkpoint; it
    is rare that any wait. Raises StorageError.
    """
    path = emergency_path(database)
    kept = kept_rows(path)
    if not kept:
        return 0
    journal = open_inline_journal(database, clock_ms=clock_ms, on_failure=_tell, settings=settings)
    try:
        earlier = rows_of(database)
        coming = rows_coming_home(earlier, runs_of(kept))
        journal.append(coming)
    finally:
        journal.close()
    if rows_of(database)[len(earlier) :] != coming:
        raise StorageError(
            f"the rows of {path} could not be written to {database}: mend it, or move {path} away; what"
            " happened is then read from the broker alone"
        )
    emergency = EmergencyJournal(path)
    try:
        emergency.clear()
    finally:
        emergency.close()
    log.warning("emergency_rows_came_home", rows=len(coming), of=len(kept))
    return len(coming)


def rows_coming_home(earlier: Sequence[JournalRow], runs: Sequence[EmergencyRun]) -> list[JournalRow]:
    """The rows that the database lacks, numbered to follow its last. Raises StorageError."""
    return _grown(earlier, runs).coming


def head_of(rows: Sequence[JournalRow]) -> ChainHead:
    """The newest of rows that follow each other from the first on."""
    head = ChainHead()
    for row in rows:
        head = ChainHead(row.sequence, linked(head.hash, row))
    return head


def rows_of(database: Path, *, busy_timeout_ms: int = 2_000) -> list[JournalRow]:
    """Every row of a database, beyond those that a book is rebuilt from. Raises StorageError."""
    with JournalReader(database, busy_timeout_ms=busy_timeout_ms) as reader:
        return list(reader.rows())


def _grown(earlier: Sequence[JournalRow], runs: Sequence[EmergencyRun]) -> "_Home":
    try:
        home = _Home(earlier)
        for run in runs:
            if home.is_followed_by(run):
                home.take(run.rows)
            else:
                home.keep(run.rows)
    except UNFIT as error:
        raise StorageError(
            f"a row of the emergency journal does not fit those before it: {error!r}; move the file away"
            " to go on with what the broker shows"
        ) from error
    return home


class _Home:
    """The database as it grows, in memory."""

    def __init__(self, earlier: Sequence[JournalRow]) -> None:
        self.coming: list[JournalRow] = []
        self._book = Book()
        self._heads = [ChainHead()]
        self._rows: list[JournalRow] = []
        self._records: set[tuple[int, int, str, str]] = set()
        for row in earlier:
            self._add(row)

    def is_followed_by(self, run: EmergencyRun) -> bool:
        """Whether a run was written on top of a row that is here, and agrees with what came after it."""
        after = run.after
        if after is None or after.sequence >= len(self._heads) or self._heads[after.sequence] != after:
            return False
        known = self._rows[after.sequence :]
        return list(run.rows[: len(known)]) == known[: len(run.rows)]

    def take(self, rows: Sequence[JournalRow]) -> None:
        """Take rows as they are; those that are here already were taken before."""
        for row in rows:
            if row.sequence >= len(self._heads):
                self._come(row)

    def keep(self, rows: Sequence[JournalRow]) -> None:
        """Keep rows of another book as a record, with what follows from them here."""
        for row in rows:
            if (row.sequence, row.at_ms, row.kind, row.payload) in self._records:
                continue
            event = decode_event(row.kind, row.payload)
            tag = event.request.tag if isinstance(event, ev.OrderIntended) else ""
            self._come_as(
                ev.EmergencyRowKept(
                    at_ms=row.at_ms, number=row.sequence, kind=row.kind, payload=row.payload, tag=tag
                )
            )
            for following in self._consequences(event):
                self._come_as(following)

    def _consequences(self, event: ev.BookEvent) -> Iterator[ev.BookEvent]:
        match event:
            case ev.PanicLatched() | ev.PanicReleased() | ev.HaltRaised(until_released=True):
                yield event
            case ev.OrderFilled(fill=fill) | ev.ForeignFillTaken(fill=fill):
                yield from self._traded_units(event.at_ms, fill)

    def _traded_units(self, at_ms: int, fill: Fill) -> Iterator[ev.BookEvent]:
        """What a fill did to our own position: the broker's books show it only on the same day.

        Of an order of ours, which the other book took for somebody else's, it may be a part of a trade: it is
        explained by that trade where this is read again.
        """
        book = self._book
        tag = book.tags_by_order_id.get(fill.order_id)
        if tag is not None:
            if fill_id(fill) not in book.fills:
                trade_id = f"{ASSUMED}{book.orders[tag].filled_quantity}-{fill.trade_id}"
                yield ev.OrderFilled(
                    at_ms=at_ms, tag=tag, fill=replace(fill, trade_id=trade_id), is_assumed=True
                )
            return
        held = book.position_of(fill.instrument_key).quantity
        if held * fill.side.sign < 0:
            closed = replace(fill, quantity=min(fill.quantity, abs(held)))
            yield ev.ForeignFillTaken(at_ms=at_ms, fill=closed)

    def _come_as(self, event: ev.BookEvent) -> None:
        kind, payload = encode(event)
        self._come(JournalRow(len(self._heads), event.at_ms, kind, payload))

    def _come(self, row: JournalRow) -> None:
        self._add(row)
        self.coming.append(row)

    def _add(self, row: JournalRow) -> None:
        head = self._heads[-1]
        event = decode_event(row.kind, row.payload)
        self._book.apply(event)
        self._heads.append(ChainHead(row.sequence, linked(head.hash, row)))
        self._rows.append(row)
        if isinstance(event, ev.EmergencyRowKept):
            self._records.add((event.number, event.at_ms, event.kind, event.payload))


def _tell(error: StorageError) -> None:
    log.error("emergency_rows_not_written", detail=str(error))
