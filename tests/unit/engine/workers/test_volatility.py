"""The worker that asks for the closes of the volatility index."""

from datetime import timedelta

import pytest

from tests.fakes.engine_driver import DAY
from tests.fakes.engine_ports import FakeHistory, no_beat
from tests.fakes.worker_setting import Setting
from trading_bot.domain.errors import NotAuthorisedError
from trading_bot.domain.outlook import DayClose
from trading_bot.engine.workers.volatility import VolatilityWorker
from trading_bot.simulator.virtual_time import run_virtually

_KEY = "NSE_INDEX|India VIX"


def _closes(count: int) -> tuple[DayClose, ...]:
    return tuple(DayClose(DAY - timedelta(days=count - at), 1_000 + at) for at in range(count))


def _worker(setting: Setting, history) -> VolatilityWorker:
    return VolatilityWorker(setting.engine, history, setting.clock, _KEY, DAY)


def test_the_newest_closes_before_the_day_reach_the_engine():
    async def scenario():
        setting = Setting()
        given = (*_closes(300), DayClose(DAY, 1))
        await _worker(setting, FakeHistory(closes={_KEY: given})).run(no_beat)
        return setting.engine.state.outlook.volatility_closes

    assert run_virtually(scenario()) == _closes(300)[-250:]


def test_it_asks_again_after_a_minute_while_there_is_no_answer():
    async def scenario():
        setting = Setting()
        history, began_ms = FakeHistory(), setting.clock.now_ms()

        def beat():
            if len(history.asked) == 2:
                history.closes[_KEY] = _closes(3)

        await _worker(setting, history).run(beat)
        return history.asked, setting.clock.now_ms() - began_ms

    asked, took_ms = run_virtually(scenario())
    assert asked == [_KEY] * 3
    assert took_ms == 120_000


def test_a_dead_token_ends_it_so_that_it_is_started_anew_after_a_login():
    class Refused(FakeHistory):
        async def day_closes(self, instrument_key, first, last):
            raise NotAuthorisedError("no token")

    async def scenario():
        await _worker(Setting(), Refused()).run(no_beat)

    with pytest.raises(NotAuthorisedError):
        run_virtually(scenario())
