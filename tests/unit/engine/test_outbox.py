import asyncio

import pytest

from trading_bot.domain.instrument import Product
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderRequest, OrderTerms, OrderType, Purpose, Side
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, CancelOrder, ModifyOrder, PlaceOrder
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.outbox import Outbox
from trading_bot.simulator.virtual_time import run_virtually

TERMS = OrderTerms(order_type=OrderType.LIMIT, quantity=1, price=100)


def place(tag: str, purpose: Purpose) -> PlaceOrder:
    return PlaceOrder(
        request=OrderRequest(
            tag=tag, instrument_key="K", side=Side.BUY, product=Product.INTRADAY, purpose=purpose, terms=TERMS
        )
    )


ENTRY, SECOND_ENTRY = place("a", Purpose.ENTRY), place("b", Purpose.ENTRY)
STOP, EXIT = place("c", Purpose.STOP), place("d", Purpose.EXIT)
CANCEL = CancelOrder(tag="e", order_id="1")
MODIFY = ModifyOrder(tag="f", order_id="2", terms=TERMS)


def taken(outbox: Outbox, *, exits_only: bool = False) -> list:
    found = []
    while (command := outbox.peek_order(exits_only=exits_only)) is not None:
        outbox.take_order()
        found.append(command)
    return found


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def test_exits_go_before_cancellations_before_entries_first_come_first_served(outbox):
    for command in (ENTRY, SECOND_ENTRY, CANCEL, MODIFY, STOP, EXIT):
        outbox.put_order(command)

    assert outbox.orders_queued == 6
    assert taken(outbox) == [MODIFY, STOP, EXIT, CANCEL, ENTRY, SECOND_ENTRY]


def test_a_newer_change_of_an_order_takes_the_place_of_one_that_waits(outbox):
    """V22: while the broker is slow the same cancellation would be asked for again and again."""
    first = ModifyOrder(tag="f", order_id="2", terms=TERMS)
    other = ModifyOrder(tag="g", order_id="3", terms=TERMS)
    for command in (first, other, STOP, CancelOrder(tag="g", order_id="3"), MODIFY):
        outbox.put_order(command)

    assert outbox.orders_queued == 3
    assert taken(outbox) == [MODIFY, STOP, CancelOrder(tag="g", order_id="3")]


def test_a_change_that_was_taken_makes_room_for_the_next_one_of_its_order(outbox):
    outbox.put_order(MODIFY)
    assert taken(outbox) == [MODIFY]

    outbox.put_order(MODIFY)

    assert taken(outbox) == [MODIFY]


def test_looking_at_a_command_does_not_cost_it_its_place(outbox):
    outbox.put_order(MODIFY)
    outbox.put_order(STOP)

    assert outbox.peek_order() is MODIFY
    assert outbox.peek_order() is MODIFY


def test_entries_are_left_to_others(outbox):
    for command in (ENTRY, CANCEL):
        outbox.put_order(command)

    assert taken(outbox, exits_only=True) == [CANCEL]
    assert outbox.orders_queued == 1


def test_an_entry_does_not_wake_the_worker_of_exits(outbox):
    async def scenario():
        waiting = asyncio.create_task(outbox.wait_for_orders(exits_only=True))
        other = asyncio.create_task(outbox.wait_for_orders())
        await asyncio.sleep(0)
        outbox.put_order(ENTRY)
        await asyncio.sleep(1)
        after_entry = (waiting.done(), other.done())
        outbox.put_order(STOP)
        await asyncio.wait_for(waiting, 1)
        return after_entry

    assert run_virtually(scenario()) == (False, True)


def test_evaluations_are_taken_oldest_first(outbox):
    dues = [
        EvaluationDue(at_ms=n, instrument_key="K", timeframe_s=60, candle=Candle(n, 1, 1, 1, 1, 1))
        for n in range(2)
    ]
    for due in dues:
        outbox.put_evaluation(due)

    assert outbox.evaluations_queued == 2
    assert [outbox.next_evaluation() for _ in range(3)] == [*dues, None]
    assert not outbox.evaluations_waiting.is_set()


def test_alerts_are_bounded_and_the_oldest_go(outbox):
    for n in range(1_001):
        outbox.put_alert(Alert(kind=AlertKind.NOTICE, level="info", text=str(n)))

    assert outbox.next_alert().text == "1"


def test_an_empty_alert_queue_waits(outbox):
    outbox.put_alert(Alert(kind=AlertKind.NOTICE, level="info", text="x"))
    outbox.next_alert()

    assert outbox.next_alert() is None
    assert not outbox.alerts_waiting.is_set()


def test_asking_for_a_tag_twice_searches_once_and_reads_the_books(outbox):
    outbox.search("t")
    outbox.search("t")

    assert outbox.take_searches() == ("t",)
    assert outbox.take_searches() == ()
    assert outbox.books_wanted.is_set()


def test_the_queue_is_drained_once_the_last_command_was_taken(outbox):
    async def scenario():
        outbox.put_order(STOP)
        draining = asyncio.create_task(outbox.drained())
        await asyncio.sleep(1)
        before = draining.done()
        outbox.take_order()
        await draining
        return before

    assert run_virtually(scenario()) is False


def test_an_order_in_hand_still_counts_as_an_order():
    outbox = Outbox()

    with outbox.order_in_hand():
        assert outbox.has_orders

    assert not outbox.has_orders
