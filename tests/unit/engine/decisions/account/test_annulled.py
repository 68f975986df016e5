"""Trades that the broker does not list any more: when they are undone, and when a person is asked."""

from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.scripted_day import rows_of
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, ReadPositions
from trading_bot.engine.decisions.account.annulled import may_be_settled
from trading_bot.engine.rebuild import rebuilt_book

STOP_AT = PRICE - 1_400


@pytest.fixture
def driver() -> EngineDriver:
    """An entry in two trades, protected: 20 and 15 units."""
    driver = EngineDriver()
    driver.core.state.charges_so_far = lambda book: Decimal(20) * len(book.fills)
    driver.signal()
    (entry,) = driver.places()
    driver.tag = entry.request.tag
    driver.answer(driver.tag)
    driver.fill(driver.tag, 20, PRICE)
    (stop,) = driver.places()
    driver.stop = stop.request.tag
    driver.rest(driver.stop)
    driver.fill(driver.tag, 15, PRICE + 10)
    driver.confirm_modify(driver.stop, OrderStatus.TRIGGER_PENDING)
    driver.read_positions(35)
    driver.later(1)
    driver.drain()
    return driver


def annul(driver, *numbers):
    """The exchange takes trades back, as the list of trades shows from now on."""
    driver.fills = [fill for fill in driver.fills if int(fill.trade_id[1:]) not in numbers]


def notice(driver, quantity, *, reads=3):
    """The list stays short, and the positions are read twice."""
    for _ in range(reads):
        driver.read_all()
        driver.later(3)
    for _ in range(2):
        driver.read_positions(quantity)


def halts_of(driver):
    return {reason for _, _, reason in driver.book.halts}


def annulled(driver):
    return [event.fill.trade_id for event in driver.events if isinstance(event, ev.FillAnnulled)]


def flowed(driver):
    """Result of the day by the book, in paise."""
    book = driver.book
    return sum(one.gross_pnl for one in book.closed_trades) + sum(
        position.cash for position in book.positions.values()
    )


def test_a_trade_that_list_and_positions_lack_is_undone_and_its_surplus_stop_taken_back(driver):
    """Fault 62, V3, V6, V7: position, cash, charges and protection follow; a person is told."""
    annul(driver, 2)

    notice(driver, 20)

    assert annulled(driver) == ["t2"]
    position = driver.book.position_of(KEY)
    assert (position.quantity, position.cash, position.entry_quantity) == (20, -20 * PRICE, 20)
    assert driver.core.state.charges() == 20
    (change,) = driver.changes()
    assert (change.tag, change.terms.quantity) == (driver.stop, 20)
    assert halts_of(driver) == {"trade_gone", "trade_annulled"}
    assert driver.book.differences == {}


def test_a_fill_of_another_order_after_it_is_charged_as_well(driver):
    """Fault 62, V7: as many fills as before are not the same fills."""
    annul(driver, 2)
    driver.core.state.charges_so_far = lambda book: Decimal(sum(fill.price for fill in book.fills.values()))
    driver.core.state.charges()
    notice(driver, 20)
    driver.confirm_modify(driver.stop, OrderStatus.TRIGGER_PENDING)

    driver.fill(driver.stop, 20, STOP_AT)

    assert driver.core.state.charges() == PRICE + STOP_AT


def test_all_of_an_entry_annulled_ends_the_trade_as_one_that_never_traded(driver):
    """Fault 62, V3, V7: the stop would open the opposite position; it is cancelled at once."""
    driver.foreign_fill(Side.BUY, 1, PRICE, with_order=False)  # the list is not empty
    annul(driver, 1, 2)
    notice(driver, 1)

    (cancel,) = driver.changes()
    assert isinstance(cancel, CancelOrder)
    assert cancel.tag == driver.stop
    driver.push(driver.stop, OrderStatus.CANCELLED)
    (closed,) = driver.book.closed_trades
    assert (closed.quantity, closed.gross_pnl, closed.exit_reason) == (0, 0, "not_filled")


def test_an_annulled_exit_leaves_a_position_that_is_closed_anew(driver):
    """Fault 62, V4, V7: the trade has ended; what is held again gets a trade of its own, which closes it."""
    driver.fill(driver.stop, 35, STOP_AT)
    assert len(driver.book.closed_trades) == 1
    driver.later(1)
    driver.drain()
    annul(driver, 3)

    notice(driver, 35)

    assert driver.book.position_of(KEY).quantity == 35
    (place,) = driver.places()
    request = place.request
    assert (request.side, request.terms.quantity, request.purpose) == (Side.SELL, 35, "exit")
    driver.answer(request.tag)
    driver.fill(request.tag, 35, STOP_AT - 500)
    assert driver.book.positions == {}
    assert flowed(driver) == -20 * PRICE - 15 * (PRICE + 10) + 35 * (STOP_AT - 500)
    assert driver.book.trades == {}


def test_what_an_annulled_exit_gave_back_is_not_taken_over_by_panic_as_somebody_elses(driver):
    """Faults 62 and 86, V7: the list may be short only after the difference is confirmed."""
    driver.fill(driver.stop, 35, STOP_AT)
    annul(driver, 3)
    driver.later(1)
    driver.read_all()
    for _ in range(2):
        driver.read_positions(35)
    assert driver.book.differences
    driver.ask(inputs.OperatorWish.PANIC)

    for _ in range(8):
        driver.later(1)
        driver.read_all()
        driver.read_positions(35)

    assert not any(isinstance(event, ev.PositionAdopted) for event in driver.events)
    assert annulled(driver) == ["t3"]
    (place,) = driver.places()
    assert place.request.terms.quantity == 35


def test_an_entry_annulled_after_its_trade_has_ended_leaves_a_short_that_is_bought_back(driver):
    """Fault 62, V4, V7."""
    driver.fill(driver.stop, 35, STOP_AT)
    driver.later(1)
    driver.drain()
    annul(driver, 1, 2)

    notice(driver, -35)

    (place,) = driver.places()
    assert (place.request.side, place.request.terms.quantity) == (Side.BUY, 35)
    assert driver.book.trade_of(KEY).direction is Direction.SHORT
    assert flowed(driver) == 35 * STOP_AT


@pytest.mark.parametrize("quantity", [35, 0, 15, 19])
def test_positions_that_do_not_lack_just_these_units_leave_the_book_alone(driver, quantity):
    """Fault 62, V5, V6: a short list, or more than one thing at once: a person decides."""
    annul(driver, 2)

    notice(driver, quantity)

    assert annulled(driver) == []
    assert driver.book.position_of(KEY).quantity == 35
    assert "trade_gone" in halts_of(driver)
    assert ("position_difference" in halts_of(driver)) == (quantity != 35)


def test_an_empty_list_and_empty_positions_together_prove_nothing(driver):
    """Faults 29 and 62, V5: that is what a dead token looks like."""
    annul(driver, 1, 2)

    notice(driver, 0)

    assert annulled(driver) == []
    assert driver.book.position_of(KEY).quantity == 35


def test_one_read_of_list_or_positions_is_not_enough(driver):
    """Fault 62, V5: a list that was short for a moment, and a position that was late."""
    annul(driver, 2)
    notice(driver, 20, reads=1)
    assert annulled(driver) == []
    driver.later(5)
    driver.read_all()
    driver.later(1)
    driver.drain()

    driver.read_positions(35)
    driver.read_positions(20)

    assert annulled(driver) == []


def test_while_a_difference_may_be_an_annulled_trade_the_positions_are_read_without_delay(driver):
    """Fault 62, V3: what is surplus does not wait for the next beat."""
    annul(driver, 2)
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    driver.read_positions(20)
    driver.drain()

    driver.read_all()

    assert ReadPositions() in driver.drain()


def test_one_that_is_listed_again_counts_again_once_the_positions_say_so(driver):
    """Fault 62, V5, V6: the list alone does not bring it back either."""
    fills = list(driver.fills)
    annul(driver, 2)
    notice(driver, 20)
    driver.confirm_modify(driver.stop, OrderStatus.TRIGGER_PENDING)
    driver.fills = fills
    driver.read_all()
    assert driver.book.position_of(KEY).quantity == 20
    driver.later(1)
    driver.drain()

    for _ in range(2):
        driver.read_positions(35)

    assert driver.book.position_of(KEY).quantity == 35
    assert driver.book.annulled == {}
    (change,) = driver.changes()
    assert change.terms.quantity == 35


@pytest.mark.parametrize("shown", [35, 20], ids=["the row stays", "the row follows"])
def test_the_orders_own_row_may_follow_or_not(driver, shown):
    """Fault 62: neither is a fill to come, nor a row that takes a fill back."""
    annul(driver, 2)
    notice(driver, 20)
    driver.confirm_modify(driver.stop, OrderStatus.TRIGGER_PENDING)
    row = driver.report(driver.tag, OrderStatus.FILLED, filled_quantity=shown, average_price=Decimal(1_400))
    driver.drain()

    for _ in range(6):
        driver.later(4)
        driver.read_books(row, driver.report(driver.stop, OrderStatus.TRIGGER_PENDING))

    assert driver.book.position_of(KEY).quantity == 20
    assert "suspect_order" not in halts_of(driver)
    assert not [event for event in driver.events if getattr(event, "kind", "") == "fill_without_trade"]


def test_a_restart_knows_of_it(driver):
    """Fault 62, V17: the journal alone gives the same book."""
    annul(driver, 2)
    notice(driver, 20)

    book, _ = rebuilt_book(rows_of(driver))

    assert book.positions == driver.book.positions
    assert (book.fills, book.annulled, book.orders) == (
        driver.book.fills,
        driver.book.annulled,
        driver.book.orders,
    )


@pytest.mark.parametrize("row", ["missing", "as it was before"])
def test_books_that_lag_are_no_annulment_though_list_and_positions_agree(driver, row):
    """Faults 51 and 62, V4, V5: an old copy of everything lacks the trade, but knows its order no better."""
    driver.push(driver.tag, OrderStatus.FILLED, filled_quantity=35, reported_at_ms=driver.now_ms)
    annul(driver, 2)
    rows = [driver.report(driver.stop, OrderStatus.TRIGGER_PENDING)]
    if row != "missing":
        before_ms = driver.now_ms - 9_000
        rows.append(driver.report(driver.tag, OrderStatus.OPEN, filled_quantity=20, reported_at_ms=before_ms))

    for _ in range(4):
        driver.read_books(*rows)
        driver.later(3)
    for _ in range(2):
        driver.read_positions(20)

    assert annulled(driver) == []
    assert driver.book.position_of(KEY).quantity == 35


def test_a_trade_of_somebody_else_that_stays_away_is_told(driver):
    """Fault 62, V4, V16: it had closed units of ours, which are ours again and have no stop."""
    driver.foreign_fill(Side.SELL, 15, PRICE)
    foreign = driver.fills[-1]
    row = driver.report(driver.tag, OrderStatus.FILLED, order_id=foreign.order_id, tag=None, side=Side.SELL)
    driver.fills.remove(foreign)

    for _ in range(3):
        driver.read_books(row)
        driver.later(3)

    assert "foreign_trade_gone" in halts_of(driver)


def test_a_trade_that_was_taken_out_is_asked_after_no_more(driver):
    """Faults 62 and 86, V17: panic looks at other instruments in the same turn."""
    annul(driver, 2)
    notice(driver, 20)
    assert annulled(driver) == ["t2"]
    assert driver.core.state.trades_gone_since_ms

    assert not may_be_settled(driver.core.state, KEY)


def test_a_trade_that_comes_back_and_goes_again_is_told_again(driver):
    """Fault 62, V4, V16: the list was short by mistake the first time; the second time it need not be."""
    all_fills = list(driver.fills)
    annul(driver, 2)
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    driver.fills = all_fills
    driver.read_all()
    assert driver.incidents() == ["trade_gone"]

    annul(driver, 2)
    for _ in range(3):
        driver.read_all()
        driver.later(3)

    assert driver.incidents() == ["trade_gone", "trade_gone"]


def test_positions_are_asked_for_while_they_say_nothing_of_an_annulled_trade(driver):
    """Fault 62, V5: an empty list is not an answer; the next one is not waited for."""
    annul(driver, 2)
    driver.take(inputs.PositionsRead(at_ms=0, asked_at_ms=driver.now_ms, positions=()))
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    driver.drain()

    driver.read_all()

    assert [one for one in driver.drain() if isinstance(one, ReadPositions)]
