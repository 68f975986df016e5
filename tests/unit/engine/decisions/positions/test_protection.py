from dataclasses import replace

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, SHARE, EngineDriver
from trading_bot.domain.order import OrderStatus, OrderTerms, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.commands import Alert, CancelOrder, ModifyOrder, PlaceOrder
from trading_bot.engine.inputs import DayOpened, OperatorWish
from trading_bot.engine.ports import Unknown


def test_a_triggered_stop_that_covers_too_little_closes_the_trade_at_once(driver):
    """V4: its trigger lies behind the price, where no stop may grow and none be placed."""
    entry, stop = driver.enter_in_parts(10)
    driver.push(stop, OrderStatus.OPEN)
    driver.price(PRICE)
    driver.drain()

    driver.fill(entry, 25, PRICE)

    trade = driver.book.trade_of(KEY)
    assert trade.exit_reason is ExitReason.STOP
    commands = driver.drain()
    (change,) = [command for command in commands if isinstance(command, ModifyOrder)]
    (place,) = [command for command in commands if isinstance(command, PlaceOrder)]
    assert (change.tag, change.terms.order_type, change.terms.quantity) == (stop, OrderType.LIMIT, 10)
    assert (place.request.terms.order_type, place.request.terms.quantity) == (OrderType.LIMIT, 25)


def test_a_triggered_stop_that_covers_too_much_shrinks_as_the_limit_order_that_it_is(driver):
    """V3."""
    _, stop = driver.enter_in_parts(35)
    driver.push(stop, OrderStatus.OPEN)
    driver.drain()

    driver.foreign_fill(Side.SELL, 10, PRICE)

    (change,) = driver.changes()
    limit = driver.order(stop).terms.price
    assert change.terms == OrderTerms(order_type=OrderType.LIMIT, quantity=25, price=limit)


def test_a_surplus_stop_is_cancelled():
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=20))
    driver.signal()
    entries = driver.places()
    for place in entries:
        driver.answer(place.request.tag)
    driver.order_fills((entries[0].request.tag, 20, PRICE), (entries[1].request.tag, 15, PRICE))
    stops = [place.request.tag for place in driver.places()]
    for stop in stops:
        driver.rest(stop)

    driver.read_positions(20)
    driver.read_positions(20)

    (change,) = driver.changes()
    assert (type(change), change.tag) == (CancelOrder, stops[1])


def test_without_a_stop_a_price_beyond_it_closes_the_trade_at_once(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.price(PRICE - 3_000)

    driver.fill(entry.request.tag, 35, PRICE)

    (close,) = driver.places()
    assert close.request.purpose is Purpose.EXIT
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.STOP


@pytest.mark.parametrize(("above_stop", "purpose"), [(0, Purpose.EXIT), (10, Purpose.STOP)])
def test_a_price_exactly_at_the_stop_has_passed_it(driver, above_stop, purpose):
    _, stop = driver.enter()
    driver.core.state.market.series[KEY].last_price = driver.book.trade_of(KEY).stop_price + above_stop

    driver.push(stop, OrderStatus.CANCELLED)

    (place,) = driver.places()
    assert place.request.purpose is purpose


def test_without_any_price_a_stop_is_placed_all_the_same(driver):
    """V4."""
    _, stop = driver.enter()
    driver.core.state.market.series[KEY].last_price = 0

    driver.push(stop, OrderStatus.CANCELLED)

    (place,) = driver.places()
    assert place.request.purpose is Purpose.STOP


def test_a_stop_near_the_circuit_rests_inside_the_price_band(driver):
    """Faults 65 and 66, V4, V8."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.core.state.account.bands[KEY] = (PRICE - 500, PRICE + 20_000)

    driver.fill(entry.request.tag, 35, PRICE)

    (stop,) = driver.places()
    terms = stop.request.terms
    assert (terms.order_type, terms.trigger_price, terms.price) == (
        OrderType.STOP_LIMIT,
        PRICE - 500,
        PRICE - 500,
    )
    driver.rest(stop.request.tag)
    driver.drain()
    driver.later(1)
    assert driver.changes() == []


def test_at_the_circuit_the_trade_is_closed_by_a_limit_and_not_by_refused_stops(driver):
    """Fault 66, V4, V8: a stop cannot rest at the price that trades."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.core.state.account.bands[KEY] = (PRICE, PRICE + 20_000)

    driver.fill(entry.request.tag, 35, PRICE)

    (close,) = driver.places()
    assert close.request.purpose is Purpose.EXIT
    assert close.request.terms.price == PRICE
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.UNPROTECTED


def test_a_stop_in_doubt_is_not_doubled(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()
    driver.answer(stop.request.tag, Unknown("lost"))

    driver.later(20)
    driver.price(PRICE - 3_000)
    driver.later(3)

    assert driver.places() == []


def test_a_stop_is_trailed_at_most_every_interval(driver):
    _, stop = driver.enter()
    driver.later(20)
    driver.price(PRICE + 2_000)
    driver.later(1)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)
    driver.price(PRICE + 2_700)
    driver.drain()

    driver.later(5)
    assert driver.changes() == []
    driver.later(15)

    assert len(driver.changes()) == 1


def trailing_soon(driver) -> None:
    """The stop was just moved, and the price has earned the next move."""
    _, stop = driver.enter()
    driver.later(20)
    driver.price(PRICE + 2_000)
    driver.later(1)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)
    driver.price(PRICE + 2_700)
    driver.drain()


@pytest.mark.parametrize(("after_ms", "moves"), [(14_999, 0), (15_000, 1)])
def test_the_pause_between_two_moves_is_the_whole_interval(driver, after_ms, moves):
    trailing_soon(driver)

    driver.now_ms += after_ms
    driver.later(0)

    assert len(driver.changes()) == moves


def test_a_price_back_exactly_at_the_stop_that_it_earned_closes_the_trade(driver):
    trailing_soon(driver)
    best = driver.core.state.market.series[KEY].watch.best_price
    driver.core.state.market.series[KEY].last_price = best - 1_050

    driver.later(15)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.TRAILING_STOP


def test_a_short_stop_trails_downwards(driver):
    _, stop = driver.enter(Direction.SHORT)
    driver.later(20)
    driver.price(PRICE - 2_000)

    driver.later(1)

    (change,) = driver.changes()
    assert change.tag == stop
    assert change.terms.trigger_price == PRICE - 2_000 + 1_050


def test_a_cancelled_entry_is_no_failed_stop(driver):
    entry, _ = driver.enter_in_parts(10)

    driver.fill(entry, 1, PRICE, OrderStatus.CANCELLED)

    assert driver.book.trade_of(KEY).stop_failures == 0


# --- what is withdrawn --------------------------------------------------------------------------------------


def test_an_entry_that_was_accepted_and_never_seen_is_cancelled(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)

    driver.later(25)
    assert driver.changes() == []
    driver.later(6)

    assert [type(change) for change in driver.changes()] == [CancelOrder]


def test_a_stop_that_was_not_sent_yet_is_dropped_when_the_position_is_gone(driver):
    from trading_bot.domain.order import Side

    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()

    driver.foreign_fill(Side.SELL, 35, PRICE)

    assert driver.order(stop.request.tag).status is OrderStatus.DROPPED
    assert driver.book.trades == {}


def test_a_stop_that_is_gone_is_told_at_once_and_counted(driver):
    """V4, V16."""
    _, stop = driver.enter()
    driver.drain()

    driver.push(stop, OrderStatus.REJECTED, message="below the circuit")

    told = [command for command in driver.drain() if isinstance(command, Alert)]
    assert any(
        alert.level == "critical" and alert.text.startswith("stop of RELIANCE gone: ") for alert in told
    )
    (trade,) = driver.book.trades.values()
    assert trade.stop_failures == 1


@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize(("lot", "quantities"), [(30, [30, 5]), (65, [35])])
def test_what_is_held_is_protected_and_closed_though_its_lot_has_changed(driver, lot, quantities, is_closed):
    """Faults 67 and 108, V4, V15: 35 units are no whole lots of 30, and none of 65."""
    _, stop = driver.enter()
    changed = replace(SHARE, lot_size=lot)
    driver.take(DayOpened(at_ms=0, on=DAY, instruments=(changed,), sessions={KEY: SESSION}))
    driver.price(PRICE)
    if is_closed:
        driver.ask(OperatorWish.FLATTEN)
    driver.push(stop, OrderStatus.CANCELLED)

    assert [place.request.terms.quantity for place in driver.places()] == quantities
