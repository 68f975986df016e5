"""What a daemon on the real market watches: the symbols of the settings, and what the book still holds."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import structlog

from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.symbol_search import find_instrument
from trading_bot.engine.book import Book
from trading_bot.engine.engine import Engine

log = structlog.get_logger()


class Universe(NamedTuple):
    """Instruments of the day."""

    instruments: tuple[Instrument, ...]
    exit_only: frozenset[str]
    """Keys of those that are only managed and closed."""


def held_keys(book: Book) -> frozenset[str]:
    """Keys of the instruments with an open trade or position."""
    open_positions = {key for key, position in book.positions.items() if not position.is_flat}
    return frozenset(open_positions | {trade.instrument_key for trade in book.trades.values()})


def traded_keys(book: Book, on: date) -> frozenset[str]:
    """Keys of the instruments that were ordered on this day: what they cost counts until its end."""
    if book.on != on:
        return frozenset()
    return frozenset(order.request.instrument_key for order in book.orders.values())


class HeldKeys:
    """What the feed subscribes first whenever it connects: what the day's engine holds at that moment."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def follow(self, engine: Engine) -> None:
        """Look at this engine's book from now on."""
        self._engine = engine

    def __call__(self) -> tuple[str, ...]:
        """The keys, in a fixed order; none before there is a day."""
        return () if self._engine is None else tuple(sorted(held_keys(self._engine.state.book)))


def chosen_universe(
    symbols: Sequence[str],
    listed: Sequence[Instrument],
    held: Iterable[str],
    *,
    is_outdated: bool,
    traded: Iterable[str] = (),
    indices: Sequence[str] = (),
) -> Universe:
    """The instruments that are meant, held or were traded, and the indices that show that the feed is alive.

    With an outdated list nothing is entered. Raises UnknownInstrumentError for a symbol that is not listed,
    unless something is held: that comes first.
    """
    held = frozenset(held)
    chosen: dict[str, Instrument] = {}
    for symbol in symbols:
        try:
            instrument = find_instrument(symbol, listed)
        except UnknownInstrumentError:
            if not held:
                raise
            log.exception("symbol_left_out", symbol=symbol)
            continue
        chosen[instrument.key] = instrument
    kept = held | frozenset(traded)
    by_key = {instrument.key: instrument for instrument in listed if instrument.key in kept}
    if missing := sorted(held - by_key.keys()):
        log.critical("held_instruments_not_listed", keys=missing)
    exit_only = kept - chosen.keys()
    everything = by_key | chosen | _watched_indices(indices, listed)
    return Universe(tuple(everything.values()), frozenset(everything) if is_outdated else exit_only)


def _watched_indices(names: Sequence[str], listed: Sequence[Instrument]) -> dict[str, Instrument]:
    """Those that are listed: trading goes on without the others."""
    candidates = [instrument for instrument in listed if instrument.segment.is_index]
    found: dict[str, Instrument] = {}
    for name in names:
        try:
            instrument = find_instrument(name, candidates)
        except UnknownInstrumentError as error:
            log.warning("index_left_out", index=name, detail=str(error))
            continue
        found[instrument.key] = instrument
    return found
