"""What a panic that knew no book did comes home to the book that it did it to."""

from dataclasses import replace

import pytest

from tests.fakes.emergency_files import (
    BLIND_EPOCH,
    blind_run,
    blind_sale,
    book_of,
    come_home,
    fall_back,
    write,
)
from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal
from trading_bot.bootstrap.emergency import rows_of
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.tag import parse_tag


@pytest.fixture
def blind():
    """What panic did without the database: sold the 35 that the broker showed."""
    return blind_sale()


def test_a_panic_without_the_database_latches_it_all_the_same(database, driver, blind):
    """V15."""
    write(database, driver.rows)
    fall_back(database, None, blind.rows)

    come_home(database)

    book = book_of(database)
    assert book.is_panicking
    assert book.emergency_tags == set(blind.book.orders)
    assert {parse_tag(tag).epoch for tag in book.emergency_tags} == {BLIND_EPOCH}


def test_units_that_a_panic_closed_without_the_database_are_no_longer_ours(database, driver, blind):
    """V3: the next day's books do not show yesterday's trades."""
    assert driver.book.position_of(KEY).quantity == 35
    write(database, driver.rows)
    fall_back(database, None, blind.rows)

    come_home(database)

    assert book_of(database).position_of(KEY).is_flat


@pytest.fixture
def blind_beside_the_stop(driver):
    """What panic did without the database while our own stop, which it took for foreign, filled."""
    stop = driver.order(list(driver.book.orders)[1])
    blind = blind_run()
    blind.foreign_fill(Side.BUY, 35, PRICE)
    blind.read_positions(35)
    (close,) = blind.places()
    blind.rest(close.request.tag)
    filled = replace(
        blind.fills[0], trade_id="t-stop", order_id=stop.order_id, side=Side.SELL, price=PRICE - 300
    )
    blind.fills.append(filled)
    row = driver.report(stop.request.tag, OrderStatus.FILLED, filled_quantity=35)
    blind.read_books(row, *(blind.report(tag, order.status) for tag, order in blind.book.orders.items()))
    assert any(isinstance(event, ev.ForeignFillTaken) for event in blind.events)
    return blind


def test_a_stop_of_ours_that_filled_beside_such_a_panic_is_filled_in_our_book(
    database, driver, blind_beside_the_stop
):
    """V3, V6, V7: the next day's books do not show yesterday's trades."""
    write(database, driver.rows)
    fall_back(database, None, blind_beside_the_stop.rows)

    come_home(database)

    book = book_of(database)
    assert book.position_of(KEY).is_flat
    assert list(book.orders.values())[1].filled_quantity == 35
    assert book.adopted == {}


def test_such_a_fill_is_not_taken_again_when_its_trade_is_read_on_the_same_day(
    database, driver, blind_beside_the_stop
):
    """V6, V17."""
    write(database, driver.rows)
    fall_back(database, None, blind_beside_the_stop.rows)
    come_home(database)
    rows, fills = rows_of(database), [*driver.fills, blind_beside_the_stop.fills[-1]]
    driver.rows, driver.fills = rows, fills
    driver.restarted()
    entry, stop = driver.book.orders

    for _ in range(2):
        driver.read_books(
            driver.report(entry, OrderStatus.FILLED),
            driver.report(stop, OrderStatus.FILLED, filled_quantity=35),
        )
        driver.later(11)

    assert driver.book.position_of(KEY).is_flat
    assert driver.book.trades == {}
    assert {reason for _, _, reason in driver.book.halts} == set()
    assert driver.book.closed_trades[0].exit_value == 35 * (PRICE - 300)


@pytest.mark.parametrize("placed_by", ["", "RMS"])
def test_units_that_others_closed_beside_such_a_panic_are_no_longer_ours(database, driver, placed_by):
    """V3, V7: with the broker's fee where it closed them."""
    blind = blind_run()
    blind.core.state.account_user = "AB1234"
    blind.foreign_fill(Side.BUY, 35, PRICE)
    blind.read_positions(35)
    blind.foreign_fill(Side.SELL, 35, PRICE, placed_by=placed_by)
    write(database, driver.rows)
    fall_back(database, None, blind.rows)

    come_home(database)

    book = book_of(database)
    assert book.position_of(KEY).is_flat
    assert [fill.by_broker for fill in book.fills.values() if fill.side is Side.SELL] == [placed_by == "RMS"]


def test_what_others_closed_of_what_was_never_ours_changes_nothing(database, driver):
    """V20: panic had adopted a position of somebody else."""
    blind = blind_run()
    blind.foreign_fill(Side.SELL, 20, PRICE)
    blind.read_positions(-20)
    blind.foreign_fill(Side.BUY, 20, PRICE)
    assert any(isinstance(event, ev.ForeignFillTaken) for event in blind.events)
    write(database, driver.rows)
    fall_back(database, None, blind.rows)

    come_home(database)

    assert book_of(database).position_of(KEY).quantity == 35


def test_the_days_counters_are_not_reset_by_another_book(database, driver, blind):
    write(database, driver.rows)
    fall_back(database, None, blind.rows)

    come_home(database)

    book = book_of(database)
    assert (book.trades_today, book.epoch, len(book.orders)) == (1, 1, 2)


def test_the_orders_of_such_a_panic_are_no_unknown_owner(database, driver, blind):
    """Fault 81."""
    write(database, driver.rows)
    fall_back(database, None, blind.rows)
    come_home(database)
    driver.rows = rows_of(database)
    driver.restarted()
    (tag,) = blind.book.orders
    _, stop = driver.book.orders

    driver.read_books(
        driver.report(stop, OrderStatus.CANCELLED),
        blind.report(tag, OrderStatus.FILLED, filled_quantity=35),
    )

    assert "unknown_owner" not in {reason for _, _, reason in driver.book.halts}
    assert driver.book.trades == {}


@pytest.mark.parametrize("times", [1, 5])
def test_such_rows_come_home_once(database, driver, blind, monkeypatch, times):
    """Fault 87."""
    write(database, driver.rows)
    fall_back(database, None, blind.rows)
    monkeypatch.setattr(EmergencyJournal, "clear", lambda journal: None)
    come_home(database)
    once = rows_of(database)

    for _ in range(times):
        come_home(database)

    assert rows_of(database) == once


def test_a_fill_that_our_book_holds_is_not_taken_again(database, driver):
    """V6: the rows of a run that does not follow the database's, and tells the same."""
    write(database, driver.rows)
    fall_back(database, None, driver.rows)

    come_home(database)

    book = book_of(database)
    assert (book.position_of(KEY).quantity, len(book.fills)) == (35, 1)
