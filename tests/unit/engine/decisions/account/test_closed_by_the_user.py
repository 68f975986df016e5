"""The user trades what we trade: what he closed, and what stays his."""

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.commands import CancelOrder


def test_a_position_that_the_user_closed_by_hand_loses_its_exits_at_once(driver):
    """Fault 76, V3."""
    _, stop = driver.enter()

    driver.foreign_fill(Side.SELL, 35, PRICE + 500)

    assert [(type(change), change.tag) for change in driver.changes()] == [(CancelOrder, stop)]


def test_a_position_that_the_user_closed_by_hand_ends_the_trade_at_his_price(driver):
    _, stop = driver.enter()
    driver.foreign_fill(Side.SELL, 35, PRICE + 500)

    driver.push(stop, OrderStatus.CANCELLED)

    (closed,) = driver.book.closed_trades
    assert closed.exit_reason is ExitReason.FOREIGN
    assert closed.gross_pnl == 35 * 500
    driver.read_positions(0)
    driver.read_positions(0)
    assert driver.book.differences == {}


def test_a_part_that_the_user_closed_shrinks_the_stop(driver):
    driver.enter()

    driver.foreign_fill(Side.SELL, 10, PRICE)

    (change,) = driver.changes()
    assert change.terms.quantity == 25
    assert driver.book.positions[KEY].quantity == 25


def test_more_than_we_hold_is_never_taken_from_the_user(driver):
    driver.enter()

    driver.foreign_fill(Side.SELL, 50, PRICE)

    assert driver.book.positions[KEY].quantity == 0
    driver.read_positions(-15)
    driver.read_positions(-15)
    assert driver.book.differences == {}


def test_the_rest_of_the_users_trade_meets_what_we_buy_later(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 1, PRICE)
    driver.foreign_fill(Side.SELL, 5, PRICE + 100)
    assert driver.book.positions[KEY].quantity == 0

    driver.fill(entry.request.tag, 4, PRICE)

    assert driver.book.positions[KEY].quantity == 0
    assert len([key for key in driver.book.fills if key.startswith("foreign")]) == 2


def test_what_the_user_adds_stays_his(driver):
    driver.enter()

    driver.foreign_fill(Side.BUY, 10, PRICE)

    assert driver.changes() == []
    assert driver.book.positions[KEY].quantity == 35
    driver.read_positions(45)
    driver.read_positions(45)
    assert driver.book.differences == {}


def test_a_fill_whose_order_is_not_known_yet_is_not_taken_for_the_users(driver):
    driver.enter()

    driver.foreign_fill(Side.SELL, 35, PRICE, with_order=False)

    assert driver.book.positions[KEY].quantity == 35
    assert len(driver.changes()) == 1


def test_the_second_read_of_the_same_foreign_fill_changes_nothing(driver):
    driver.enter()
    driver.foreign_fill(Side.SELL, 10, PRICE)

    driver.read_books()

    assert driver.book.positions[KEY].quantity == 25


def rows_of_both_products(driver: EngineDriver, ours: int, his: int):
    """The broker keeps the positions of an intraday and of a delivery order apart."""
    own = driver.position_row(ours, fills=driver.fills[:-1])
    return own, driver.position_row(his, fills=driver.fills[-1:], product=Product.DELIVERY)


@pytest.mark.parametrize("quantity", [10, 35, 100])
def test_shares_that_the_user_sells_out_of_his_depot_are_none_of_ours(driver, quantity):
    """Fault 75, V4, V6: a delivery sale leaves an intraday position, and its stop, as they are."""
    _, stop = driver.enter()

    driver.foreign_fill(Side.SELL, quantity, PRICE, product=Product.DELIVERY)
    for _ in range(2):
        driver.read_position_rows(*rows_of_both_products(driver, 35, -quantity))
    driver.later(1)

    assert driver.book.positions[KEY].quantity == 35
    assert driver.order(stop).status is OrderStatus.TRIGGER_PENDING
    assert driver.changes() == []
    assert driver.book.differences == {}


def test_what_the_user_holds_as_delivery_shows_when_ours_is_closed(driver):
    """Fault 75: then nothing is entered beside it, and panic finds it."""
    _, stop = driver.enter()
    driver.foreign_fill(Side.SELL, 100, PRICE, product=Product.DELIVERY)
    his = driver.report(stop, OrderStatus.FILLED, order_id="foreign-2", tag=None, product=Product.DELIVERY)

    driver.fill(stop, 35, PRICE)
    driver.read_books(driver.report(stop, OrderStatus.FILLED), his)
    driver.read_position_rows(driver.position_row(0), driver.position_row(-100, product=Product.DELIVERY))

    assert driver.book.trades == {}
    assert driver.core.state.broker_quantity == {KEY: -100}
    assert driver.book.differences == {}
    driver.signal()
    assert driver.new_events[-1].reason == "foreign_position"
