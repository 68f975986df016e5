from datetime import date, time

from tests.fakes.scripted_market import at
from trading_bot.domain.ist import MS_PER_MINUTE, midnight_ms, ms_at
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.server.session.resampling import Unit, resampled


def minutes(first: str, count: int) -> list[Candle]:
    return [
        Candle(at(first) + step * MS_PER_MINUTE, 100 + step, 105 + step, 95 + step, 101 + step, 10)
        for step in range(count)
    ]


def test_intervals_count_from_the_open():
    bars = resampled(minutes("09:15", 12), Unit.MINUTES, 5)

    assert [bar.start_ms for bar in bars] == [at("09:15"), at("09:20"), at("09:25")]
    assert bars[0] == Candle(at("09:15"), 100, 109, 95, 105, 50)


def test_hours_begin_a_quarter_past():
    bars = resampled(minutes("10:10", 10), Unit.HOURS, 1)

    assert [bar.start_ms for bar in bars] == [at("09:15"), at("10:15")]


def test_a_missing_minute_is_not_invented():
    candles = minutes("09:15", 1) + minutes("09:45", 1)

    assert [bar.start_ms for bar in resampled(candles, Unit.MINUTES, 5)] == [at("09:15"), at("09:45")]


def test_days_weeks_and_months_start_at_midnight():
    candles = [
        Candle(ms_at(on, time(9, 15)), 1, 2, 0, 1, 5) for on in (date(2026, 10, 30), date(2026, 11, 18))
    ]

    assert [bar.start_ms for bar in resampled(candles, Unit.WEEKS, 1)] == [
        midnight_ms(date(2026, 10, 26)),
        midnight_ms(date(2026, 11, 16)),
    ]
    assert resampled(candles, Unit.MONTHS, 1)[1].start_ms == midnight_ms(date(2026, 11, 1))
    assert resampled(candles, Unit.DAYS, 1)[0].volume == 5
