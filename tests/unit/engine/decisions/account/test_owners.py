"""Rows of orders that are not ours, or not of this process."""

from datetime import timedelta

import pytest

from tests.fakes.engine_driver import DAY, PRICE
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, parse_tag
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert

# --- what is not ours ---------------------------------------------------------------------------------------


def test_a_foreign_order_is_noted_once_and_left_alone(driver):
    """Fault 75, V20."""
    driver.foreign_fill(Side.BUY, 5, PRICE)
    step = driver.read_books()

    assert step.rows == ()
    assert list(driver.book.foreign_orders) == ["foreign-1"]
    assert driver.changes() == []


def test_a_tag_of_ours_that_this_book_never_gave_halts_entries(driver, entry):
    """Fault 81, V13."""
    stranger = entry[:-1] + "9"

    driver.read_books(driver.report(entry, OrderStatus.OPEN, tag=stranger, order_id="x"))

    assert driver.incidents() == ["unknown_owner"]


def test_another_owner_of_the_account_is_told_at_once(driver, entry):
    """Fault 81, V13."""
    ours = parse_tag(entry)
    stranger = str(ours._replace(epoch=ours.epoch + 6))

    driver.read_books(driver.report(entry, OrderStatus.OPEN, tag=stranger, order_id="x"))

    (halt,) = driver.book.halts.values()
    assert (halt.reason, halt.until_released) == ("unknown_owner", True)
    told = [command for command in driver.drain() if isinstance(command, Alert)]
    assert any(alert.level == "critical" and f"(epoch {ours.epoch + 6})" in alert.text for alert in told)


def test_tags_lie_beyond_every_epoch_that_the_order_book_shows(driver, entry):
    """V2: a book that was restored from an older copy must not give the same tags again."""
    ours = parse_tag(entry)
    stranger = str(ours._replace(epoch=ours.epoch + 6))
    driver.read_books(driver.report(entry, OrderStatus.OPEN, tag=stranger, order_id="x"))
    assert driver.book.epoch == ours.epoch + 7

    driver.restarted()

    assert driver.book.epoch == ours.epoch + 8


@pytest.mark.parametrize(
    ("epoch", "on"), [(FIRST_EMERGENCY_EPOCH, DAY), (40, DAY - timedelta(days=1)), (0, DAY)]
)
def test_other_epochs_do_not_move_ours(driver, entry, epoch, on):
    before = driver.book.epoch
    stranger = str(parse_tag(entry)._replace(epoch=epoch, on=on))

    driver.read_books(driver.report(entry, OrderStatus.OPEN, tag=stranger, order_id="x"))

    assert driver.book.epoch == before


def test_an_owner_without_a_journal_does_not_wonder_about_tags(driver, entry):
    epoch = FIRST_EMERGENCY_EPOCH + 1
    driver.take(inputs.OwnershipClaimed(at_ms=0, program_version="0", settings_hash="-", epoch=epoch))

    driver.read_books(driver.report(entry, OrderStatus.OPEN, tag=f"{entry[:-1]}9", order_id="x"))

    assert driver.book.epoch == epoch
    assert driver.incidents() == []


def test_an_order_that_was_never_sent_cannot_be_in_the_book(driver, entry):
    driver.read_books(driver.report(entry, OrderStatus.OPEN))

    assert driver.order(entry).status is OrderStatus.INTENDED
    assert driver.incidents() == ["unknown_owner"]


def test_a_second_order_with_a_tag_of_ours_is_foreign_and_halts_entries(driver, entry):
    driver.rest(entry)

    driver.read_books(
        driver.report(entry, OrderStatus.OPEN), driver.report(entry, OrderStatus.OPEN, order_id="twin")
    )

    assert driver.core.state.open_foreign_orders == ("twin",)
    assert driver.incidents() == ["unknown_owner"]


def test_a_foreign_row_of_the_stream_is_noted(driver, entry):
    driver.take(
        inputs.OrderPushed(
            at_ms=0, report=driver.report(entry, OrderStatus.OPEN, tag=None, order_id="theirs")
        )
    )

    assert list(driver.book.foreign_orders) == ["theirs"]
