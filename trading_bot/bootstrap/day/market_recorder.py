"""Keeps candles and gate traces in the database, beside the journal and never in its way."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.journal.sqlite_journal import ThreadedJournal
from trading_bot.adapters.storage.keeping.retention import prune
from trading_bot.adapters.storage.market_records import (
    keep_candles,
    keep_instruments,
    keep_note,
)
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.adapters.storage.traces.records import keep_traces, read_dictionary
from trading_bot.domain.errors import StorageError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle
from trading_bot.domain.trace import Trace

if TYPE_CHECKING:
    from trading_bot.adapters.storage.traces.packing import TraceDictionary

Row = TypeVar("Row")
log = structlog.get_logger()

TICKS_NOTE = "ticks of process "
_UNPROTECTED_NOTE = "longest unprotected"
_MOST_WAITING = 200_000
_ROWS_AT_ONCE = 300
_INTERVAL_S = 0.5


def unprotected_before(database: Path, on: date) -> float:
    """The longest time of a day without a confirmed protection, in seconds, as processes have noted it.

    Raises StorageError.
    """
    with JournalReader(database) as reader:
        day, _, seconds = reader.meta().get(_UNPROTECTED_NOTE, "").partition(" ")
    return float(seconds) if day == on.isoformat() else 0.0


class MarketRecorder:
    """Takes what the engine hands over at once and writes it in batches; a worker of its own."""

    name = "market recorder"

    def __init__(self, journal: ThreadedJournal) -> None:
        self._journal = journal
        self._ticks_written = 0
        self.ticks_seen: Callable[[], int] = lambda: 0
        """Ticks that this process saw; kept by process, so that a report can add restarts up."""
        self._unprotected_written = ""
        self.unprotected_seen: Callable[[], tuple[date | None, float]] = lambda: (None, 0.0)
        """The day, and its longest time without a confirmed protection: the next process goes on from it."""
        self._candles: deque[tuple[str, Candle]] = deque(maxlen=_MOST_WAITING)
        self._traces: deque[Trace] = deque(maxlen=_MOST_WAITING)
        self._dictionary: TraceDictionary | None = None

    def take(self, candles: tuple[tuple[str, Candle], ...], traces: tuple[Trace, ...]) -> None:
        """Remember what is to be written; when the disk does not keep up the oldest go."""
        self._candles.extend(candles)
        self._traces.extend(traces)

    async def keep_listing(self, instruments: Sequence[Instrument], on: date) -> None:
        """Keep the instruments of the day: panic closes with these when no list can be fetched."""
        await self._journal.run(partial(keep_instruments, instruments=instruments, on=on))

    async def prune(self, settings: StorageSettings, on: date) -> None:
        """Delete what is older than is to be kept; the journal itself stays."""
        is_more = True
        while is_more:
            is_more = await self._journal.run(partial(prune, settings=settings, on=on))

    async def run(self, beat: Callable[[], None]) -> None:
        """Write until cancelled. What the disk refuses is lost: only the journal's own rows are vital."""
        while True:
            beat()
            try:
                await self.write()
            except StorageError as error:
                log.warning("market_records_lost", detail=str(error))
            await asyncio.sleep(_INTERVAL_S)

    async def write(self) -> None:
        """Write everything that waits."""
        while self._candles:
            await self._journal.run(partial(keep_candles, rows=_taken(self._candles)))
        while self._traces:
            await self._write_traces(_taken(self._traces))
        await self._write_unprotected()
        ticks = self.ticks_seen()
        if ticks != self._ticks_written:
            self._ticks_written = ticks
            note = f"{TICKS_NOTE}{self._journal.epoch}"
            await self._journal.run(partial(keep_note, name=note, value=str(ticks)))

    async def _write_unprotected(self) -> None:
        on, seconds = self.unprotected_seen()
        note = f"{on} {seconds:.3f}"
        if seconds and note != self._unprotected_written:
            await self._journal.run(partial(keep_note, name=_UNPROTECTED_NOTE, value=note))
            self._unprotected_written = note

    async def _write_traces(self, traces: Sequence[Trace]) -> None:
        """Pack them in a thread of its own, so that neither ticks nor an order's commit wait for it."""
        dictionary = self._dictionary
        if dictionary is None:
            dictionary = await self._journal.run(read_dictionary)
        self._dictionary = None  # what is not written must not be taken for known
        try:
            packed = await asyncio.to_thread(dictionary.packed, traces)
            await self._journal.run(partial(keep_traces, packed=packed))
        except asyncio.CancelledError:
            self._traces.extendleft(reversed(traces))  # the session's end writes what waits once more
            raise
        self._dictionary = dictionary


def _taken(waiting: deque[Row]) -> list[Row]:
    return [waiting.popleft() for _ in range(min(_ROWS_AT_ONCE, len(waiting)))]
