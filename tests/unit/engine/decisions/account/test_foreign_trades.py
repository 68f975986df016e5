"""Trades of others: which of them closed units of ours."""

from dataclasses import replace

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.decisions.account.foreign import foreign_position


@pytest.fixture
def driver() -> EngineDriver:
    """An open long of 35 and its stop."""
    driver = EngineDriver()
    driver.entry, driver.stop = driver.enter()
    driver.rest(driver.stop)
    driver.drain()
    driver.later(1)
    return driver


def trades(driver, *signed):
    """Others trade a second apart, and all of it is read at once; signed units."""
    rows = []
    for quantity in signed:
        driver.later(1)
        side = Side.BUY if quantity > 0 else Side.SELL
        order_id = f"foreign-{len(driver.fills) + 1}"
        driver.fills.append(
            replace(
                driver.fills[0],
                trade_id=f"t{len(driver.fills) + 1}",
                order_id=order_id,
                side=side,
                quantity=abs(quantity),
                filled_at_ms=driver.now_ms,
            )
        )
        row = driver.report(driver.entry, OrderStatus.FILLED, order_id=order_id, tag=None, side=side)
        rows.append(
            replace(row, terms=replace(row.terms, quantity=abs(quantity)), filled_quantity=abs(quantity))
        )
    driver.read_books(*rows, driver.report(driver.stop, OrderStatus.TRIGGER_PENDING))


def held(driver):
    """Units that are ours, and theirs."""
    return driver.book.position_of(KEY).quantity, foreign_position(driver.core.state, KEY)


@pytest.mark.parametrize(
    ("signed", "ours", "theirs"),
    [
        ((-35, 50), 0, 50),
        ((-35, 10), 0, 10),
        ((-50, 15), 0, 0),
        ((20, -20), 35, 0),
        ((20, -30), 25, 0),
        ((20, -60), 0, -5),
        ((-10, 10, -10), 25, 0),
    ],
)
def test_what_closed_ours_is_told_by_the_order_of_the_trades(driver, signed, ours, theirs):
    """Faults 75 and 76, V3, V20: all of it is learnt in one read, as after a gap."""
    trades(driver, *signed)

    assert held(driver) == (ours, theirs)


@pytest.mark.parametrize("signed", [(-35, 50), (20, -60), (-10, 10, -10)])
def test_it_is_the_same_when_each_trade_is_read_as_it_happens(driver, signed):
    """Faults 53 and 76, V6."""
    together, apart = driver, EngineDriver()
    apart.entry, apart.stop = apart.enter()
    apart.rest(apart.stop)
    trades(together, *signed)
    for quantity in signed:
        trades(apart, quantity)

    assert held(apart) == held(together)


def test_what_closed_ours_stays_closed_although_we_enter_anew_within_the_second(driver):
    """Fault 76, V6: the broker's times are whole seconds."""
    driver.foreign_fill(Side.SELL, 35, PRICE)
    driver.push(driver.stop, OrderStatus.CANCELLED)
    assert held(driver) == (0, 0)
    driver.drain()
    driver.core.state.book.last_entry_ms.clear()
    driver.signal(Direction.SHORT)
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    quantity = entry.request.terms.quantity
    driver.fill(entry.request.tag, quantity, PRICE)
    assert driver.fills[-1].filled_at_ms == driver.fills[-2].filled_at_ms

    driver.later(30)
    driver.foreign_fill(Side.BUY, quantity, PRICE)

    assert held(driver) == (0, 0)


def test_an_entry_that_is_found_later_had_been_closed_by_them_already(driver):
    """Faults 35 and 76, V6, V20: they sold what we held, and bought anew, while our order was hidden."""
    driver = EngineDriver()
    driver.signal()
    (place,) = driver.places()
    driver.entry = driver.stop = place.request.tag
    filled_at_ms = driver.now_ms
    order = driver.order(driver.entry)
    driver.fill(driver.entry, 10, PRICE)
    hidden = replace(driver.fills[0], trade_id="hidden", quantity=25, filled_at_ms=filled_at_ms)
    trades(driver, -35, 40)
    assert held(driver)[0] == 0

    driver.fills.append(hidden)
    driver.read_books(
        driver.report(driver.entry, OrderStatus.FILLED, filled_quantity=order.terms.quantity),
    )

    assert held(driver) == (0, 40)


def test_after_panic_took_over_theirs_only_what_is_left_now_counts(driver):
    """Fault 86, V20: whose a unit was before is settled."""
    trades(driver, -35, 20)
    driver.push(driver.stop, OrderStatus.CANCELLED)
    driver.ask(inputs.OperatorWish.PANIC)
    for _ in range(8):
        driver.later(1)
        driver.read_all()
        driver.read_positions(20)
    assert any(isinstance(event, ev.PositionAdopted) for event in driver.events)

    trades(driver, -5)

    assert held(driver) == (15, 0)


def test_a_trade_of_others_that_is_read_twice_closes_units_once(driver):
    """Fault 54, V6."""
    driver.foreign_fill(Side.SELL, 10, PRICE)
    row = driver.report(driver.stop, OrderStatus.TRIGGER_PENDING)

    for _ in range(2):
        driver.read_books(row)

    assert driver.book.position_of(KEY).quantity == 25
    assert len([fill for fill in driver.book.fills.values() if fill.side is Side.SELL]) == 1


def test_a_second_sale_of_others_closes_what_the_first_has_left(driver):
    """Faults 54 and 76, V3."""
    driver.foreign_fill(Side.SELL, 30, PRICE)
    driver.foreign_fill(Side.SELL, 30, PRICE)
    driver.push(driver.stop, OrderStatus.CANCELLED)

    assert driver.book.position_of(KEY).is_flat
    assert sum(fill.quantity for fill in driver.book.fills.values() if fill.side is Side.SELL) == 35


def test_a_sale_without_a_known_order_does_not_have_an_earlier_one_taken_again(driver):
    """Faults 54 and 76, V6: it may be of an order of ours whose answer was lost."""
    driver.foreign_fill(Side.SELL, 10, PRICE)

    driver.foreign_fill(Side.SELL, 5, PRICE, with_order=False)

    assert driver.book.position_of(KEY).quantity == 25


def test_what_they_bought_by_an_order_that_no_read_showed_absorbs_what_they_sell(driver):
    """Faults 36 and 75, V20: their sale closes their own, not ours."""
    driver.foreign_fill(Side.BUY, 35, PRICE, with_order=False)
    driver.later(2)

    driver.foreign_fill(Side.SELL, 35, PRICE)

    assert held(driver) == (35, 0)
