from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, SHARE, EngineDriver
from tests.fakes.scripted_day import flat_fee, rows_of, whole_day
from tests.fakes.session_facts import outcome, session
from trading_bot.domain.money import rupees
from trading_bot.domain.signal import Direction
from trading_bot.domain.trace import GateCount
from trading_bot.engine import inputs
from trading_bot.engine.ports import Accepted
from trading_bot.report.day.reading import day_record
from trading_bot.report.metrics.sessions import (
    SIGNAL_TO_ENTRY,
    Acknowledgement,
    acknowledgements_of,
    outcomes_of,
    signals_of,
    strategies_of,
)


@pytest.fixture(scope="module")
def rows():
    return rows_of(whole_day())


@pytest.fixture(scope="module")
def record(rows):
    return day_record(rows)


def test_each_closed_trade_carries_its_charges(record):
    """Twenty rupees for each of two orders, and seven more for the first trade."""
    found = outcomes_of(record, {KEY: SHARE}, flat_fee)

    assert [one.gross for one in found] == [rupees(trade.closed.gross_pnl) for trade in record.trades[:2]]
    assert [one.gross - one.net for one in found] == [Decimal(47), Decimal(40)]
    assert all(one.entered_ms < one.exited_ms for one in found)


def test_each_signal_carries_its_denial(record):
    assert signals_of(record) == (
        ("scripted", None),
        ("scripted", "position_exists"),
        ("scripted", None),
        ("scripted", None),
    )


def test_orders_wait_from_the_sending_to_the_answer(rows):
    found = acknowledgements_of(rows)

    assert {(one.strategy, one.what) for one in found} == {
        ("scripted", "entry"),
        ("scripted", "stop"),
        ("scripted", SIGNAL_TO_ENTRY),
    }
    assert all(one.took_ms >= 0 for one in found)


def test_waits_are_measured_from_the_signal_and_from_the_sending():
    """Planned at 10:00:00, sent two seconds later, answered after three more; its stop after one."""
    driver = EngineDriver()
    driver.drain()
    driver.signal(Direction.LONG)
    (entry,) = driver.places()
    driver.now_ms += 2_000
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))
    driver.now_ms += 3_000
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry.request.tag, outcome=Accepted("id-1")))

    assert acknowledgements_of(rows_of(driver)) == (
        Acknowledgement("scripted", "entry", 3_000),
        Acknowledgement("scripted", SIGNAL_TO_ENTRY, 5_000),
    )


def test_an_order_of_an_earlier_days_trade_has_no_strategy(rows):
    later = [row for row in rows if row.kind != "trade_planned"]

    assert {(one.strategy, one.what) for one in acknowledgements_of(later)} == {("", "entry"), ("", "stop")}


def test_an_answer_without_its_order_is_left_alone(rows):
    assert acknowledgements_of([row for row in rows if row.kind != "order_intended"]) == ()


def test_whoever_did_anything_is_a_strategy():
    sessions = (
        session(1, outcome("1", strategy="trader"), hours={"watcher": 1.0}, signals=(("caller", None),)),
        session(2, hours={}, gates=(GateCount("judge", (), 0, 0, 1),)),
    )

    assert strategies_of(sessions) == ("caller", "judge", "trader", "watcher")
