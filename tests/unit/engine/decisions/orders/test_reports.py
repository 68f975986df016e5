from dataclasses import replace

import pytest

from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.domain import events as ev
from trading_bot.domain.order import ChangeResult, OrderStatus, OrderType, ReportedChange
from trading_bot.engine import inputs
from trading_bot.engine.commands import ReadBooks

# --- the stream is a hint -----------------------------------------------------------------------------------


def test_a_pushed_row_moves_an_order_forward(driver, entry):
    driver.answer(entry)

    driver.push(entry, OrderStatus.OPEN)

    assert driver.order(entry).status is OrderStatus.OPEN


def test_a_pushed_fill_asks_for_the_trades_and_changes_no_position(driver, entry):
    driver.answer(entry)

    step = driver.push(entry, OrderStatus.FILLED, filled_quantity=35)

    assert any(isinstance(command, ReadBooks) for command in step.commands)
    assert driver.book.positions == {}


def test_an_old_row_with_fewer_fills_is_ignored(driver, entry):
    """Fault 59, V6."""
    driver.answer(entry)
    driver.fill(entry, 10, PRICE)

    step = driver.push(entry, OrderStatus.OPEN, filled_quantity=0)

    assert step.rows == ()


def test_an_old_row_does_not_put_a_working_stop_to_sleep(driver):
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.OPEN)

    step = driver.push(stop, OrderStatus.TRIGGER_PENDING)

    assert step.rows == ()


def test_an_old_row_does_not_undo_a_modification(driver):
    _, stop = driver.enter()
    old = driver.report(stop, OrderStatus.OPEN)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.confirm_modify(stop)

    driver.take(inputs.OrderPushed(at_ms=0, report=old))

    assert driver.order(stop).terms.order_type is OrderType.LIMIT


def test_a_read_that_was_sent_before_the_modification_was_seen_does_not_undo_it(driver):
    _, stop = driver.enter()
    old = driver.report(stop, OrderStatus.TRIGGER_PENDING)
    asked_at_ms = driver.now_ms
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.now_ms += 40
    driver.confirm_modify(stop)

    driver.take(inputs.BooksRead(at_ms=0, asked_at_ms=asked_at_ms, orders=(old,), fills=tuple(driver.fills)))

    assert driver.order(stop).status is OrderStatus.OPEN
    assert driver.order(stop).terms.order_type is OrderType.LIMIT


def test_a_stale_book_does_not_undo_a_modification_that_was_confirmed(driver):
    """Fault 51, V3: the broker's newest row is older than one that it showed before."""
    _, stop = driver.enter()
    old = driver.report(stop, OrderStatus.TRIGGER_PENDING, reported_at_ms=driver.now_ms)
    driver.later(10)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    terms = driver.order(stop).requested_terms
    driver.push(stop, OrderStatus.OPEN, terms=terms, reported_at_ms=driver.now_ms)
    driver.later(7)

    driver.read_books(old)

    assert driver.order(stop).status is OrderStatus.OPEN
    assert driver.order(stop).terms == terms


def test_a_stale_book_of_the_same_second_is_believed_when_it_stays(driver):
    """Fault 51, V3: the broker's times are whole seconds, and an old copy of the book may be of the same."""
    _, stop = driver.enter_in_parts(20, 15)
    terms = driver.order(stop).requested_terms
    driver.push(stop, OrderStatus.TRIGGER_PENDING, terms=terms, reported_at_ms=driver.now_ms)
    old = driver.report(stop, OrderStatus.TRIGGER_PENDING, reported_at_ms=driver.now_ms)
    old = replace(old, terms=replace(terms, quantity=20))
    driver.drain()

    for _ in range(6):
        driver.later(10)
        driver.read_books(old)
        assert driver.order(stop).terms == terms
    driver.drain()
    driver.later(10)
    driver.read_books(old)

    (change,) = driver.changes()
    assert change.terms.quantity == 35


@pytest.mark.parametrize("shown", ["no time", "tomorrow before"])
def test_a_time_that_says_nothing_makes_no_row_stale(driver, shown):
    """Fault 51, V3: else the order would be taken for what it was, and no exit could change it, all day."""
    _, stop = driver.enter()
    before_ms = driver.now_ms + (86_400_000 if shown == "tomorrow before" else 0)
    driver.push(stop, OrderStatus.TRIGGER_PENDING, reported_at_ms=before_ms)
    driver.later(10)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    terms = driver.order(stop).requested_terms
    driver.later(7)
    row_ms = 0 if shown == "no time" else driver.now_ms

    driver.read_books(driver.report(stop, OrderStatus.OPEN, terms=terms, reported_at_ms=row_ms))

    assert driver.order(stop).status is OrderStatus.OPEN
    assert driver.order(stop).terms == terms


def test_a_stale_row_does_not_prove_that_a_change_did_not_happen(driver):
    """Fault 51."""
    _, stop = driver.enter()
    old = driver.report(stop, OrderStatus.TRIGGER_PENDING, reported_at_ms=driver.now_ms)
    driver.later(10)
    driver.push(stop, OrderStatus.TRIGGER_PENDING, reported_at_ms=driver.now_ms)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.later(10)

    driver.read_books(old)

    assert driver.order(stop).refused_changes == 0


def test_a_refused_modification_is_heard_from_the_stream(driver):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)

    driver.push(stop, OrderStatus.TRIGGER_PENDING, change=ReportedChange.NOT_MODIFIED, message="no")

    assert driver.order(stop).refused_changes == 1


def test_books_of_before_do_not_undo_what_the_stream_told_of_an_orders_end(driver):
    """Fault 51, V3: else a second exit would be sent for what the first has closed."""
    _, stop = driver.enter()
    before_ms = driver.now_ms
    driver.later(2)
    by_venue = replace(driver.order(stop).terms, order_type=OrderType.LIMIT, trigger_price=0)
    driver.push(stop, OrderStatus.FILLED, terms=by_venue, filled_quantity=35, reported_at_ms=driver.now_ms)
    driver.drain()

    for _ in range(4):
        driver.later(3)
        driver.read_books(
            driver.report(stop, OrderStatus.TRIGGER_PENDING, filled_quantity=0, reported_at_ms=before_ms)
        )

    assert driver.order(stop).reported_filled_quantity == 35
    assert driver.places() == []


# --- the books are the truth --------------------------------------------------------------------------------


def test_a_change_that_a_late_read_does_not_show_did_not_happen(driver):
    """Fault 47, V3."""
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.later(5)

    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING))

    results = [event.result for event in driver.events if isinstance(event, ev.ChangeResolved)]
    assert results == [ChangeResult.NOT_SEEN]


@pytest.mark.parametrize(("seconds", "change"), [(1, None), (10, ReportedChange.PENDING)])
def test_a_change_is_not_given_up_early_or_while_the_broker_works_on_it(driver, seconds, change):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.later(seconds)

    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING, change=change))

    assert driver.order(stop).is_change_pending


def test_a_fill_is_applied_once_however_often_it_is_read(driver, entry):
    """Fault 54, V6."""
    driver.answer(entry)
    driver.fill(entry, 10, PRICE)

    driver.read_all()

    assert driver.book.positions[KEY].quantity == 10


def test_terms_that_the_user_changed_by_hand_are_taken_from_the_books(driver):
    _, stop = driver.enter()
    theirs = driver.order(stop).terms.__class__(
        order_type=OrderType.STOP_LIMIT, quantity=20, price=137_000, trigger_price=138_000
    )

    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING, terms=theirs))

    (change,) = driver.changes()
    assert change.terms.quantity == 35
    assert change.terms.trigger_price == 138_670


def test_a_cancelled_entry_keeps_what_it_filled(driver, entry):
    """Fault 53, V3, V6."""
    driver.answer(entry)

    driver.fill(entry, 10, PRICE, OrderStatus.CANCELLED)

    assert driver.incidents() == []
    (stop,) = driver.places()
    assert stop.request.terms.quantity == 10


def test_a_fill_before_the_acknowledgement_is_attached_by_tag(driver, entry):
    """Fault 55, V6."""
    driver.take(inputs.SendStarted(at_ms=0, tag=entry))

    driver.fill(entry, 35, PRICE)

    assert driver.order(entry).order_id == f"id-{entry}"
    assert driver.book.positions[KEY].quantity == 35


def test_what_the_user_changes_is_noticed_though_the_stream_showed_it_first(driver):
    """Fault 77, V4: the row of the stream is of the same second as that of the book."""
    _, stop = driver.enter()
    terms = replace(driver.order(stop).terms, quantity=1)
    driver.push(stop, OrderStatus.TRIGGER_PENDING, terms=terms, reported_at_ms=driver.now_ms)
    driver.drain()

    driver.later(1)
    driver.read_books(
        driver.report(stop, OrderStatus.TRIGGER_PENDING, terms=terms, reported_at_ms=driver.now_ms - 1_000)
    )

    (change,) = driver.changes()
    assert change.terms.quantity == 35
