"""Markets in which order means nothing: the same candles with their moves in a random order.

Times and volumes stay where they are. Shares that trade nearly always are permuted in step, so that what
moves together stays together; one that has holes is permuted by itself, on its own times.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trading_bot.backtest.variation import Change
from trading_bot.domain.candles.arrays import CandleArrays, joined
from trading_bot.research.arrays import Floats, Ints
from trading_bot.research.daily import day_of
from trading_bot.research.permutation import permuted_bars

MOST_CELLS = 6_000_000
"""Candles of all shares together that are held at once."""
_NEARLY_ALWAYS = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Permutable:
    """The candles of all shares, warm-up included."""

    series: Mapping[str, CandleArrays]
    ticks: Mapping[str, int]
    """Paise."""
    from_ms: int
    """What is before stays as it was."""

    @property
    def cells(self) -> int:
        """Candles to permute at once."""
        return len(self._times) * len(self.series)

    @property
    def is_whole(self) -> bool:
        """Whether every candle has prices above zero that do not leave its high and low."""
        return all(
            bool(
                (one.low > 0).all()
                and (np.maximum(one.open, one.close) <= one.high).all()
                and (np.minimum(one.open, one.close) >= one.low).all()
            )
            for one in self.series.values()
        )

    @property
    def _times(self) -> Ints:
        return np.unique(np.concatenate([candles.start_ms for candles in self.series.values()]))

    def drawn(self, rng: np.random.Generator) -> Change:
        """One market with another order."""
        times = self._times
        full = {
            symbol: candles
            for symbol, candles in self.series.items()
            if len(candles.start_ms) >= _NEARLY_ALWAYS * len(times)
        }
        changed = self._in_step(full, times, rng) if full else {}
        for symbol, candles in self.series.items():
            if symbol not in full:
                changed |= self._in_step({symbol: candles}, candles.start_ms, rng)

        def change(symbol: str, candles: CandleArrays) -> CandleArrays:
            if symbol not in changed or not candles.start_ms.size:
                return candles
            end_ms = int(candles.start_ms[-1]) + 1
            moved = changed[symbol].between(max(self.from_ms, int(candles.start_ms[0])), end_ms)
            return joined([candles.between(0, self.from_ms), moved])

        return change

    def _in_step(
        self, group: Mapping[str, CandleArrays], times: Ints, rng: np.random.Generator
    ) -> dict[str, CandleArrays]:
        kept = max(1, int(np.searchsorted(times, self.from_ms)))
        if len(times) <= kept:
            return dict(group)
        opens_session = np.append(True, np.diff(day_of(times)) != 0)
        bars = np.stack([_filled(candles, times) for candles in group.values()])
        moved = permuted_bars(bars, rng, opens_session=opens_session, kept=kept)
        return {
            symbol: _candles(
                candles, moved[number][np.searchsorted(times, candles.start_ms)], self.ticks[symbol]
            )
            for number, (symbol, candles) in enumerate(group.items())
        }


def _filled(candles: CandleArrays, times: Ints) -> Floats:
    """Prices at all times, shape (times, 4): where a share has no candle its price stands still."""
    place = np.searchsorted(candles.start_ms, times, side="right") - 1
    newest = np.maximum(place, 0)
    has_own = candles.start_ms[newest] == times
    still = np.where(place < 0, candles.open[0], candles.close[newest])
    columns = (candles.open, candles.high, candles.low, candles.close)
    return np.stack([np.where(has_own, column[newest], still) for column in columns], axis=-1).astype(float)


def _candles(before: CandleArrays, prices: Floats, tick: int) -> CandleArrays:
    """Prices on the share's grid, at its own times and volumes."""
    on_grid = np.maximum(np.rint(prices / tick).astype(np.int64) * tick, tick)
    opens, highs, lows, closes = on_grid.T
    return CandleArrays(before.start_ms, opens, highs, lows, closes, before.volume)
