"""Positions that are older than the trades which the broker lists."""

from dataclasses import replace

from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, PlaceOrder, ReadPositions
from trading_bot.engine.decisions.operation.panic import is_finished


def closed_in_a_panic(driver):
    """A position that panic has closed, as orders and trades show; what was bought before."""
    _, stop = driver.enter()
    bought = tuple(driver.fills)
    driver.ask(inputs.OperatorWish.PANIC)
    driver.confirm_modify(stop)
    driver.fill(stop, 35, PRICE, OrderStatus.FILLED)
    driver.read_all()
    driver.drain()
    assert driver.book.position_of(KEY).is_flat
    return bought


def test_what_panic_has_closed_is_not_closed_again_because_the_positions_lag(driver):
    """Fault 51, V3, V15: each further sale would have looked as if nothing had been sold yet."""
    bought = closed_in_a_panic(driver)

    for _ in range(20):
        driver.later(2)
        driver.read_positions(35, fills=bought)

    assert driver.places() == []
    assert driver.book.differences == {}
    assert not is_finished(driver.core.state)
    for _ in range(2):
        driver.later(2)
        driver.read_positions(0)
    assert is_finished(driver.core.state)


def test_what_panic_took_over_and_closed_is_not_taken_over_again_before_the_next_read(driver):
    """Fault 86, V3, V15: the read that showed it is older than the fill that closed it."""
    driver.ask(inputs.OperatorWish.PANIC)
    for _ in range(2):
        driver.read_positions(10)
    (close,) = driver.places()
    driver.later(1)
    driver.answer(close.request.tag)
    driver.fill(close.request.tag, 10, PRICE)

    driver.read_all()

    commands = driver.drain()
    assert not [one for one in commands if isinstance(one, PlaceOrder)]
    assert ReadPositions() in commands


def test_positions_that_lag_for_long_are_told_once(driver):
    """Fault 51, V16."""
    driver.enter()
    driver.read_all()
    for _ in range(40):
        driver.later(2)
        driver.read_positions(0, fills=())

    (told,) = [one for one in driver.drain() if isinstance(one, Alert) and "lacked trades" in one.text]
    assert told.level == "critical"
    assert driver.book.differences == {}


def test_a_difference_that_knows_of_all_trades_is_believed_when_seen_twice(driver):
    driver.enter()
    driver.read_all()
    for _ in range(2):
        driver.read_positions(20)

    assert driver.book.differences[KEY].broker_quantity == 20


def test_others_trades_count_as_well(driver):
    """Fault 51: a list that lacks the user's own sale is of an earlier moment."""
    driver.enter()
    driver.read_all()
    known = tuple(driver.fills)
    driver.foreign_fill(Side.SELL, 5, PRICE)
    for _ in range(2):
        driver.read_positions(35, fills=known)

    assert driver.book.differences == {}


def test_where_the_broker_does_not_say_what_was_bought_its_word_is_taken(driver):
    driver.enter()
    driver.read_all()
    row = replace(driver.position_row(20), buy_quantity=None, sell_quantity=None)
    for _ in range(2):
        driver.take(inputs.PositionsRead(at_ms=0, asked_at_ms=driver.now_ms, positions=(row,)))

    assert driver.book.differences[KEY].broker_quantity == 20
