"""What comes late: orders that were taken for absent, trades after the end of an order."""

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.order import OrderStatus, Purpose, Side
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder
from trading_bot.engine.ports import Accepted, Refused, Unknown


def make_absent(driver: EngineDriver, tag: str) -> None:
    """Nobody answers, and two complete reads after the settle time do not show the order."""
    driver.answer(tag, Unknown("timed out"))
    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()
    assert driver.order(tag).status is OrderStatus.ABSENT


def test_an_order_taken_for_absent_that_shows_up_is_adopted_and_cancelled(driver, entry):
    """Fault 36, V14."""
    make_absent(driver, entry)

    driver.read_books(driver.report(entry, OrderStatus.OPEN))

    assert driver.order(entry).status is OrderStatus.OPEN
    assert driver.incidents() == ["late_order"]
    assert [type(change) for change in driver.changes()] == [CancelOrder]
    driver.push(entry, OrderStatus.CANCELLED)
    assert driver.book.trades == {}


def test_an_order_taken_for_absent_that_filled_is_closed_again(driver, entry):
    make_absent(driver, entry)
    driver.drain()

    driver.fill(entry, 35, PRICE)

    (exit_order,) = driver.places()
    assert exit_order.request.side is Side.SELL
    assert exit_order.request.terms.quantity == 35
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.UNPROTECTED


def test_an_exit_taken_for_absent_that_fills_after_all_is_not_doubled(driver):
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.CANCELLED)
    (again,) = driver.places()
    lost = again.request.tag
    make_absent(driver, lost)
    (close,) = driver.places()
    driver.answer(close.request.tag)
    driver.fill(close.request.tag, 35, PRICE)
    assert driver.book.trades == {}

    driver.fill(lost, 35, PRICE)

    (buy_back,) = driver.places()
    assert buy_back.request.side is Side.BUY
    assert buy_back.request.terms.quantity == 35
    driver.answer(buy_back.request.tag)
    driver.fill(buy_back.request.tag, 35, PRICE)
    assert driver.book.positions == {}


def test_two_exits_that_both_filled_are_bought_back_and_not_sold_again(driver):
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.CANCELLED)
    (again,) = driver.places()
    lost = again.request.tag
    make_absent(driver, lost)
    (close,) = driver.places()
    driver.answer(close.request.tag)

    driver.order_fills((close.request.tag, 35, PRICE), (lost, 35, PRICE))

    assert driver.book.positions[KEY].quantity == -35
    (buy_back,) = driver.places()
    assert (buy_back.request.side, buy_back.request.terms.quantity) == (Side.BUY, 35)
    assert "position_flipped" in driver.incidents()


def test_a_late_acceptance_of_an_absent_order_adopts_it(driver, entry):
    make_absent(driver, entry)

    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=Accepted("late-1")))

    assert driver.order(entry).order_id == "late-1"
    assert driver.incidents() == ["late_order"]


def test_a_late_refusal_of_an_absent_order_is_no_news(driver, entry):
    make_absent(driver, entry)

    step = driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=Refused("x", "y")))

    assert step.rows == ()


def test_a_late_order_joins_the_trade_that_is_open_by_then(driver, entry):
    make_absent(driver, entry)
    driver.later(60)
    driver.price(PRICE)
    _, stop = driver.enter()

    driver.read_books(driver.report(entry, OrderStatus.OPEN))

    (cancel,) = driver.changes()
    assert (type(cancel), cancel.tag) == (CancelOrder, entry)
    assert driver.order(stop).status is OrderStatus.TRIGGER_PENDING


def test_a_fill_after_the_cancellation_is_protected_or_closed(driver, entry):
    """Fault 56, V4, V14."""
    driver.rest(entry)
    driver.later(21)
    driver.push(entry, OrderStatus.CANCELLED)
    assert driver.book.trades == {}

    driver.fill(entry, 35, PRICE, OrderStatus.CANCELLED)

    assert "late_order" in driver.incidents()
    (close,) = driver.places()
    assert (close.request.purpose, close.request.terms.quantity) == (Purpose.EXIT, 35)


def test_a_trade_of_an_order_that_shows_no_fill_is_an_incident(driver, entry):
    driver.rest(entry)
    driver.later(21)
    driver.push(entry, OrderStatus.CANCELLED)

    driver.order_fills((entry, 35, PRICE), with_rows=False)

    assert "late_fill" in driver.incidents()
    assert driver.book.positions[KEY].quantity == 35


def test_a_refused_order_that_the_book_lists_as_rejected_is_no_news(driver, entry):
    driver.answer(entry, Refused("UDAPI1", "no"))

    step = driver.read_books(driver.report(entry, OrderStatus.REJECTED))

    assert step.rows == ()


def test_the_halt_after_a_late_order_waits_for_a_person(driver, entry):
    make_absent(driver, entry)
    driver.read_books(driver.report(entry, OrderStatus.OPEN))

    driver.ask(inputs.OperatorWish.RESUME)

    assert driver.book.halts == {}


def test_what_only_closes_gives_no_place_back_in_the_days_counts(driver, entry):
    """Fault 36, V10: the late order's trade took none, so a day of four trades stays one."""
    make_absent(driver, entry)
    assert driver.book.trades_today == 0  # nothing was traded: its place is free again
    driver.later(60)
    driver.price(PRICE)
    driver.enter()
    counted = driver.book.trades_today
    stop = next(reversed(driver.book.orders))
    driver.fill(stop, 35, PRICE - 1_400)
    assert (counted, driver.book.trades) == (1, {})

    driver.read_books(driver.report(entry, OrderStatus.OPEN), *driver._rows_but(entry))
    driver.push(entry, OrderStatus.CANCELLED)

    assert driver.book.trades == {}
    assert driver.book.trades_today == 1
    assert driver.book.symbol_trades_today == {KEY: 1}
