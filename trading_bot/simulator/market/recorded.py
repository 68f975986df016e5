"""A day of recorded ticks, in the order and with the defects in which they arrived."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from trading_bot.adapters.history import PriceHistory, TickArrays, WarmUp
from trading_bot.domain.candles.arrays import IntArray
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.market.depth import DepthArrays, around, synthetic_depth
from trading_bot.simulator.market.earlier import (
    CONTEXT_LEAD_MS,
    EarlierSessions,
    KnownInstrument,
    usual_open_ms,
)
from trading_bot.simulator.market.moments import UpdateArrays, context_moment, merged_moments
from trading_bot.simulator.market.seeds import generator_for
from trading_bot.simulator.venue.contracts import MarketMoment

_BLOCK_MS = 15 * MS_PER_MINUTE
_STEP_MS = 100
_STEPS_PER_SECOND = MS_PER_SECOND // _STEP_MS
_TYPICAL_UNITS = 500
_DEPTH_OF_MINUTE = 0.15


class _RecordedDay(NamedTuple):
    """One instrument's ticks of the day, and when each arrives."""

    instrument: Instrument
    ticks: TickArrays
    at_ms: IntArray
    typical_quantity: int


class RecordedMarket:
    """Recorded ticks of one day; depth is made up except for the best prices where the data has quotes.

    A tick's own time may step back, and so may its day volume: the order is that of the file.
    """

    def __init__(
        self,
        folder: PriceHistory,
        on: date,
        *,
        warm_up: WarmUp | None = None,
        names: Sequence[str] | None = None,
        seed: int = 0,
        opens_at_ms: int | None = None,
    ) -> None:
        """Take those instruments of the folder, by its own names, that are named, or all with rows that day.

        Raises HistoryError when the folder has no ticks of that day.
        """
        for name in names or ():
            folder.require_day(name, on)
        chosen = tuple(names) if names else folder.symbols_on(on)
        self._on = on
        self._seed = seed
        self._folder = folder
        self._days = tuple(
            _recorded_day(folder.instrument(name, on), folder.ticks(name, on), seed) for name in chosen
        )
        first_ms = min(int(day.at_ms[0]) for day in self._days)
        self._opens_at_ms = usual_open_ms(first_ms) if opens_at_ms is None else opens_at_ms
        known = tuple(
            KnownInstrument(name, day.instrument, int(day.ticks.price[0]))
            for name, day in zip(chosen, self._days, strict=True)
        )
        self._earlier = EarlierSessions(warm_up or WarmUp(folder), on, known)

    @property
    def on(self) -> date:
        """The trading day."""
        return self._on

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The folder's instruments with ticks on that day."""
        return tuple(day.instrument for day in self._days)

    @property
    def description(self) -> str:
        """What the data is."""
        quoted = any(day.ticks.has_quotes for day in self._days)
        depth = "recorded best quotes and made-up depth behind them" if quoted else "made-up depth"
        return (
            f"recorded ticks of {self._on} for {len(self._days)} instruments from {self._folder.path}, "
            f"defects included, with {depth} (seed {self._seed})"
        )

    def previous_close(self, instrument_key: str) -> int:
        """Last close before the day; the day's first price where the data begins with it."""
        return self._earlier.previous_close(instrument_key)

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """1-minute candles of earlier sessions inside the range."""
        return self._earlier.candles(instrument_key, first, min(last, self._on - timedelta(days=1)))

    def eligible(self, required_minutes: int) -> tuple[str, ...]:
        """Symbols with at least that many minutes of history."""
        return self._earlier.eligible(required_minutes)

    def moments(self) -> Iterator[MarketMoment]:
        """The previous closes shortly before the open, then the day."""
        yield context_moment(self._opens_at_ms - CONTEXT_LEAD_MS, self._earlier.closes())
        first_ms = min(int(day.at_ms[0]) for day in self._days) // _BLOCK_MS * _BLOCK_MS
        last_ms = max(int(day.at_ms[-1]) for day in self._days)
        for from_ms in range(first_ms, last_ms + 1, _BLOCK_MS):
            yield from merged_moments([(day.instrument.key, self._block(day, from_ms)) for day in self._days])

    def _block(self, day: _RecordedDay, from_ms: int) -> UpdateArrays:
        first, end = np.searchsorted(day.at_ms, [from_ms, from_ms + _BLOCK_MS])
        ticks = TickArrays(*(column[first:end] for column in day.ticks))
        rng = generator_for(self._seed, day.instrument.symbol, "depth", from_ms)
        return UpdateArrays(
            at_ms=day.at_ms[first:end],
            traded_at_ms=ticks.ts_ms,
            price=ticks.price,
            quantity=ticks.quantity,
            day_volume=np.maximum(ticks.day_volume, 0),
            depth=_depth(day, ticks, rng) if day.instrument.is_tradable else None,
        )


def _recorded_day(instrument: Instrument, ticks: TickArrays, seed: int) -> _RecordedDay:
    phase = int(generator_for(seed, instrument.symbol, "phase").integers(_STEPS_PER_SECOND)) * _STEP_MS
    grown = int(ticks.day_volume.max(initial=0))
    minutes = np.unique(ticks.ts_ms // MS_PER_MINUTE).size
    typical = int(grown / max(minutes, 1) * _DEPTH_OF_MINUTE) if grown > 0 else _TYPICAL_UNITS
    quantity = ticks.quantity
    if not quantity.any():
        quantity = np.maximum(np.diff(np.maximum(ticks.day_volume, 0), prepend=0), 0)
        quantity[:1] = 0
    return _RecordedDay(
        instrument, ticks._replace(quantity=quantity), arrival_times(ticks.ts_ms, phase), max(typical, 1)
    )


def arrival_times(ts_ms: IntArray, phase_ms: int = 0) -> IntArray:
    """When each tick of one instrument arrives: in the file's order, no two at once.

    None arrives before its own time. Ticks whose times have whole seconds only are spread over their second,
    `phase_ms` after its start.
    """
    if not ts_ms.size:
        return ts_ms
    reached = np.maximum.accumulate(ts_ms)
    starts = np.flatnonzero(np.diff(reached, prepend=reached[0] - 1))
    in_group = np.arange(reached.size) - np.repeat(starts, np.diff(np.append(starts, reached.size)))
    if (ts_ms % MS_PER_SECOND).any():
        return _ascending(reached + in_group)
    sizes = np.repeat(np.diff(np.append(starts, reached.size)), np.diff(np.append(starts, reached.size)))
    step = np.maximum(np.minimum(_STEP_MS, (MS_PER_SECOND - 1) // sizes), 1)
    return _ascending(
        reached + np.minimum(phase_ms, MS_PER_SECOND - 1 - (sizes - 1) * step) + in_group * step
    )


def _ascending(at_ms: IntArray) -> IntArray:
    """Move instants later by as little as makes them strictly ascending."""
    place = np.arange(at_ms.size)
    ascending: IntArray = np.maximum.accumulate(at_ms - place) + place
    return ascending


def _depth(day: _RecordedDay, ticks: TickArrays, rng: np.random.Generator) -> DepthArrays:
    tick_size = day.instrument.tick_size
    if not day.ticks.has_quotes:
        return synthetic_depth(
            ticks.price, tick_size=tick_size, spread_steps=1, typical_quantity=day.typical_quantity, rng=rng
        )
    depth = around(ticks.bid, ticks.ask, tick_size=tick_size, typical_quantity=day.typical_quantity, rng=rng)
    depth.bid_quantities[:, 0] = np.where(ticks.bid > 0, ticks.bid_quantity, 0)
    depth.ask_quantities[:, 0] = np.where(ticks.ask > 0, ticks.ask_quantity, 0)
    return depth
