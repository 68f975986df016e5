"""Orders of others, which only panic cancels: an intent, one request, a result."""

from dataclasses import replace

import pytest

from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderReport, OrderStatus, OrderTerms, OrderType, Side
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder
from trading_bot.engine.decisions.operation.panic import is_finished
from trading_bot.engine.ports import Accepted, RefusalCause, Refused, Unknown

PANIC = inputs.OperatorWish.PANIC


def test_panic_cancels_the_orders_of_others(driver):
    driver.signal()
    (entry,) = driver.places()
    foreign = driver.report(entry.request.tag, OrderStatus.OPEN, tag=None, order_id="theirs")
    driver.ask(PANIC)

    driver.read_books(foreign)

    assert CancelOrder(tag=None, order_id="theirs") in driver.drain()
    assert not is_finished(driver.core.state)


def theirs(driver, status=OrderStatus.OPEN):
    terms = OrderTerms(order_type=OrderType.LIMIT, quantity=5, price=PRICE)
    return OrderReport(
        order_id="theirs",
        tag=None,
        instrument_key=KEY,
        side=Side.BUY,
        product=Product.INTRADAY,
        status=status,
        terms=terms,
        filled_quantity=0,
        average_price=None,
    )


def foreign_cancels(driver) -> list[str]:
    """What the journal says of them: causes of intents, and results."""
    return [
        event.cause if isinstance(event, ev.ForeignCancelIntended) else str(event.result)
        for event in driver.events
        if isinstance(event, ev.ForeignCancelIntended | ev.ForeignCancelResolved)
    ]


def answered(driver, outcome):
    return driver.take(inputs.ForeignCancelAnswered(at_ms=0, order_id="theirs", outcome=outcome))


def test_the_cancellation_of_an_order_of_others_has_an_intent_and_a_result(driver):
    """V19."""
    driver.ask(PANIC)
    driver.read_books(theirs(driver))
    answered(driver, Accepted("theirs"))
    assert foreign_cancels(driver) == ["panic"]

    driver.read_books(theirs(driver, OrderStatus.CANCELLED))

    assert foreign_cancels(driver) == ["panic", "confirmed"]
    assert driver.book.foreign_cancels == {}


def test_a_pending_cancellation_is_not_repeated_by_later_reads(driver):
    """V19, V9; after a restart neither."""
    driver.ask(PANIC)
    driver.read_books(theirs(driver))
    driver.drain()

    driver.later(1)
    driver.read_books(theirs(driver))
    driver.read_positions(0)
    driver = driver.restarted()
    driver.read_books(theirs(driver))

    assert driver.changes() == []


def test_a_read_that_lacks_the_order_says_nothing_of_its_cancellation(driver):
    """V5: a row that is missing is no order that has ended."""
    driver.ask(PANIC)
    driver.read_books(theirs(driver))

    driver.later(60)
    driver.read_books()

    assert foreign_cancels(driver) == ["panic"]
    assert list(driver.book.foreign_cancels) == ["theirs"]


def test_one_that_is_not_carried_out_is_asked_for_again_with_an_intent_of_its_own(driver):
    """V15, V19."""
    driver.ask(PANIC)
    driver.read_books(theirs(driver))
    answered(driver, Unknown("timed out"))
    driver.drain()
    driver.later(5)

    driver.read_books(theirs(driver))

    assert foreign_cancels(driver) == ["panic", "not_seen", "panic"]
    assert driver.changes() == [CancelOrder(tag=None, order_id="theirs")]


def test_a_refused_one_is_asked_for_again_only_after_a_pause(driver):
    """V9, V15, V19."""
    driver.ask(PANIC)
    driver.read_books(theirs(driver))
    driver.drain()
    answered(driver, Refused("UDAPI1", "no"))

    driver.read_books(theirs(driver))
    early = driver.changes()
    driver.later(5)
    driver.read_books(theirs(driver))

    assert early == []
    assert foreign_cancels(driver) == ["panic", "refused", "panic"]


def test_with_a_dead_token_nothing_of_others_is_cancelled_until_a_login(driver):
    """Faults 28 and 74, V15."""
    driver.ask(PANIC)
    driver.read_books(theirs(driver))
    driver.drain()
    answered(driver, Refused("UDAPI100050", "token", RefusalCause.NEEDS_LOGIN))
    driver.later(6)
    driver.read_positions(0)
    assert driver.changes() == []

    driver.read_books(theirs(driver))

    assert foreign_cancels(driver) == ["panic", "not_authorised", "panic"]


def test_an_answer_that_comes_after_the_result_changes_nothing(driver):
    assert answered(driver, Accepted("theirs")).rows == ()


@pytest.fixture
def their_stop(driver):
    """A stop of somebody else over units of theirs."""
    driver.signal()
    (entry,) = driver.places()
    driver.take(inputs.SendSkipped(at_ms=0, tag=entry.request.tag, reason="test"))
    driver.foreign_fill(Side.BUY, 10, PRICE)
    driver.later(1)
    driver.ask(PANIC)
    row = driver.report(entry.request.tag, OrderStatus.TRIGGER_PENDING, tag=None, order_id="theirs")
    driver.read_books(row)
    return row


def test_a_position_that_a_foreign_order_may_close_waits_for_its_cancellation(driver, their_stop):
    """V3, V19."""
    driver.read_positions(10)
    assert (foreign_cancels(driver), driver.places()) == (["panic"], [])
    driver.read_books(replace(their_stop, status=OrderStatus.CANCELLED))

    assert foreign_cancels(driver) == ["panic", "confirmed"]
    assert [order.request.side for order in driver.places()] == [Side.SELL]


@pytest.mark.parametrize("outcome", [Unknown("timed out"), Refused("UDAPI1", "no")])
def test_a_foreign_order_that_cannot_be_cancelled_does_not_keep_its_position_open(
    driver, their_stop, outcome
):
    answered(driver, outcome)
    driver.later(driver.core.state.settings.change_settle_s - 1)
    driver.read_positions(10)
    assert driver.places() == []
    driver.later(1)

    driver.read_positions(10)

    assert len(driver.places()) == 1


def test_the_next_owner_of_a_panic_waits_for_cancellations_of_its_own(driver, their_stop):
    """Fault 86, V3, V15: however long ago panic was asked for, it has asked for none yet."""
    driver.later(60)
    driver.restarted()
    driver.read_books(their_stop)
    driver.read_positions(10)
    assert driver.places() == []

    driver.later(driver.core.state.settings.change_settle_s)
    driver.read_books(their_stop)
    driver.read_positions(10)

    assert len(driver.places()) == 1
