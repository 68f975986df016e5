"""Closes of earlier sessions on their way to the strategies that ask for them."""

from datetime import timedelta

import pytest

from tests.fakes.engine_driver import DAY, KEY, SESSION, SHARE, EngineDriver
from tests.fakes.one_share import ScriptedEvaluator
from trading_bot.domain.outlook import DayClose, DayOutlook
from trading_bot.engine import inputs
from trading_bot.engine.records import decode_input, encode

BEFORE = DayClose(DAY - timedelta(days=1), 100)


class Asking(ScriptedEvaluator):
    """Keeps what it is told."""

    def __init__(self):
        super().__init__()
        self.told = []

    def take_day_closes(self, known):
        self.told.append(known)


@pytest.fixture
def asked():
    """A driver whose strategy makes an evaluator that asks, anew each time; with those that were made."""
    driver, made = EngineDriver(outlook=DayOutlook(previous_session_on=BEFORE.on)), []

    class Strategy:
        name, timeframe_s, provisional_interval_s = "scripted", 900, 0
        warm_up = driver.strategy.warm_up

        def evaluator(self, _instrument):
            made.append(Asking())
            return made[-1]

    driver.core.state.strategies = (Strategy(),)
    opened(driver)
    return driver, made


def opened(driver, on=DAY, *, keeps=False):
    driver.take(
        inputs.DayOpened(
            at_ms=0,
            on=on,
            instruments=(SHARE,),
            sessions={KEY: SESSION},
            keeps_indicators=keeps,
            outlook=DayOutlook(previous_session_on=BEFORE.on),
        )
    )


def read(driver, *closes):
    driver.take(inputs.DayClosesRead(at_ms=0, instrument_key=KEY, closes=closes))


def warmed(driver):
    driver.take(inputs.WarmedUp(at_ms=0, instrument_key=KEY, candles=(), session_starts={}))


def test_only_sessions_before_the_day_are_handed_on(asked):
    """V12."""
    driver, made = asked

    read(driver, BEFORE, DayClose(DAY, 200), DayClose(DAY + timedelta(days=1), 300))

    (known,) = made[-1].told
    assert (known.on, known.closes, known.previous_session_on) == (DAY, (BEFORE,), BEFORE.on)


def test_a_warm_up_anew_hands_them_to_the_new_evaluator(asked):
    driver, made = asked
    read(driver, BEFORE)

    warmed(driver)

    assert len(made) == 2
    assert [known.closes for known in made[-1].told] == [(BEFORE,)]


def test_on_the_next_day_they_are_unknown_until_they_are_read(asked):
    driver, made = asked
    read(driver, BEFORE)
    warmed(driver)

    opened(driver, DAY + timedelta(days=1), keeps=True)

    assert made[-1].told[-1].closes == ()
    assert made[-1].told[-1].trouble


def test_a_share_that_is_not_watched_today_is_passed_over(asked):
    driver, made = asked

    driver.take(inputs.DayClosesRead(at_ms=0, instrument_key="NSE_EQ|other", closes=(BEFORE,)))

    assert made[-1].told == []


def test_a_strategy_that_does_not_ask_is_left_alone(driver):
    read(driver, BEFORE)

    assert driver.core.state.market.series[KEY].day_closes.closes == (BEFORE,)


def test_the_input_is_recorded_as_it_came():
    given = inputs.DayClosesRead(at_ms=5, instrument_key=KEY, closes=(BEFORE,))

    assert decode_input(*encode(given)) == given
