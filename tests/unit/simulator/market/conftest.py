"""Rebuilding candles from moments, by rules of their own."""

from collections.abc import Callable, Iterable

import pytest

from trading_bot.domain.market_data import Candle
from trading_bot.simulator.venue.contracts import MarketMoment

Rebuilt = Callable[[Iterable[MarketMoment], str], tuple[Candle, ...]]


@pytest.fixture
def rebuilt() -> Rebuilt:
    """Candles of one instrument from its updates: by trade time, volume from the first figure seen."""
    return _rebuilt


def _rebuilt(moments: Iterable[MarketMoment], key: str) -> tuple[Candle, ...]:
    updates = [update for moment in moments for update in moment.updates if update.instrument_key == key]
    context, *trades = updates
    counted = context.day_volume
    candles: dict[int, Candle] = {}
    for trade in trades:
        minute = trade.traded_at_ms // 60_000 * 60_000
        price, units = trade.last_price, trade.day_volume - counted
        counted = trade.day_volume
        was = candles.get(minute, Candle(minute, price, price, price, price, 0))
        candles[minute] = Candle(
            minute, was.open, max(was.high, price), min(was.low, price), price, (was.volume or 0) + units
        )
    return tuple(candles.values())
