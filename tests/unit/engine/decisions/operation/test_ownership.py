"""One process after another: epochs, and what the one before left behind."""

from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, SearchTag
from trading_bot.engine.ports import Unknown

# --- ownership ----------------------------------------------------------------------------------------------


def test_each_owner_has_a_higher_epoch(driver):
    driver.claim()

    assert driver.book.epoch == 2


def test_tags_stay_unique_when_ownership_changes_within_the_day(driver):
    driver.signal()
    (first,) = driver.places()
    driver.claim()
    driver.later(60)
    driver.price(PRICE)

    driver.signal()

    (second,) = driver.places()
    assert second.request.tag[:5] == first.request.tag[:5]
    assert second.request.tag != first.request.tag
    assert driver.book.last_intent == 2


def test_what_was_only_intended_is_dropped_by_the_next_owner(driver):
    driver.signal()
    (entry,) = driver.places()

    driver.claim()

    assert driver.order(entry.request.tag).status is OrderStatus.DROPPED


def test_what_was_sent_without_an_answer_is_in_doubt_for_the_next_owner(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))

    driver.claim()

    assert driver.order(entry.request.tag).status is OrderStatus.IN_DOUBT
    assert SearchTag(tag=entry.request.tag) in driver.drain()


def test_recovery_that_is_killed_again_and_again_comes_to_the_same(driver):
    """Fault 87, V17: a sent entry without its answer, a protected position, five deaths before any read."""
    driver.enter()
    driver.price(PRICE)
    book = driver.book
    held, trades, orders = book.position_of(KEY), dict(book.trades), len(book.orders)
    tag = next(reversed(book.orders))
    driver.ask(inputs.OperatorWish.FLATTEN)

    for _ in range(5):
        driver.restarted()

    assert driver.book.position_of(KEY) == held
    assert driver.book.trades.keys() == trades.keys()
    assert len(driver.book.orders) == orders
    assert driver.book.order_by_id(driver.order(tag).order_id).tag == tag
    assert driver.places() == []


def test_a_doubt_that_is_taken_over_five_times_stays_one(driver):
    """Fault 87."""
    driver.signal()
    (entry,) = driver.places()
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))

    for _ in range(5):
        driver.restarted()

    assert [order.status for order in driver.book.orders.values()] == [OrderStatus.IN_DOUBT]
    assert list(driver.core.state.doubts) == [entry.request.tag]


def test_a_doubt_is_taken_over(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag, Unknown("lost"))
    driver.core.state.doubts.clear()

    driver.claim()

    assert list(driver.core.state.doubts) == [entry.request.tag]


def test_other_settings_than_those_of_the_process_before_are_told(driver):
    """Fault 112, V19: they are taken at a start and at no other time, and each start records which."""
    driver.claim()
    driver.drain()
    driver.claim()
    assert driver.drain() == []

    driver.take(inputs.OwnershipClaimed(at_ms=0, program_version="1", settings_hash="other"))

    (alert,) = (command for command in driver.drain() if isinstance(command, Alert))
    assert "the settings are not those of the process before" in alert.text
    assert driver.new_events[0].settings_hash == "other"


# --- what happened while nobody was there -------------------------------------------------------------------


def test_a_stop_that_filled_while_the_daemon_was_down_is_found_and_nothing_is_sent(driver):
    """Fault 80, V3, V6, V17: a resting order triggered; orders and trades tell at the start."""
    _, stop = driver.enter()
    restarted = driver.restarted(is_recovered=False)
    restarted.fills = driver.fills
    restarted.later(600)
    restarted.drain()

    restarted.fill(stop, 35, PRICE - 1_400)
    restarted.read_positions(0)
    restarted.later(5)

    (closed,) = restarted.book.closed_trades
    assert (closed.exit_reason, closed.gross_pnl) == ("stop", -35 * 1_400)
    assert restarted.places() == []
    assert restarted.book.differences == {}


def test_an_entry_that_filled_while_the_daemon_was_down_is_adopted_and_protected(driver):
    """Fault 80, V4, V17."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    restarted = driver.restarted(is_recovered=False)
    restarted.drain()

    restarted.fill(entry.request.tag, 35, PRICE)

    (stop,) = restarted.places()
    assert (stop.request.purpose, stop.request.terms.quantity) == ("stop", 35)
