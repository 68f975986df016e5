"""What history gives a share before it is traded."""

from dataclasses import replace
from datetime import time, timedelta

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from tests.fakes.new_days import NEXT_DAY, minutes, open_day
from trading_bot.domain.ist import ms_at
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert
from trading_bot.strategies.strategy import WarmUp


def test_with_too_little_history_a_share_is_only_watched(driver):
    driver.strategy.warm_up = WarmUp(required=2, wanted=10)
    yesterday = DAY - timedelta(days=1)

    step = driver.take(
        inputs.WarmedUp(
            at_ms=0,
            instrument_key=KEY,
            candles=minutes(ms_at(yesterday, time(9, 15)), 15),
            session_starts={yesterday: ms_at(yesterday, time(9, 15))},
        )
    )

    assert not driver.core.state.market.series[KEY].is_warm
    assert isinstance(step.commands[0], Alert)


def test_history_gives_the_previous_close(driver):
    yesterday = DAY - timedelta(days=1)

    driver.take(
        inputs.WarmedUp(
            at_ms=0,
            instrument_key=KEY,
            candles=minutes(ms_at(yesterday, time(9, 15)), 30),
            session_starts={yesterday: ms_at(yesterday, time(9, 15))},
        )
    )

    series = driver.core.state.market.series[KEY]
    assert series.previous_close == PRICE + 29
    assert series.warm_candles == 2
    assert series.is_warm


def test_a_minute_that_closed_while_the_history_came_is_not_lost(driver):
    starts_ms = driver.now_ms - driver.now_ms % 60_000 + 60_000
    driver.now_ms = starts_ms
    driver.price(PRICE + 50)
    driver.later(61)
    built = driver.core.state.market.series[KEY].builder.last_minute
    assert built is not None
    assert built.start_ms == starts_ms

    driver.take(
        inputs.WarmedUp(
            at_ms=0,
            instrument_key=KEY,
            candles=minutes(starts_ms - 120_000, 2),
            session_starts={DAY: driver.core.state.market.series[KEY].hours.open_ms},
        )
    )

    forming = driver.core.state.market.series[KEY].builder.forming(900)
    assert forming is not None
    assert (forming.high, forming.close) == (PRICE + 50, PRICE + 50)


def test_an_index_has_no_strategies_at_work():
    from trading_bot.domain.instrument import InstrumentKind

    driver = EngineDriver(instrument=replace(SHARE, kind=InstrumentKind.INDEX))

    assert driver.core.state.market.series[KEY].evaluators == ()


def test_the_second_session_of_a_day_starts_when_its_time_comes(driver):
    open_day(driver, NEXT_DAY, (time(9, 15), time(10, 0)), (time(11, 30), time(12, 30)))
    series = driver.core.state.market.series[KEY]

    driver.now_ms = ms_at(NEXT_DAY, time(11, 0))
    driver.later(1)
    assert series.session == 0
    driver.now_ms = ms_at(NEXT_DAY, time(11, 30))
    driver.later(1)

    assert series.session == 1
    driver.later(60)
    assert series.session == 1
