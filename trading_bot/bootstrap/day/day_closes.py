"""Closes of earlier sessions for strategies that look at whole days, and a folder that completes them."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from trading_bot.bootstrap.day.day_plans import close_days
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle
from trading_bot.domain.outlook import DayClose, closes_by_day
from trading_bot.engine.ports import History
from trading_bot.settings.tree import Settings

if TYPE_CHECKING:
    from trading_bot.adapters.history import PriceHistory

log = structlog.get_logger()

_SETTING = "run.days_folder ="
_ALIKE = 0.1
"""A close of the folder that is off by more than this part is adjusted otherwise."""
_NEXT = 0.2
"""Likewise where they share no day: so far news moves a price, and most splits move it further."""


def days_path(settings: Settings) -> Path | None:
    """Where the days before come from; None where nothing is named, or no strategy looks at whole days."""
    path = settings.run.days_folder
    return path if path is not None and close_days(chosen_strategies(settings)) else None


@dataclass(frozen=True, slots=True)
class DaysFolder:
    """A folder with candles of days, or of less: what its source has of long ago."""

    folder: "PriceHistory"

    @classmethod
    def of(cls, settings: Settings) -> "DaysFolder | None":
        """The folder of the settings, where it is used. Raises HistoryError for one that cannot be read."""
        from trading_bot.adapters.history import open_history  # noqa: PLC0415  # brings numpy and Parquet
        from trading_bot.adapters.history.store_reference import is_store, store_reference  # noqa: PLC0415

        path = days_path(settings)
        if path is not None and is_store(path) and not store_reference(path).path.exists():
            raise HistoryError(f"{_SETTING} {path}: there is no such store: see `download`, or name a folder")
        return None if path is None else cls(open_history(path, chosen_by=_SETTING))

    def closes(self, symbol: str, first: date, last: date) -> tuple[DayClose, ...]:
        """The last close of each day inside the range; none where the folder does not have the symbol."""
        try:
            candles = self.folder.candles(self.folder.name_of(symbol), first, last)
        except UnknownInstrumentError:
            return ()
        return closes_by_day(candles.start_ms.tolist(), candles.close.tolist())

    def completed(
        self, symbol: str, own: tuple[DayClose, ...], first: date, last: date
    ) -> tuple[DayClose, ...]:
        """What a source has itself, and before its first day what the folder has.

        Where both have a day and do not agree on it the folder is adjusted otherwise and is not used; where
        they share none, its last close before and the source's first one have to be near each other.
        """
        older = self.closes(symbol, first, last)
        begin = own[0].on if own else date.max
        before = tuple(close for close in older if close.on < begin)
        if _is_apart(dict(older), before, own):
            log.warning("days_folder_disagrees", symbol=symbol, folder=str(self.folder.path))
            return own
        return (*before, *own)


def _is_apart(theirs: Mapping[date, int], before: tuple[DayClose, ...], own: tuple[DayClose, ...]) -> bool:
    both = [(theirs[close.on], close.close) for close in own if close.on in theirs and close.close]
    if both:
        return any(abs(there / here - 1) > _ALIKE for there, here in both)
    return bool(before and own and own[0].close) and abs(before[-1].close / own[0].close - 1) > _NEXT


@dataclass(frozen=True, slots=True)
class CompletedHistory:
    """A history whose days go further back than the source's."""

    source: History
    days: DaysFolder
    symbols: Mapping[str, str]
    """By instrument key."""

    async def minute_candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Return the source's minutes."""
        return await self.source.minute_candles(instrument_key, first, last)

    async def day_closes(self, instrument_key: str, first: date, last: date) -> tuple[DayClose, ...]:
        """Return the source's closes, and the folder's before them. Raises ReadFailedError."""
        own = await self.source.day_closes(instrument_key, first, last)
        symbol = self.symbols.get(instrument_key)
        if symbol is None:
            return own
        try:
            return await asyncio.to_thread(self.days.completed, symbol, own, first, last)
        except HistoryError as error:
            log.warning("days_folder_not_readable", detail=str(error))
            return own


def with_days(history: History, days: DaysFolder | None, instruments: Iterable[Instrument]) -> History:
    """The history, completed where a folder is given."""
    if days is None:
        return history
    return CompletedHistory(history, days, {one.key: one.symbol for one in instruments})
