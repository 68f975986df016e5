"""Orders and trades that others made in our instruments."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderReport, OrderStatus, OrderTerms, OrderType, Side
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, PlaceOrder, ReadBooks
from trading_bot.engine.decisions.operation.day_charges import charges_of
from trading_bot.engine.ports import Accepted

US, DESK = "AB1234", "RMS"
BSE_KEY = KEY.replace("NSE_", "BSE_")


@pytest.fixture
def driver() -> EngineDriver:
    """A driver whose broker names a user in its rows, with an open long of 35 and its stop."""
    driver = EngineDriver()
    driver.tags = driver.enter()
    driver.push(driver.tags[1], OrderStatus.TRIGGER_PENDING, placed_by=US)
    driver.drain()
    return driver


def desk_row(driver, status=OrderStatus.OPEN, placed_by=DESK, **changes) -> OrderReport:
    terms = OrderTerms(order_type=OrderType.LIMIT, quantity=35, price=PRICE - 500)
    fields = {"order_id": "desk-1", "tag": None, "terms": terms, "placed_by": placed_by}
    return driver.report(driver.tags[1], status, **(fields | changes))


def charged(driver, market_rules) -> Decimal:
    return charges_of(driver.book, market_rules.charges, {KEY: SHARE})


def test_the_brokers_square_off_closes_the_trade_and_costs_its_fee(driver, market_rules):
    """Fault 78, V7."""
    driver.foreign_fill(Side.SELL, 35, PRICE, placed_by=DESK)
    driver.push(driver.tags[1], OrderStatus.CANCELLED)

    (closed,) = driver.book.closed_trades
    by_broker = charged(driver, market_rules)
    assert closed.exit_reason is ExitReason.BROKER

    driver.book.fills = {key: replace(fill, by_broker=False) for key, fill in driver.book.fills.items()}
    assert by_broker == charged(driver, market_rules) + 59


@pytest.mark.parametrize("placed_by", [US, ""])
def test_what_the_user_closes_in_the_app_costs_no_fee(driver, placed_by):
    """Fault 76."""
    driver.foreign_fill(Side.SELL, 35, PRICE, placed_by=placed_by)
    driver.push(driver.tags[1], OrderStatus.CANCELLED)

    (closed,) = driver.book.closed_trades
    assert closed.exit_reason is ExitReason.FOREIGN
    assert not any(fill.by_broker for fill in driver.book.fills.values())


def test_our_exits_are_withdrawn_while_the_brokers_order_works(driver):
    """Fault 78, V3: its order and ours together would sell more than is held."""
    driver.read_books(driver.report(driver.tags[1], OrderStatus.TRIGGER_PENDING), desk_row(driver))

    (change,) = driver.changes()
    assert isinstance(change, CancelOrder)
    driver.push(driver.tags[1], OrderStatus.CANCELLED)
    driver.later(1)
    assert not any(isinstance(command, PlaceOrder) for command in driver.drain())


def test_the_brokers_order_in_another_product_leaves_our_exits_alone(driver):
    """Fault 78, V4: it closes what the user holds as delivery."""
    driver.read_books(
        driver.report(driver.tags[1], OrderStatus.TRIGGER_PENDING),
        desk_row(driver, product=Product.DELIVERY),
        desk_row(driver, order_id="desk-2", product=Product.DELIVERY, instrument_key=BSE_KEY),
    )
    driver.later(1)

    assert driver.changes() == []


def test_a_square_off_that_has_filled_is_waited_for_until_its_trades_are_read(driver):
    """Fault 78, V3."""
    driver.read_books(
        driver.report(driver.tags[1], OrderStatus.CANCELLED),
        desk_row(driver, OrderStatus.FILLED, filled_quantity=35),
    )
    driver.later(1)

    assert not any(isinstance(command, PlaceOrder) for command in driver.drain())


def test_a_position_that_the_brokers_order_did_not_close_is_protected_again(driver):
    """Fault 78, V4."""
    driver.read_books(driver.report(driver.tags[1], OrderStatus.CANCELLED), desk_row(driver))
    driver.drain()

    driver.read_books(desk_row(driver, OrderStatus.REJECTED))

    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


def test_an_older_row_of_the_brokers_order_does_not_make_it_live_again(driver):
    """Faults 55 and 78, V4: rows of the stream come in any order, and what has ended closes nothing."""
    driver.take(inputs.OrderPushed(at_ms=0, report=desk_row(driver, OrderStatus.REJECTED)))
    driver.take(inputs.OrderPushed(at_ms=0, report=desk_row(driver, OrderStatus.OPEN)))

    assert driver.changes() == []


def test_an_older_row_of_the_brokers_order_does_not_take_back_what_it_filled(driver):
    """Faults 55 and 78, V3: its trades are waited for."""
    filled = desk_row(driver, OrderStatus.FILLED, filled_quantity=35)
    for report in (filled, desk_row(driver, OrderStatus.CANCELLED)):
        driver.take(inputs.OrderPushed(at_ms=0, report=report))
    driver.push(driver.tags[1], OrderStatus.CANCELLED)
    driver.later(1)

    assert driver.places() == []


def test_an_order_of_the_brokers_on_our_side_leaves_our_exits_alone(driver):
    row = desk_row(driver, side=Side.BUY)

    driver.read_books(driver.report(driver.tags[1], OrderStatus.TRIGGER_PENDING), row)

    assert driver.changes() == []


def bse_row(driver, status=OrderStatus.OPEN, *, filled_quantity=0, placed_by=DESK):
    return desk_row(
        driver,
        status,
        instrument_key=KEY.replace("NSE_EQ", "BSE_EQ"),
        filled_quantity=filled_quantity,
        placed_by=placed_by,
    )


def at_bse(driver, side, quantity):
    driver.fills.append(
        replace(
            driver.fills[0],
            trade_id=f"bse-{len(driver.fills)}",
            order_id="desk-1",
            instrument_key=KEY.replace("NSE_EQ", "BSE_EQ"),
            side=side,
            quantity=quantity,
        )
    )


def test_what_the_broker_closed_at_another_exchange_is_not_closed_again_here(driver):
    """Fault 82, V3: the share is flat by its ISIN, in two legs."""
    at_bse(driver, Side.SELL, 35)
    driver.drain()

    driver.read_books(
        driver.report(driver.tags[1], OrderStatus.TRIGGER_PENDING),
        bse_row(driver, OrderStatus.FILLED, filled_quantity=35),
    )

    (change,) = driver.changes()
    assert (type(change), change.tag) == (CancelOrder, driver.tags[1])
    assert {reason for _, _, reason in driver.book.halts} == {"closed_elsewhere"}
    assert driver.book.position_of(KEY).quantity == 35


def test_once_the_other_leg_is_bought_back_ours_is_protected_again(driver):
    """Fault 82, V4."""
    at_bse(driver, Side.SELL, 35)
    row = bse_row(driver, OrderStatus.FILLED, filled_quantity=35)
    driver.read_books(driver.report(driver.tags[1], OrderStatus.CANCELLED), row)
    driver.drain()

    at_bse(driver, Side.BUY, 35)
    driver.read_books(row)
    driver.later(1)

    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


def test_what_the_user_trades_at_another_exchange_is_his(driver):
    """Faults 75 and 82, V20."""
    at_bse(driver, Side.SELL, 35)

    driver.read_books(
        driver.report(driver.tags[1], OrderStatus.TRIGGER_PENDING),
        bse_row(driver, OrderStatus.FILLED, filled_quantity=35, placed_by=US),
    )

    assert driver.changes() == []


def test_a_fill_of_others_on_the_stream_has_the_trades_read_at_once(driver):
    """Fault 76, V3: our exits must not wait for the next beat."""
    row = desk_row(driver, OrderStatus.FILLED, placed_by=US, filled_quantity=35)

    driver.take(inputs.OrderPushed(at_ms=0, report=row))

    assert any(isinstance(command, ReadBooks) for command in driver.drain())


def test_a_resting_order_of_others_on_the_stream_asks_for_nothing(driver):
    driver.take(inputs.OrderPushed(at_ms=0, report=desk_row(driver, placed_by=US)))

    assert not any(isinstance(command, ReadBooks) for command in driver.drain())


def test_a_position_that_the_brokers_order_is_closing_is_not_taken_for_unprotected(driver):
    """Fault 78, V4: nothing is left to protect, and the trade ends as the broker's."""
    for _ in range(8):
        driver.price(PRICE)
        driver.read_books(driver.report(driver.tags[1], OrderStatus.CANCELLED), desk_row(driver))
        driver.later(1)

    assert not driver.book.trade_of(KEY).is_exiting


def are_books_asked_for(driver) -> bool:
    return any(isinstance(command, ReadBooks) for command in driver.drain())


def left_to_the_desk(driver, *rows) -> None:
    """Our stop is withdrawn for an order of the broker's, and nothing else is under way."""
    driver.read_books(driver.report(driver.tags[1], OrderStatus.CANCELLED), *rows)
    driver.drain()


def test_while_the_brokers_order_works_the_books_are_asked_for_every_second(driver):
    """Faults 55 and 78, V4: our stops are withdrawn for it, and the row of its end may be lost."""
    left_to_the_desk(driver, desk_row(driver))

    for _ in range(12):
        driver.later(1)
        assert are_books_asked_for(driver)


def test_the_end_of_the_brokers_order_that_only_the_books_tell_brings_the_stop_back(driver):
    """Faults 55 and 78, V4."""
    left_to_the_desk(driver, desk_row(driver))
    driver.later(1)

    driver.read_books(desk_row(driver, OrderStatus.CANCELLED))

    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35
    driver.later(1)
    assert not are_books_asked_for(driver)


def test_the_brokers_order_at_another_exchange_is_followed_as_well(driver):
    """Fault 82, V4."""
    left_to_the_desk(driver, bse_row(driver))

    driver.later(1)

    assert are_books_asked_for(driver)


def test_what_the_broker_has_closed_elsewhere_is_not_asked_for_all_day(driver):
    at_bse(driver, Side.SELL, 35)
    left_to_the_desk(driver, bse_row(driver, OrderStatus.FILLED, filled_quantity=35))

    driver.later(1)

    assert not are_books_asked_for(driver)


@pytest.mark.parametrize("row", [{"side": Side.BUY}, {"placed_by": US}])
def test_an_order_that_leaves_our_stops_alone_is_not_followed(driver, row):
    driver.read_books(driver.report(driver.tags[1], OrderStatus.TRIGGER_PENDING), desk_row(driver, **row))
    driver.drain()

    driver.later(1)

    assert not are_books_asked_for(driver)


def test_an_order_that_rests_for_minutes_is_followed_less_often(driver):
    """V9: the broker counts reads too, over half an hour."""
    left_to_the_desk(driver, desk_row(driver))
    driver.later(60)
    driver.drain()

    asked = 0
    for _ in range(12):
        driver.later(1)
        asked += are_books_asked_for(driver)

    assert asked == 3


def test_several_orders_that_rest_for_minutes_are_looked_at_together(driver):
    """V9: one read shows them all, whenever each was seen first."""
    rows = []
    for number in range(4):
        rows.append(replace(desk_row(driver), order_id=f"desk-{number}"))
        left_to_the_desk(driver, *rows)
        driver.later(1)
    driver.later(64)
    driver.drain()

    asked = 0
    for _ in range(12):
        driver.later(1)
        asked += are_books_asked_for(driver)

    assert asked == 3


def test_an_order_of_the_brokers_is_not_followed_while_its_limiter_refuses(driver):
    """V9."""
    left_to_the_desk(driver, desk_row(driver))
    driver.core.state.rate_limited_until_ms = driver.now_ms + 2_000

    driver.later(1)
    assert not are_books_asked_for(driver)
    driver.later(1)
    assert are_books_asked_for(driver)


def test_an_order_that_proves_to_be_ours_is_not_followed_as_the_brokers(driver):
    """Fault 45, V14: its own answer came after its row."""
    driver.read_books(driver.report(driver.tags[1], OrderStatus.CANCELLED))
    (stop,) = driver.places()
    driver.take(inputs.SendStarted(at_ms=0, tag=stop.request.tag))
    driver.take(inputs.OrderPushed(at_ms=0, report=desk_row(driver)))
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=stop.request.tag, outcome=Accepted("desk-1")))
    driver.drain()

    driver.later(1)

    assert not are_books_asked_for(driver)
