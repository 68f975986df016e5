"""Closing a trade: which orders become exits, at what price, and when to try again."""

from dataclasses import replace
from datetime import time
from itertools import pairwise

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, OrderType, Purpose
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, CancelOrder, ModifyOrder, PlaceOrder, ReadBand
from trading_bot.engine.decisions.positions.exits import is_locked
from trading_bot.engine.ports import Accepted, RefusalCause, Refused, Unknown

FLATTEN = inputs.OperatorWish.FLATTEN
CIRCUIT = Refused("UDAPI1", "outside the circuit")
LOWEST, HIGHEST = 126_000, 154_000
"""The price band that the driver's broker has told."""


@pytest.fixture
def driver() -> EngineDriver:
    """A long of 35 with its stop at the exchange."""
    driver = EngineDriver()
    _, driver.stop = driver.enter()
    return driver


def exits_of(driver: EngineDriver) -> list[str]:
    tags = [tag for tag, order in driver.book.orders.items() if order.request.purpose is Purpose.EXIT]
    return [tag for tag in tags if driver.order(tag).status is OrderStatus.INTENDED]


def told(driver: EngineDriver, words: str) -> list[str]:
    """What a person was called for."""
    alerts = [one for one in driver.commands if isinstance(one, Alert) and one.level == "critical"]
    return [alert.text for alert in alerts if words in alert.text]


def without_stop(driver: EngineDriver) -> str:
    """Flatten a trade whose stop is gone: the tag of the exit that is placed."""
    driver.ask(FLATTEN)
    driver.push(driver.stop, OrderStatus.CANCELLED)
    (exit_order,) = driver.places()
    return exit_order.request.tag


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


# --- at what price ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("direction", "price"), [(Direction.LONG, 139_860), (Direction.SHORT, 140_140)])
def test_the_first_exit_is_a_limit_a_little_past_the_last_price(direction, price):
    driver = EngineDriver()
    driver.enter(direction)

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert (change.terms.order_type, change.terms.price) == (OrderType.LIMIT, price)


def test_each_step_goes_twice_as_far_past_the_price(driver):
    driver.ask(FLATTEN)
    prices = [driver.confirm_modify(driver.stop).price]
    for _ in range(2):
        driver.now_ms += 5_000
        driver.price(PRICE)
        driver.later(0)
        prices.append(driver.confirm_modify(driver.stop).price)

    assert prices == [139_860, 139_720, 139_440]


def test_within_a_step_an_exit_does_not_run_after_the_price(driver):
    """V9."""
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.drain()

    driver.price(PRICE - 500)
    driver.later(1)

    assert driver.changes() == []


def test_an_exit_whose_last_unit_is_left_is_priced_and_not_cancelled(driver):
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.fill(driver.stop, 34, PRICE)
    driver.drain()
    driver.now_ms += 5_000
    driver.price(PRICE)

    driver.later(0)

    assert [type(change) for change in driver.changes()] == [ModifyOrder]


def test_below_the_last_rung_it_is_a_limit(driver):
    climbed(driver, rungs=5)

    assert driver.book.trade_of(KEY).exit_step == 5
    assert driver.order(driver.stop).requested_terms.order_type is OrderType.LIMIT


def test_a_step_lasts_its_whole_time(driver):
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.drain()

    driver.now_ms += 4_999
    driver.later(0)
    assert driver.book.trade_of(KEY).exit_step == 0
    driver.now_ms += 1
    driver.later(0)

    assert driver.book.trade_of(KEY).exit_step == 1


@pytest.mark.parametrize(("age_s", "order_type"), [(30, OrderType.LIMIT), (31, OrderType.MARKET)])
def test_a_price_that_is_too_old_prices_nothing(driver, age_s, order_type):
    driver.now_ms += age_s * 1_000

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert change.terms.order_type is order_type


def test_a_share_without_any_price_goes_to_the_market(driver):
    driver.core.state.market.series[KEY].last_price = 0

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert change.terms.order_type is OrderType.MARKET


def climbed(driver: EngineDriver, price: int = PRICE, rungs: int = 8) -> None:
    """Nobody fills the exit, and the ladder is climbed, unless told otherwise to its last rung."""
    driver.ask(FLATTEN)
    for _ in range(rungs):
        if driver.order(driver.stop).is_change_pending:
            driver.confirm_modify(driver.stop)
        driver.now_ms += 5_000
        driver.price(price)
        driver.later(0)


def test_the_last_rung_is_a_market_order_and_a_person_is_told_once(driver):
    climbed(driver)

    assert driver.order(driver.stop).terms.order_type is OrderType.MARKET
    assert len(told(driver, "is not filled after 5 prices")) == 1
    assert driver.book.trade_of(KEY).exit_step == 6


@pytest.mark.parametrize(
    ("direction", "price", "locked"),
    [
        (Direction.LONG, LOWEST, True),
        (Direction.LONG, LOWEST + 10, False),
        (Direction.LONG, HIGHEST, False),
        (Direction.SHORT, HIGHEST, True),
        (Direction.SHORT, HIGHEST - 10, False),
        (Direction.SHORT, LOWEST, False),
    ],
)
def test_a_price_is_locked_at_the_limit_at_which_nobody_takes_the_other_side(direction, price, locked):
    """Fault 83."""
    driver = EngineDriver()
    driver.enter(direction)
    driver.core.state.market.series[KEY].last_price = price

    assert is_locked(driver.core.state, driver.book.trade_of(KEY)) is locked


def test_without_a_price_or_a_band_nothing_is_locked(driver):
    state, trade = driver.core.state, driver.book.trade_of(KEY)
    state.market.series[KEY].last_price = 0
    assert is_locked(state, trade) is False
    state.market.series[KEY].last_price = LOWEST
    state.account.bands.clear()

    assert is_locked(state, trade) is False


def test_at_the_price_limit_the_exit_rests_as_a_limit_and_a_person_is_told_once(driver):
    """Fault 83, V8, V16: a market order would be refused there."""
    driver.core.state.market.series[KEY].last_price = LOWEST
    climbed(driver, LOWEST)

    terms = driver.order(driver.stop).terms
    assert (terms.order_type, terms.price) == (OrderType.LIMIT, LOWEST)
    assert len(told(driver, "the exit rests there")) == 1
    assert [one for one in driver.commands if isinstance(one, ReadBand)] == [ReadBand(instrument_key=KEY)]


def test_a_trade_that_is_not_being_closed_is_not_told_to_be_locked(driver):
    driver.core.state.market.series[KEY].last_price = LOWEST
    driver.later(1)

    assert told(driver, "the exit rests there") == []


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
    """Fault 76."""
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
