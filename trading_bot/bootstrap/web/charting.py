"""The figures drawn over and below candles: the same indicators that the flagship strategy reads."""

import math
from collections.abc import Iterable, Sequence

from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.indicators.ema import Ema
from trading_bot.indicators.indicator import price_series
from trading_bot.indicators.macd import Macd
from trading_bot.indicators.rsi import Rsi
from trading_bot.indicators.supertrend import Supertrend
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.web.views import Point

MOST_CANDLES = 500
_DIGITS = 4


def indicator_lines(candles: Sequence[Candle], settings: ConfluenceSettings) -> dict[str, tuple[Point, ...]]:
    """Their values at the newest candles, those before the first value left out; prices in paise."""
    prices = price_series(candles)
    supertrend = Supertrend(settings.supertrend_period, settings.supertrend_multiplier)
    macd = Macd(settings.macd_fast, settings.macd_slow, settings.macd_signal).batch(prices)
    name = f"Supertrend {settings.supertrend_period}/{settings.supertrend_multiplier:g}"
    lines = {
        f"EMA {settings.ema_period}": Ema(settings.ema_period).batch(prices) * PAISE_PER_RUPEE,
        name: supertrend.batch(prices).line * PAISE_PER_RUPEE,
        f"RSI {settings.rsi_period}": Rsi(settings.rsi_period).batch(prices),
        "MACD": macd.line,
        "MACD signal": macd.signal,
        "MACD histogram": macd.histogram,
    }
    return {name: _points(candles, values.tolist()) for name, values in lines.items()}


def _points(candles: Sequence[Candle], values: Iterable[float]) -> tuple[Point, ...]:
    pairs = list(zip(candles, values, strict=True))[-MOST_CANDLES:]
    return tuple(
        Point(time_ms=candle.start_ms, value=round(value, _DIGITS))
        for candle, value in pairs
        if math.isfinite(value)
    )
