from datetime import date, time

import pytest

from trading_bot.domain.candles.folding import aggregate
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle

FIRST = date(2026, 11, 19)
SECOND = date(2026, 11, 20)


def minute(on: date, hour: int, minutes: int, price: int = 100, volume: int | None = 1) -> Candle:
    return Candle(ms_at(on, time(hour, minutes)), price, price + 1, price - 1, price, volume)


def session_start(on: date) -> int:
    return ms_at(on, time(9, 15))


def starts(candles: list[Candle]) -> list[int]:
    return [candle.start_ms for candle in candles]


def test_no_candle_reaches_from_one_day_into_the_next():
    minutes = [minute(FIRST, 15, 29), minute(SECOND, 9, 15)]

    candles = aggregate(minutes, 3600, session_start)

    assert starts(candles) == [ms_at(FIRST, time(15, 15)), ms_at(SECOND, time(9, 15))]


def test_minutes_of_the_pre_open_are_left_out():
    minutes = [minute(FIRST, 9, 8), minute(FIRST, 9, 16)]

    candles = aggregate(minutes, 900, session_start)

    assert candles == [minute(FIRST, 9, 16)._replace(start_ms=session_start(FIRST))]


def test_each_day_is_aligned_from_its_own_start():
    def start_of(on: date) -> int:
        return ms_at(on, time(18, 15) if on == SECOND else time(9, 15))

    candles = aggregate([minute(FIRST, 10, 40), minute(SECOND, 18, 50)], 1800, start_of)

    assert starts(candles) == [ms_at(FIRST, time(10, 15)), ms_at(SECOND, time(18, 45))]


@pytest.mark.parametrize(("now", "expected"), [(time(9, 29), 0), (time(9, 30), 1)])
def test_a_last_candle_that_is_still_forming_is_left_out(now, expected):
    minutes = [minute(FIRST, 9, 15), minute(FIRST, 9, 20)]

    candles = aggregate(minutes, 900, session_start, closed_by_ms=ms_at(FIRST, now))

    assert len(candles) == expected


def test_volume_is_unknown_as_soon_as_a_part_of_it_is():
    minutes = [minute(FIRST, 9, 15), minute(FIRST, 9, 16, volume=None), minute(FIRST, 9, 17)]

    assert aggregate(minutes, 900, session_start)[0].volume is None
    assert aggregate(minutes[:1], 900, session_start)[0].volume == 1


def test_no_minutes_give_no_candles():
    assert aggregate([], 900, session_start, closed_by_ms=0) == []
