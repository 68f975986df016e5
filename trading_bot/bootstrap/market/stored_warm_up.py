"""Warm-up out of the store of candles, as far as the broker says the same.

The broker's history is read from the last stored day on; only where that day is the same in both are the
stored days believed. A split since then, or a correction, is thus noticed, and the broker is asked for all.
Only its own candles are taken: those that `download --source upstox --interval 1m` has stored.
"""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from trading_bot.domain.errors import HistoryError, NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import date_of, midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.outlook import DayClose
from trading_bot.engine.ports import History

if TYPE_CHECKING:
    from trading_bot.adapters.history.store import CandleStore

log = structlog.get_logger()

_SOURCE = "upstox"
_MINUTE_S = 60
_DAY = timedelta(days=1)
_ALIKE = 0.03
"""The last minute's close and the official one lie so near to each other, unless shares were split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWarmUp:
    """The broker's history, begun with what is stored of it."""

    broker: History
    store: Path
    symbols: Mapping[str, str]
    """Trading symbols by instrument key."""
    previous_closes: Mapping[str, int]
    """Paise by instrument, as the broker gives them before the open; some may be missing."""
    on: date
    """The trading day."""

    async def minute_candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Finished 1-minute candles of some days, oldest first. Raises ReadFailedError."""
        stored = await asyncio.to_thread(self._stored, instrument_key, first, min(last, self.on - _DAY))
        if not stored:
            return await self.broker.minute_candles(instrument_key, first, last)
        newest = date_of(stored[-1].start_ms)
        try:
            rest = await self.broker.minute_candles(instrument_key, newest, last)
        except NotAuthorisedError:
            raise
        except ReadFailedError as error:
            return self._alone(instrument_key, stored, last, error)
        if _of_day(rest, newest) == _of_day(stored, newest):
            return (*(candle for candle in stored if date_of(candle.start_ms) < newest), *rest)
        log.warning("stored_history_differs", symbol=self.symbols.get(instrument_key), on=str(newest))
        return await self.broker.minute_candles(instrument_key, first, last)

    async def day_closes(self, instrument_key: str, first: date, last: date) -> tuple[DayClose, ...]:
        """The broker's."""
        return await self.broker.day_closes(instrument_key, first, last)

    def _alone(
        self, key: str, stored: tuple[Candle, ...], last: date, error: ReadFailedError
    ) -> tuple[Candle, ...]:
        """Stored days without the broker's word: before the open, up to the session before.

        Its close has to be the one that the broker confirms.
        """
        close = self.previous_closes.get(key)
        is_confirmed = close is not None and abs(stored[-1].close / close - 1) <= _ALIKE
        is_whole = date_of(stored[-1].start_ms) == last
        if last >= self.on or not is_whole or not is_confirmed:
            raise error
        log.warning("stored_history_alone", symbol=self.symbols.get(key), says=str(error))
        return stored

    def _stored(self, key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Stored candles from the first day on, as far as no day in between was never asked for."""
        from trading_bot.adapters.history.store import read_store  # noqa: PLC0415  # brings numpy

        symbol = self.symbols.get(key)
        if symbol is None or first > last:
            return ()
        try:
            with closing(read_store(self.store)) as store:
                return _read(store, symbol, first, last)
        except HistoryError as error:
            log.warning("stored_history_unreadable", symbol=symbol, says=str(error))
            return ()


def _read(store: "CandleStore", symbol: str, first: date, last: date) -> tuple[Candle, ...]:
    for key in store.filled():
        if (key.symbol, key.interval_s, key.origin.source) == (symbol, _MINUTE_S, _SOURCE):
            missing = store.uncovered(key, (first, last))
            end = missing[0][0] - _DAY if missing else last
            return store.candles(key, first, end).candles() if end >= first else ()
    return ()


def _of_day(candles: tuple[Candle, ...], on: date) -> tuple[Candle, ...]:
    begin, end = midnight_ms(on), midnight_ms(on + _DAY)
    return tuple(candle for candle in candles if begin <= candle.start_ms < end)
