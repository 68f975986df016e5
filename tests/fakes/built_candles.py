"""A candle builder on one day, fed by hand."""

from datetime import date, time

from trading_bot.domain.candles.builder import CandleBuilder, ClosedCandle
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, Tick

DAY = date(2026, 11, 19)
OPEN_MS = ms_at(DAY, time(9, 15))
END_MS = ms_at(DAY, time(15, 30))
KEY = "NSE_EQ|INE002A01018"


def builder(*timeframes_s: int) -> CandleBuilder:
    made = CandleBuilder(timeframes_s)
    made.start_day(OPEN_MS, END_MS)
    return made


def tick(at_s: float, price: int, day_volume: int | None = None) -> Tick:
    return Tick(KEY, price, OPEN_MS + round(at_s * 1000), day_volume)


def at(seconds: float) -> int:
    return OPEN_MS + round(seconds * 1000)


def closed(timeframe_s: int, start_s: int, *prices_and_volume: int | None) -> ClosedCandle:
    return timeframe_s, Candle(at(start_s), *prices_and_volume)


def feed(candles: CandleBuilder, *ticks: Tick) -> list[ClosedCandle]:
    return [done for one in ticks for done in candles.add(one)]
