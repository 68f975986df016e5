"""Ticks inside 1-minute candles, such that candles built from the ticks are the candles given, exactly.

Each minute is cut into equal slots with at most one tick in each, so that no two ticks of one instrument
share a moment.
The ticks visit open, one extreme, the other extreme and close; between those the price wanders inside the
candle's range.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray
from trading_bot.domain.ist import MS_PER_MINUTE

TICKS_PER_MINUTE_MIN = 4
"""Open, high, low and close can be four different trades."""
TICKS_PER_MINUTE_MAX = 600
ARRIVAL_STEP_MS = 100
"""Ticks arrive on this grid, so that instruments share frames as they do on the wire."""

_FloatArray = npt.NDArray[np.float64]
_BoolArray = npt.NDArray[np.bool_]
_NEAR_EXTREME_FIRST = 0.75
_WANDER = 0.35


class TickPaths(NamedTuple):
    """Ticks of consecutive candles by column, in time order; int64 of one length."""

    traded_at_ms: IntArray
    price: IntArray
    volume: IntArray
    """Units since the tick before; 0 where the candle has none or does not say."""


def tick_paths(
    candles: CandleArrays, *, ticks_per_minute: int | IntArray, tick_size: int, rng: np.random.Generator
) -> TickPaths:
    """Make the ticks of each candle, at most `ticks_per_minute` (4 to 600, or an array with one for each).

    A candle of n units has at most n ticks, or as few as its prices need; one of 0 units at one price has
    none.
    Prices between those of the candle lie on the tick where its low and high do. Raises ValueError for other
    counts.
    """
    wanted = np.broadcast_to(np.asarray(ticks_per_minute, dtype=np.int64), candles.start_ms.shape)
    if not candles.start_ms.size:
        return TickPaths(*(np.empty(0, dtype=np.int64) for _ in TickPaths._fields))
    if wanted.min() < TICKS_PER_MINUTE_MIN or wanted.max() > TICKS_PER_MINUTE_MAX:
        raise ValueError(f"ticks per minute are {TICKS_PER_MINUTE_MIN} to {TICKS_PER_MINUTE_MAX}")
    slots = int(wanted.max())
    turns = _turns(candles, rng)
    counts, is_short = _counts(candles, wanted)
    live = _live_slots(counts, slots, rng)
    prices = _prices(candles, turns, live, tick_size, rng)
    _shorten(live, prices, turns, is_short, candles)
    volumes = _volumes(candles, live, rng)
    times = _times(candles.start_ms, slots, live.shape, rng)
    return TickPaths(times[live], prices[live], volumes[live])


def _turns(candles: CandleArrays, rng: np.random.Generator) -> IntArray:
    """Open, first extreme, second extreme and close of each candle: (n, 4)."""
    rising = candles.close >= candles.open
    low_first = np.where(rng.random(rising.size) < _NEAR_EXTREME_FIRST, rising, ~rising)
    few_units = (candles.volume >= 0) & (candles.volume < TICKS_PER_MINUTE_MIN)
    low_first = np.where(few_units, rising, low_first)
    first = np.where(low_first, candles.low, candles.high)
    second = np.where(low_first, candles.high, candles.low)
    return np.stack([candles.open, first, second, candles.close], axis=1)


def _counts(candles: CandleArrays, wanted: IntArray) -> tuple[IntArray, _BoolArray]:
    """Ticks of each candle, and which candles have fewer units than a path of four ticks needs."""
    has_volume = candles.volume > 0
    counts = np.where(has_volume, np.minimum(wanted, candles.volume), wanted)
    is_short = has_volume & (candles.volume < TICKS_PER_MINUTE_MIN)
    counts = np.where(is_short, TICKS_PER_MINUTE_MIN, counts)
    stood_still = (candles.volume == 0) & (candles.high == candles.low)
    return np.where(stood_still, 0, counts), is_short


def _live_slots(counts: IntArray, slots: int, rng: np.random.Generator) -> _BoolArray:
    """Choose as many slots at random as there are ticks: (n, slots)."""
    ranks = np.argsort(np.argsort(rng.random((counts.size, slots)), axis=1), axis=1)
    live: _BoolArray = ranks < counts[:, None]
    return live


def _prices(
    candles: CandleArrays,
    turns: IntArray,
    live: _BoolArray,
    tick_size: int,
    rng: np.random.Generator,
) -> IntArray:
    """Price of every slot (n, slots); those of slots that are not live mean nothing."""
    counts = live.sum(axis=1)
    rank = np.maximum(np.cumsum(live, axis=1) - 1, 0)
    at = _turning_ranks(counts, rng)
    leg = (rank >= at[:, 1:2]).astype(np.int64) + (rank >= at[:, 2:3])
    row = np.arange(counts.size)[:, None]
    start, end = at[row, leg], at[row, leg + 1]
    done = (rank - start) / np.maximum(end - start, 1)
    straight = turns[row, leg] + done * (turns[row, leg + 1] - turns[row, leg])
    reach = (candles.high - candles.low)[:, None] * _WANDER
    wander = rng.standard_normal(live.shape) * reach * np.sqrt(np.clip(done * (1 - done), 0, None))
    stepped = np.rint((straight + wander) / tick_size).astype(np.int64) * tick_size
    inside: IntArray = np.clip(stepped, candles.low[:, None], candles.high[:, None])
    for turn in range(turns.shape[1]):
        inside = np.where(rank == at[:, turn : turn + 1], turns[:, turn : turn + 1], inside)
    return inside


def _turning_ranks(counts: IntArray, rng: np.random.Generator) -> IntArray:
    """At which tick of the candle each turn stands: 0 < first extreme < second extreme < last, (n, 4)."""
    last = np.maximum(counts - 1, TICKS_PER_MINUTE_MIN - 1)
    first = 1 + np.floor(rng.random(counts.size) * (last - 2)).astype(np.int64)
    second = first + 1 + np.floor(rng.random(counts.size) * (last - 1 - first)).astype(np.int64)
    return np.stack([np.zeros_like(first), first, second, last], axis=1)


def _shorten(
    live: _BoolArray, prices: IntArray, turns: IntArray, is_short: _BoolArray, candles: CandleArrays
) -> None:
    """Keep only those ticks of a candle of very few units that change its price, in place."""
    for row in np.flatnonzero(is_short):
        places = np.flatnonzero(live[row])
        prices[row, places] = turns[row]
        is_new = np.diff(turns[row], prepend=-1) != 0
        spare = int(candles.volume[row]) - int(is_new.sum())
        repeated = np.flatnonzero(~is_new)
        is_new[repeated[: max(spare, 0)]] = True
        live[row, places[~is_new]] = False


def _volumes(candles: CandleArrays, live: _BoolArray, rng: np.random.Generator) -> IntArray:
    """Split each candle's units over its ticks, at least one each where there are enough: (n, slots)."""
    units = np.maximum(candles.volume, 0)
    counts = live.sum(axis=1)
    each = (units >= counts).astype(np.int64)[:, None] * live
    spare = units - each.sum(axis=1)
    weights: _FloatArray = rng.exponential(size=live.shape) * live
    shares = np.cumsum(weights, axis=1)
    total = np.maximum(shares[:, -1:], np.finfo(np.float64).tiny)
    reached = np.floor(shares / total * spare[:, None]).astype(np.int64)
    # the last sum is exact by decree: a share of one must not lose a unit to rounding
    reached = np.where(shares >= total, spare[:, None], np.minimum(reached, spare[:, None]))
    volumes: IntArray = (np.diff(reached, axis=1, prepend=0) + each) * live
    return volumes


def _times(start_ms: IntArray, slots: int, shape: tuple[int, ...], rng: np.random.Generator) -> IntArray:
    """One time in each slot, on distinct steps of the arrival grid: (n, slots)."""
    bounds = np.arange(slots + 1) * (MS_PER_MINUTE // ARRIVAL_STEP_MS) // slots
    inside = bounds[:-1] + np.floor(rng.random(shape) * np.diff(bounds)).astype(np.int64)
    jitter = rng.integers(0, ARRIVAL_STEP_MS, size=shape)
    times: IntArray = start_ms[:, None] + inside * ARRIVAL_STEP_MS + jitter
    return times


def volume_is_known(candles: CandleArrays) -> bool:
    """Whether the source of these candles has volumes at all."""
    return bool((candles.volume != UNKNOWN).any())
