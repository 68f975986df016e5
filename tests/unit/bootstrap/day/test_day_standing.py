"""How a day stands, as every surface of every mode shows it."""

from types import SimpleNamespace

import pytest

from tests.fakes.engine_driver import SESSION, EngineDriver
from trading_bot.adapters.simulator.link import ClockReading
from trading_bot.bootstrap.day.day_standing import day_standing
from trading_bot.bootstrap.replaying.replay import replay_header
from trading_bot.engine import inputs
from trading_bot.engine.inputs import OperatorWish

CLOSE_MS = SESSION[0][1]


def day_of(driver: EngineDriver, worker_state: str = "running") -> SimpleNamespace:
    return SimpleNamespace(
        engine=SimpleNamespace(state=driver.core.state),
        supervisor=SimpleNamespace(health={"feed": SimpleNamespace(state=worker_state)}),
        plan=SimpleNamespace(close_ms=CLOSE_MS, on=driver.book.on),
    )


def standing(driver: EngineDriver) -> tuple[str, str]:
    return day_standing(day_of(driver), driver.now_ms)


def test_a_day_without_halts_trades_until_its_close():
    driver = EngineDriver()

    assert standing(driver) == ("trading", "")
    assert day_standing(day_of(driver), CLOSE_MS - 1) == ("trading", "")
    assert day_standing(day_of(driver), CLOSE_MS) == ("closing", "")


def test_before_the_books_were_read_it_recovers():
    assert standing(EngineDriver(is_recovered=False)) == ("recovering", "")


def test_what_halts_entries_is_named():
    driver = EngineDriver()
    driver.ask(OperatorWish.PAUSE)

    state, reason = standing(driver)

    assert (state, bool(reason)) == ("halted", True)


def test_what_halts_one_strategy_halts_not_the_day():
    driver = EngineDriver()
    driver.ask(OperatorWish.STOP_STRATEGY, "scripted")

    assert standing(driver) == ("trading", "")


def test_panic_outranks_every_other_halt():
    driver = EngineDriver()
    driver.ask(OperatorWish.PAUSE)
    driver.ask(OperatorWish.PANIC)

    assert standing(driver) == ("halted", "panic")


@pytest.mark.parametrize("by", ["a read", "a stream"])
def test_a_token_that_is_not_accepted_outranks_everything(by):
    driver = EngineDriver()
    if by == "a read":
        driver.take(inputs.ReadFailed(at_ms=0, what="funds", detail="401", needs_login=True))
    day = day_of(driver, "needs login" if by == "a stream" else "running")

    assert day_standing(day, driver.now_ms)[0] == "needs login"


def test_a_replay_says_so_as_well():
    driver = EngineDriver()
    driver.ask(OperatorWish.PANIC)
    reading = ClockReading(now_ms=0, speed=60.0, phase="open", is_finished=False, data="made up")

    header = replay_header(day_of(driver), reading, "replay-1")

    assert (header.state, header.reason) == ("halted", "panic")
    assert (header.mode, header.phase, header.speed, header.run_id) == ("replay", "open", 60.0, "replay-1")
