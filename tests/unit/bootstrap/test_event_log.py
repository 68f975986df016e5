from structlog.testing import capture_logs

from tests.fakes.engine_driver import KEY, EngineDriver
from trading_bot.bootstrap.event_log import EventLog
from trading_bot.domain import events as ev
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode


def logged(driver: EngineDriver) -> dict[str, dict]:
    """The newest line of each kind."""
    with capture_logs() as lines:
        EventLog({KEY: "RELIANCE"}).take(driver.rows)
    return {line["event"]: line for line in lines}


def test_events_are_told_with_symbols_rupees_and_clock_times():
    driver = EngineDriver()
    driver.signal()

    planned = logged(driver)["trade_planned"]

    assert planned["symbol"] == "RELIANCE"
    assert planned["planned_at"] == "10:00:00"
    assert planned["reference_price"] == "1400.70"


def test_moments_that_have_not_come_are_left_out():
    driver = EngineDriver()
    driver.signal()

    planned = logged(driver)["trade_planned"]

    assert "exit_requested_at" not in planned
    assert planned["exit_step"] == 0


def test_a_halt_of_one_share_names_its_symbol():
    halted = ev.HaltRaised(at_ms=1, scope=ev.HaltScope.INSTRUMENT, subject=KEY, reason="entries_refused")
    kind, payload = encode(halted)
    with capture_logs() as lines:
        EventLog({KEY: "RELIANCE"}).take([JournalRow(1, 1, kind, payload)])

    assert lines[0]["subject"] == "RELIANCE"
