"""Closing a trade: which orders become exits, at what price, and when to try again."""

from dataclasses import replace
from datetime import time
from itertools import pairwise

import pytest

from tests.fakes.closing_trade import FLATTEN, held_long, told, without_stop
from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, OrderType, Purpose
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, ModifyOrder, PlaceOrder
from trading_bot.engine.ports import Accepted, RefusalCause, Refused, Unknown

CIRCUIT = Refused("UDAPI1", "outside the circuit")


@pytest.fixture
def driver() -> EngineDriver:
    return held_long()


def exits_of(driver: EngineDriver) -> list[str]:
    tags = [tag for tag, order in driver.book.orders.items() if order.request.purpose is Purpose.EXIT]
    return [tag for tag in tags if driver.order(tag).status is OrderStatus.INTENDED]


def refused_times(driver: EngineDriver, times: int, outcome: Refused = CIRCUIT) -> None:
    """The exit is refused, and again each time that it is tried anew."""
    without_stop(driver)
    for _ in range(times):
        tags = exits_of(driver)
        while not tags:
            driver.later(1)
            driver.price(PRICE)
            tags = exits_of(driver)
        driver.answer(tags[0], outcome)


# --- which orders -------------------------------------------------------------------------------------------


def test_the_resting_stop_becomes_the_exit(driver):
    """V3: nothing stands beside it."""
    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert isinstance(change, ModifyOrder)
    assert (change.tag, change.terms.order_type, change.terms.quantity) == (
        driver.stop,
        OrderType.LIMIT,
        35,
    )
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.OPERATOR


def test_without_any_resting_order_an_exit_over_the_whole_position_is_placed(driver):
    tag = without_stop(driver)

    request = driver.order(tag).request
    assert (request.purpose, request.terms.quantity) == (Purpose.EXIT, 35)


def test_an_exit_is_sliced_within_the_freeze_quantity(driver):
    """V8."""
    series = driver.core.state.market.series[KEY]
    series.instrument = replace(SHARE, freeze_quantity=20)
    driver.ask(FLATTEN)
    driver.push(driver.stop, OrderStatus.CANCELLED)

    assert [order.request.terms.quantity for order in driver.places()] == [20, 15]


def test_an_exit_whose_outcome_is_unknown_is_counted_as_live(driver):
    """Faults 34 and 57, V3."""
    tag = without_stop(driver)
    driver.answer(tag, Unknown("timed out"))
    driver.drain()

    for _ in range(8):
        driver.later(1)

    assert driver.places() == []


def test_what_an_exit_has_filled_is_not_asked_for_again(driver):
    """V3: its terms count all units of the order, also those that it traded."""
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.fill(driver.stop, 20, PRICE)
    driver.drain()

    driver.later(6)
    driver.price(PRICE)
    driver.later(0)

    changes = driver.changes()
    assert [change.terms.quantity for change in changes if isinstance(change, ModifyOrder)] == [35]
    assert driver.places() == []


def test_an_exit_whose_price_is_refused_twice_is_cancelled(driver):
    """Fault 65: another takes its place."""
    driver.ask(FLATTEN)
    for _ in range(2):
        assert [type(change) for change in driver.changes()] == [ModifyOrder]
        driver.take(inputs.ModifyAnswered(at_ms=0, tag=driver.stop, outcome=Refused("x", "y")))
        driver.later(1)

    assert [type(change) for change in driver.changes()] == [CancelOrder]


@pytest.mark.parametrize("units", [1, 5])
def test_an_exit_covers_what_fills_of_the_entry_remainder_later(units):
    driver = EngineDriver()
    entry, stop = driver.enter_in_parts(10)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.confirm_modify(stop)
    driver.drain()

    driver.fill(entry, units, PRICE, OrderStatus.CANCELLED)

    (more,) = driver.places()
    assert (more.request.purpose, more.request.terms.quantity) == (Purpose.EXIT, units)


def test_an_exit_withdraws_the_remainder_of_its_entry():
    driver = EngineDriver()
    entry, _ = driver.enter_in_parts(10)
    driver.push(entry, OrderStatus.OPEN, filled_quantity=10)
    driver.drain()

    driver.price(driver.book.trade_of(KEY).plan.target_price)

    cancelled = [change.tag for change in driver.changes() if isinstance(change, CancelOrder)]
    assert cancelled == [entry]


def test_an_exit_shrinks_with_what_the_broker_holds():
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=20))
    driver.signal()
    entries = driver.places()
    for place in entries:
        driver.answer(place.request.tag)
    driver.order_fills((entries[0].request.tag, 20, PRICE), (entries[1].request.tag, 15, PRICE))
    stops = [place.request.tag for place in driver.places()]
    for stop in stops:
        driver.rest(stop)
    driver.ask(inputs.OperatorWish.FLATTEN)
    for stop in stops:
        driver.confirm_modify(stop)
    driver.drain()

    driver.read_positions(15)
    driver.read_positions(15)

    cancelled = [change for change in driver.changes() if isinstance(change, CancelOrder)]
    assert [change.tag for change in cancelled] == [stops[0]]


def test_square_off_waits_for_a_pending_change(driver):
    driver.later(20)
    driver.price(PRICE + 2_000)
    driver.later(1)
    driver.drain()
    driver.now_ms = ms_at(DAY, time(15, 5))

    driver.later(1)
    assert driver.changes() == []
    driver.confirm_modify(driver.stop, OrderStatus.TRIGGER_PENDING)

    (change,) = driver.changes()
    assert change.terms.order_type is not OrderType.STOP_LIMIT


def test_after_a_refusal_without_a_known_band_the_last_price_itself_is_asked_for(driver):
    """Fault 65, V8: it is the one that is surely inside."""
    driver.core.state.account.bands.clear()
    tag = without_stop(driver)
    driver.answer(tag, CIRCUIT)
    driver.drain()
    driver.now_ms += 5_000
    driver.price(PRICE)

    driver.later(0)

    (again,) = driver.places()
    assert (again.request.terms.order_type, again.request.terms.price) == (OrderType.LIMIT, PRICE)


def test_after_a_refusal_inside_a_known_band_the_ladder_goes_on(driver):
    tag = without_stop(driver)
    driver.answer(tag, CIRCUIT)
    driver.drain()
    driver.now_ms += 5_000
    driver.price(PRICE)

    driver.later(0)

    (again,) = driver.places()
    assert again.request.terms.price == 139_720


def test_where_the_exchange_has_changed_the_tick_size_the_exit_ends_in_an_order_without_a_price(driver):
    """Fault 68, V8: the list of the morning is not read again, and most prices of the ladder are refused."""
    without_stop(driver)
    for _ in range(60):
        for tag in exits_of(driver):
            if driver.order(tag).terms.price % 100:
                driver.answer(tag, Refused("UDAPI1", "the price is no multiple of the tick size"))
        driver.later(1)
        driver.price(PRICE)

    assert [driver.order(tag).terms.order_type for tag in exits_of(driver)] == [OrderType.MARKET]
    assert len(told(driver, "the price is no multiple of the tick size")) == 1


def test_an_unknown_band_alone_changes_no_price(driver):
    driver.core.state.account.bands.clear()

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert change.terms.price == 139_860


# --- when to try again --------------------------------------------------------------------------------------


def test_an_exit_that_keeps_being_refused_is_tried_ever_less_often_and_told_once(driver):
    """Fault 65, V9, V16."""
    tag = without_stop(driver)
    tried_s, second = [0], 0
    driver.answer(tag, CIRCUIT)
    while len(tried_s) < 7:
        second += 1
        driver.later(1)
        driver.price(PRICE)
        if tags := exits_of(driver):
            tried_s.append(second)
            driver.answer(tags[0], CIRCUIT)

    pauses = [after - before for before, after in pairwise(tried_s)]
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert len(told(driver, "was refused or cancelled 3 times: UDAPI1 outside the circuit")) == 1


def test_two_refusals_are_not_told_yet(driver):
    refused_times(driver, 2)
    driver.later(1)

    assert told(driver, "was refused or cancelled") == []


def test_a_refusal_for_the_rate_says_nothing_about_the_exit(driver):
    """Fault 43, V9."""
    tag = without_stop(driver)
    driver.answer(tag, Refused("UDAPI10005", "too many", RefusalCause.RATE_LIMITED))

    driver.later(2)

    assert len(driver.places()) == 1


def test_an_exit_that_somebody_cancels_is_placed_again_at_once_and_then_after_a_pause(driver):
    """Fault 77."""
    tag = without_stop(driver)
    driver.rest(tag)
    driver.push(tag, OrderStatus.CANCELLED)
    (second,) = driver.places()
    driver.rest(second.request.tag)

    driver.push(second.request.tag, OrderStatus.CANCELLED)
    driver.later(4)
    assert driver.places() == []
    driver.later(1)

    assert len(driver.places()) == 1


def test_an_exit_that_is_accepted_is_left_to_rest(driver):
    tag = without_stop(driver)
    driver.take(inputs.SendStarted(at_ms=0, tag=tag))
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=tag, outcome=Accepted("x-1")))
    driver.push(tag, OrderStatus.OPEN, order_id="x-1")
    driver.drain()

    driver.later(1)

    assert not [one for one in driver.drain() if isinstance(one, ModifyOrder | CancelOrder | PlaceOrder)]
