"""The book of a journal whose daemon does not run: read, and rebuilt the way a start rebuilds it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.errors import StorageError, UserFacingError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.engine.core import Core
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.operation.day_charges import charges_of
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.state import State
from trading_bot.settings.tree import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedBook:
    """What a journal adds up to."""

    core: Core
    instruments: Mapping[str, Instrument]
    last_prices: Mapping[str, int]
    """Newest known price in paise by instrument: a kept candle's close, else the last fill's."""

    @property
    def last_ms(self) -> int:
        """Session time of the newest row; 0 when there is none."""
        return self.core.state.now_ms

    @property
    def halts(self) -> tuple[str, ...]:
        """Why nothing new would be entered; a latched panic first."""
        return halts.texts(self.core.state.book, self.symbol)

    def symbol(self, instrument_key: str) -> str:
        """What people call an instrument; its key where nobody kept it."""
        found = self.instruments.get(instrument_key)
        return instrument_key if found is None else found.symbol


@contextmanager
def told_to_user() -> Iterator[None]:
    """Tell a person what is wrong with a file. Raises UserFacingError for StorageError."""
    try:
        yield
    except StorageError as error:
        raise UserFacingError(str(error)) from error


def read_book(settings: Settings, database: Path, charges: ChargeSchedule) -> StoppedBook:
    """Read a journal and rebuild its book. Raises StorageError where either fails."""
    with JournalReader(database) as reader:
        rows = reader.book_rows()
        kept = {instrument.key: instrument for instrument in reader.instruments()}
        closes = _closes(reader, rows)
    core = rebuilt_core(settings, rows, charges, kept)
    book = core.state.book
    fill_prices = {
        fill.instrument_key: fill.price for fill in sorted(book.fills.values(), key=lambda f: f.filled_at_ms)
    }
    keys = {order.request.instrument_key for order in book.orders.values()} | book.positions.keys()
    return StoppedBook(
        core=core,
        instruments=known_instruments(kept, keys),
        last_prices=fill_prices | closes,
    )


def rebuilt_core(
    settings: Settings, rows: Sequence[JournalRow], charges: ChargeSchedule, kept: Mapping[str, Instrument]
) -> Core:
    """A core that holds the book of these rows. Raises StorageError when they do not fit together."""
    state = State(
        settings=settings.engine,
        risk=settings.risk,
        strategies=(),
        charges_so_far=lambda book: charges_of(
            book, charges, known_instruments(kept, {fill.instrument_key for fill in book.fills.values()})
        ),
    )
    core = Core(state)
    core.restore(rows)
    if rows:
        state.now_ms = rows[-1].at_ms
    return core


def known_instruments(kept: Mapping[str, Instrument], keys: set[str]) -> dict[str, Instrument]:
    """The kept instruments, and what the key alone tells about shares that were not kept.

    Raises StorageError for a derivative that was not kept: its charges depend on what it is.
    """
    return {key: kept.get(key) or _share(key) for key in sorted(kept.keys() | keys)}


def _share(key: str) -> Instrument:
    segment_text, _, rest = key.partition("|")
    try:
        segment = Segment(segment_text)
    except ValueError as error:
        raise StorageError(f"the journal names {key}, which is no instrument key") from error
    if not segment.is_cash:
        raise StorageError(f"the journal names {key} without keeping what it is: charges cannot be computed")
    return Instrument(key=key, symbol=rest, name=rest, segment=segment, kind=InstrumentKind.EQUITY)


def _closes(reader: JournalReader, rows: Sequence[JournalRow]) -> dict[str, int]:
    """Close of the newest kept candle of each instrument, within the hour before the last row."""
    if not rows:
        return {}
    last_ms = rows[-1].at_ms
    return {key: candle.close for key, candle in reader.candles(last_ms - 3_600_000, last_ms)}
