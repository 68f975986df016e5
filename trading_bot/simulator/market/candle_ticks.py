"""One instrument's day of candles as market updates, a quarter of an hour at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trading_bot.domain.candles.arrays import CandleArrays, IntArray
from trading_bot.domain.instrument import Instrument, InstrumentKind
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.simulator.market.candle_paths import ARRIVAL_STEP_MS, tick_paths, volume_is_known
from trading_bot.simulator.market.depth import synthetic_depth
from trading_bot.simulator.market.moments import UpdateArrays, merged_moments
from trading_bot.simulator.market.seeds import generator_for
from trading_bot.simulator.venue.contracts import MarketMoment

_BLOCK_MS = 15 * MS_PER_MINUTE
_SPREAD_OF_PRICE = 4_000
"""A quiet share's spread is about a 4,000th of its price."""
_DEPTH_OF_MINUTE = 0.15
_UNKNOWN_LIQUIDITY_UNITS = 500
_OF_AN_INDEX = 60
"""Ticks a minute: an exchange computes its index every second, and a daemon that hears none for some
seconds takes its feed for dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleDay:
    """One instrument's candles of the day, and how they become ticks."""

    instrument: Instrument
    candles: CandleArrays
    ticks_per_minute: int | IntArray
    """Of what is traded; an index has its own."""
    seed: int
    extra_spread_steps: int = 0

    def moments_of_block(self, from_ms: int) -> UpdateArrays:
        """Updates of the candles that start within a block from `from_ms` on."""
        first, end = np.searchsorted(self.candles.start_ms, [from_ms, from_ms + _BLOCK_MS])
        block = self.candles.between(from_ms, from_ms + _BLOCK_MS)
        tick_size = self.instrument.tick_size if self.instrument.is_tradable else 1
        rng = generator_for(self.seed, self.instrument.symbol, "ticks", from_ms)
        ticks = tick_paths(
            block, ticks_per_minute=self._wanted(slice(first, end)), tick_size=tick_size, rng=rng
        )
        before = int(np.maximum(self.candles.volume[:first], 0).sum())
        shown = np.ceil(ticks.volume * rng.random(ticks.volume.size)).astype(np.int64)
        at_ms = (ticks.traded_at_ms // ARRIVAL_STEP_MS + 1) * ARRIVAL_STEP_MS
        depth = None
        if self.instrument.is_tradable:
            depth = synthetic_depth(
                ticks.price,
                tick_size=tick_size,
                spread_steps=self._spread_steps(),
                typical_quantity=self._typical_quantity(),
                rng=rng,
            )
        return UpdateArrays(
            at_ms, ticks.traded_at_ms, ticks.price, shown, before + np.cumsum(ticks.volume), depth
        )

    def _wanted(self, minutes: slice) -> int | IntArray:
        if self.instrument.kind is InstrumentKind.INDEX:
            return _OF_AN_INDEX
        return (
            self.ticks_per_minute
            if isinstance(self.ticks_per_minute, int)
            else self.ticks_per_minute[minutes]
        )

    def _spread_steps(self) -> int:
        price = int(self.candles.open[0]) if self.candles.open.size else 0
        return max(1, price // (_SPREAD_OF_PRICE * self.instrument.tick_size)) + self.extra_spread_steps

    def _typical_quantity(self) -> int:
        if not volume_is_known(self.candles):
            return _UNKNOWN_LIQUIDITY_UNITS
        per_minute = float(np.median(np.maximum(self.candles.volume, 0)))
        return max(1, int(per_minute * _DEPTH_OF_MINUTE))


def day_moments(days: Sequence[CandleDay], extra: Sequence[MarketMoment] = ()) -> Iterator[MarketMoment]:
    """All instruments' moments in time order; only one block of ticks is held at a time.

    `extra` moments (an auction's prints) are put in at their time.
    """
    starts = [int(day.candles.start_ms[0]) for day in days if day.candles.start_ms.size]
    ends = [int(day.candles.start_ms[-1]) for day in days if day.candles.start_ms.size]
    waiting = sorted(extra, key=lambda moment: moment.at_ms)
    # whole blocks of the clock, so that one instrument's ticks do not depend on when another begins
    first_ms = min(starts, default=0) // _BLOCK_MS * _BLOCK_MS
    for from_ms in range(first_ms, max(ends, default=-1) + 1, _BLOCK_MS):
        parts = [(day.instrument.key, day.moments_of_block(from_ms)) for day in days]
        for moment in merged_moments(parts):
            while waiting and waiting[0].at_ms <= moment.at_ms:
                yield waiting.pop(0)
            yield moment
    yield from waiting
