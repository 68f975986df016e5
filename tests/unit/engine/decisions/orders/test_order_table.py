"""The tables of reconciliation, over the whole product of what we hold and what the broker shows."""

from dataclasses import replace
from itertools import product

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.order import TRANSITIONS, OrderStatus, OrderTerms, OrderType, Side
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, PlaceOrder
from trading_bot.engine.decisions.orders.order_table import (
    ACTIONS,
    FILL_ACTIONS,
    POSITION_ACTIONS,
    Action,
    Filled,
    Position,
    Shown,
)

PAIRS = tuple(product(OrderStatus, Shown))
SHOWN_ROWS = tuple(shown for shown in Shown if shown is not Shown.MISSING)
NO_ID = (OrderStatus.INTENDED, OrderStatus.SENT, OrderStatus.DROPPED, OrderStatus.ABSENT, OrderStatus.REFUSED)


def in_state(status: OrderStatus, *, filled: int = 10) -> tuple[EngineDriver, str]:
    """An entry of 35 of which 10 filled and are protected, then put into a status."""
    driver = EngineDriver()
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.answer(tag)
    if filled:
        driver.fill(tag, filled, PRICE)
        (stop,) = driver.places()
        driver.rest(stop.request.tag)
    order = driver.order(tag)
    if status in NO_ID:
        driver.book.tags_by_order_id.pop(order.order_id)
        order = replace(order, order_id=None)
    driver.book.orders[tag] = replace(order, status=status)
    driver.drain()
    driver.now_ms += 1_000
    return driver, tag


def rows(driver: EngineDriver, tag: str, shown: Shown, filled: int):
    """A book with the stop as it was and, unless it is missing, the entry as shown."""
    others = [
        driver.report(other, order.status) for other, order in driver.book.orders.items() if other != tag
    ]
    if shown is Shown.MISSING:
        return others
    return [driver.report(tag, OrderStatus(shown), order_id=f"id-{tag}", filled_quantity=filled), *others]


def test_every_pair_has_a_row():
    assert set(ACTIONS) == set(PAIRS)
    assert set(FILL_ACTIONS) == set(product((True, False), Filled))
    assert set(POSITION_ACTIONS) == set(Position)


@pytest.mark.parametrize(("ours", "shown"), PAIRS)
def test_statuses_are_taken_only_where_the_transitions_allow_it(ours, shown):
    """V14."""
    takes = ACTIONS[ours, shown] in (Action.ADOPT, Action.FOLLOW, Action.REVIVE)

    if shown is Shown.MISSING:
        assert not takes
    else:
        status = OrderStatus(shown)
        assert not takes or status in TRANSITIONS[ours]


@pytest.mark.parametrize(("ours", "shown"), PAIRS)
@pytest.mark.parametrize("filled", [0, 10, 20])
def test_no_row_lowers_a_filled_quantity_or_a_position(ours, shown, filled):
    """Faults 46, 51 to 57, 59; V5, V6."""
    driver, tag = in_state(ours)

    for _ in range(3):
        driver.read_books(*rows(driver, tag, shown, filled))
        driver.now_ms += 6_000

    assert driver.order(tag).filled_quantity >= 10
    assert driver.book.position_of(KEY).quantity >= 10


@pytest.mark.parametrize("ours", [status for status in OrderStatus if status.is_live])
def test_no_order_that_rests_or_was_never_in_doubt_ends_because_it_is_missing(ours):
    """Fault 51, V5: in doubt two late reads are needed, and what is unseen has to be denied."""
    driver, tag = in_state(ours)

    for _ in range(4):
        driver.read_books(*rows(driver, tag, Shown.MISSING, 0))
        driver.now_ms += 3_000

    assert driver.order(tag).status in (ours, OrderStatus.IN_DOUBT)


@pytest.mark.parametrize(("ours", "shown"), [pair for pair in PAIRS if pair[1] in SHOWN_ROWS])
def test_a_row_that_is_shown_twice_changes_nothing_the_second_time(ours, shown):
    """Fault 54, V17."""
    driver, tag = in_state(ours)
    driver.read_books(*rows(driver, tag, shown, 10))
    book_rows = rows(driver, tag, shown, 10)

    driver.drain()
    step = driver.read_books(*book_rows)

    assert [row.kind for row in step.rows if row.kind in {"order_advanced", "order_filled"}] == []
    assert not any(isinstance(command, PlaceOrder) for command in driver.drain())


@pytest.mark.parametrize("ours", OrderStatus)
@pytest.mark.parametrize("shown", SHOWN_ROWS)
def test_an_order_of_others_is_never_touched_outside_panic(ours, shown):
    """Fault 75, V20."""
    driver, tag = in_state(ours)
    terms = OrderTerms(order_type=OrderType.LIMIT, quantity=5, price=PRICE)
    foreign = driver.report(
        tag, OrderStatus(shown), order_id="theirs", tag=None, terms=terms, filled_quantity=0
    )

    for _ in range(3):
        driver.read_books(foreign, *rows(driver, tag, Shown.MISSING, 0))
        driver.take(inputs.OrderPushed(at_ms=0, report=foreign))
        driver.later(6)

    changes = [command for command in driver.drain() if isinstance(command, CancelOrder)]
    assert all(command.order_id != "theirs" for command in changes)
    assert "theirs" in driver.book.foreign_orders


@pytest.mark.parametrize("ended", [OrderStatus.CANCELLED, OrderStatus.REJECTED])
def test_an_order_that_ended_and_is_shown_alive_is_told_when_it_stays_so(ended):
    """Fault 59, V14: a copy of the book may lag behind, a person has to look when it does not catch up."""
    driver, tag = in_state(ended)
    told = []
    for _ in range(3):
        driver.read_books(*rows(driver, tag, Shown.OPEN, 10))
        told.append("suspect_order" in {reason for _, _, reason in driver.book.halts})
        driver.now_ms += 6_000

    assert told == [False, True, True]
    assert driver.order(tag).status is ended


def test_a_side_of_nobody_is_never_guessed():
    """Every order of ours closes or opens on the side that its intent names, whatever a row says."""
    driver, tag = in_state(OrderStatus.OPEN)
    wrong = driver.report(tag, OrderStatus.OPEN, side=Side.SELL)

    driver.read_books(wrong, *rows(driver, tag, Shown.MISSING, 0))

    assert driver.order(tag).request.side is Side.BUY


@pytest.mark.parametrize("ours", [OrderStatus.OPEN, OrderStatus.FILLED, OrderStatus.CANCELLED])
def test_fills_that_a_row_takes_back_are_told_when_it_stays_so(ours):
    """Fault 59, V6, V16: of a living order and of one that has ended."""
    driver, tag = in_state(ours)
    for _ in range(2):
        driver.read_books(*rows(driver, tag, Shown(ours), 5))
        driver.now_ms += 6_000

    assert "suspect_order" in {reason for _, _, reason in driver.book.halts}
    assert driver.order(tag).filled_quantity == 10
