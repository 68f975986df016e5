"""A token that the broker no longer accepts."""

from tests.fakes.engine_driver import EngineDriver
from trading_bot.domain import events as ev
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert

DEAD = inputs.ReadFailed(at_ms=0, what="positions", detail="401", needs_login=True)


def alerts(driver):
    return [command.text for command in driver.drain() if isinstance(command, Alert)]


def test_a_dead_token_stops_entries_and_pages_once():
    driver = EngineDriver()
    driver.drain()

    driver.take(DEAD)
    told = alerts(driver)
    driver.take(DEAD)

    assert any("log in again" in text for text in told)
    assert alerts(driver) == []
    driver.signal()
    assert driver.places() == []
    assert isinstance(driver.new_events[-1], ev.EntryDenied)


def test_the_next_complete_read_lets_entries_go_on():
    driver = EngineDriver()
    driver.take(DEAD)

    driver.read_books()
    driver.signal()

    assert len(driver.places()) == 1


def test_any_other_failed_read_stops_nothing():
    driver = EngineDriver()

    driver.take(inputs.ReadFailed(at_ms=0, what="positions", detail="timeout"))
    driver.signal()

    assert len(driver.places()) == 1
