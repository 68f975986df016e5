"""Fault 50: the broker holds an order of ours without its tag, or with another one."""

from dataclasses import replace

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.ports import Unknown


def doubtful_entry(driver: EngineDriver) -> str:
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag, Unknown("timed out"))
    return entry.request.tag


def untagged(driver: EngineDriver, of: str, order_id: str = "bare-1", **changes):
    return driver.report(of, OrderStatus.OPEN, order_id=order_id, **({"tag": None} | changes))


@pytest.mark.parametrize("tag_shown", [None, "cut", ""])
def test_the_only_order_like_it_is_adopted_and_a_person_is_told(driver, tag_shown):
    """Fault 50, V2."""
    tag = doubtful_entry(driver)
    driver.later(3)

    driver.read_books(untagged(driver, tag, tag=tag_shown))

    assert driver.order(tag).status is OrderStatus.OPEN
    assert driver.order(tag).order_id == "bare-1"
    assert driver.book.foreign_orders == {}
    assert driver.incidents() == ["tag_missing"]
    assert {reason for _, _, reason in driver.book.halts} == {"tag_missing"}


def test_its_trades_are_ours(driver):
    """Fault 50, V6."""
    tag = doubtful_entry(driver)
    driver.later(3)
    driver.read_books(untagged(driver, tag))

    driver.fill(tag, 35, PRICE)

    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


@pytest.mark.parametrize("reads", [1, 2])
def test_of_two_like_it_none_is_adopted_and_absence_is_not_believed(driver, reads):
    """Fault 50, V2: a person has to say which."""
    tag = doubtful_entry(driver)

    for seconds in (3, 31, 6, 6)[: 2 * reads]:
        driver.later(seconds)
        driver.read_books(untagged(driver, tag), untagged(driver, tag, "bare-2"))

    assert driver.order(tag).status is OrderStatus.IN_DOUBT
    assert driver.incidents() == ["tag_missing"]


def test_after_a_person_has_looked_absence_can_be_proved_again(driver):
    tag = doubtful_entry(driver)
    driver.later(3)
    driver.read_books(untagged(driver, tag), untagged(driver, tag, "bare-2"))
    driver.later(40)
    driver.ask(inputs.OperatorWish.RESUME)

    for seconds in (1, 6):
        driver.later(seconds)
        driver.read_books(untagged(driver, tag, placed_by="X"))

    assert driver.order(tag).status is not OrderStatus.IN_DOUBT


@pytest.mark.parametrize("difference", ["quantity", "price", "earlier", "placed by others"])
def test_an_order_that_differs_or_was_there_before_is_not_taken_for_ours(driver, difference):
    """Fault 50, V20."""
    driver.core.state.account_user = "ME"
    if difference == "earlier":
        probe = EngineDriver()
        driver.read_books(untagged(probe, doubtful_entry(probe)))
        driver.later(1)
    tag = doubtful_entry(driver)
    driver.later(3)
    row = untagged(driver, tag)
    if difference in {"quantity", "price"}:
        row = replace(row, terms=replace(row.terms, **{difference: 7_000}))
    if difference == "placed by others":
        row = replace(row, placed_by="DESK")

    driver.read_books(row)

    assert driver.order(tag).status is OrderStatus.IN_DOUBT
    assert "bare-1" in driver.book.foreign_orders


def test_what_may_be_ours_is_still_held_after_a_restart(driver):
    """Fault 50, V2, V17."""
    tag = doubtful_entry(driver)
    driver.later(3)
    rows = (untagged(driver, tag), untagged(driver, tag, "bare-2"))
    driver.read_books(*rows)

    driver.restarted()
    for seconds in (1, 31, 6):
        driver.later(seconds)
        driver.read_books(*rows)

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_a_person_who_has_looked_is_not_asked_again_though_the_rows_stay(driver):
    """Fault 50, V16."""
    tag = doubtful_entry(driver)
    rows = (untagged(driver, tag), untagged(driver, tag, "bare-2"))
    driver.later(3)
    driver.read_books(*rows)
    driver.later(40)
    driver.ask(inputs.OperatorWish.RESUME)

    for seconds in (1, 6):
        driver.later(seconds)
        driver.read_books(*rows)

    assert driver.order(tag).status is OrderStatus.ABSENT
    assert driver.incidents() == ["tag_missing"]


def test_a_release_for_another_reason_does_not_answer_a_question_that_comes_later(driver):
    """Fault 50, V2."""
    tag = doubtful_entry(driver)
    driver.ask(inputs.OperatorWish.RESUME)

    for seconds in (3, 31, 6):
        driver.later(seconds)
        driver.read_books(untagged(driver, tag), untagged(driver, tag, "bare-2"))

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_an_order_whose_id_is_known_is_no_other(driver):
    """Faults 36 and 50, V20: a stop that somebody placed by hand in the place of ours stays theirs."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()
    tag = stop.request.tag
    driver.answer(tag)
    ours = driver.report(entry.request.tag, OrderStatus.FILLED)
    for _ in range(3):
        driver.later(6)
        driver.read_books(ours)
    assert driver.order(tag).status is OrderStatus.IN_DOUBT

    driver.read_books(ours, untagged(driver, tag, "by-hand"))

    assert driver.order(tag).status is OrderStatus.IN_DOUBT
    assert driver.order(tag).order_id == f"id-{tag}"
    assert "by-hand" in driver.book.foreign_orders
