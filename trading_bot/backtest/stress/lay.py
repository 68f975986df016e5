"""Lays a scenario over candles: their prices are moved, those in a halt are taken out."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.backtest.stress.scenario import Scenario
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, midnight_ms, ms_at

_Floats = npt.NDArray[np.float64]


class _Change(NamedTuple):
    begin_ms: int
    end_ms: int
    log_factor: float


def laid_over(
    candles: CandleArrays, scenario: Scenario, days: Sequence[date], tick_size: int
) -> CandleArrays:
    """1-minute candles as they would have been, had the scenario come on each of some days.

    Moves last: later candles are moved by them as well, so that no other day has a gap. Prices stay on the
    tick, and at least one tick above zero.
    """
    changes = [change for on in days for change in _changes(scenario, on)]
    first, last = (_factors(candles.start_ms + passed, changes) for passed in (0, MS_PER_MINUTE - 1))
    opened = _priced(candles.open * first, tick_size)
    closed = _priced(candles.close * last, tick_size)
    high = _priced(candles.high * np.maximum(first, last), tick_size)
    low = _priced(candles.low * np.minimum(first, last), tick_size)
    moved = CandleArrays(
        candles.start_ms,
        opened,
        np.maximum.reduce([high, opened, closed]),
        np.minimum.reduce([low, opened, closed]),
        closed,
        _volumes(candles, scenario, days),
    )
    kept = ~_halted(candles.start_ms, scenario, days)
    return CandleArrays(*(column[kept] for column in moved))


def _changes(scenario: Scenario, on: date) -> Iterator[_Change]:
    if scenario.gap:
        yield _Change(midnight_ms(on), midnight_ms(on), float(np.log1p(scenario.gap)))
    for move in scenario.moves:
        yield _Change(ms_at(on, move.begin), ms_at(on, move.end), float(np.log1p(move.by)))


def _factors(at_ms: IntArray, changes: Sequence[_Change]) -> _Floats:
    """By what the price is multiplied at each moment."""
    logs = np.zeros(len(at_ms))
    for begin_ms, end_ms, log_factor in changes:
        if begin_ms == end_ms:
            logs += log_factor * (at_ms >= begin_ms)
        else:
            logs += log_factor * np.clip((at_ms - begin_ms) / (end_ms - begin_ms), 0.0, 1.0)
    factors: _Floats = np.exp(logs)
    return factors


def _priced(prices: npt.NDArray[np.float64 | np.int64], tick_size: int) -> IntArray:
    ticks = np.maximum(np.rint(prices / tick_size), 1)
    return ticks.astype(np.int64) * tick_size


def _volumes(candles: CandleArrays, scenario: Scenario, days: Sequence[date]) -> IntArray:
    stressed = np.zeros(len(candles.start_ms), np.bool_)
    for on in days:
        begin_ms = midnight_ms(on)
        stressed |= (candles.start_ms >= begin_ms) & (candles.start_ms < begin_ms + MS_PER_DAY)
    less = (candles.volume * scenario.volume).astype(np.int64)
    return np.where(stressed & (candles.volume != UNKNOWN), less, candles.volume)


def _halted(start_ms: IntArray, scenario: Scenario, days: Sequence[date]) -> npt.NDArray[np.bool_]:
    halted = np.zeros(len(start_ms), np.bool_)
    for halt in scenario.halts:
        for on in days:
            halted |= (start_ms >= ms_at(on, halt.begin)) & (start_ms < ms_at(on, halt.end))
    return halted
