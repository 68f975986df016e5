from dataclasses import replace

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, ReadPositions
from trading_bot.engine.decisions.operation.panic import is_finished
from trading_bot.engine.ports import Accepted, Unknown

PANIC = inputs.OperatorWish.PANIC


def positions(driver: EngineDriver, *rows: tuple[str, Product, int]) -> None:
    driver.take(
        inputs.PositionsRead(
            at_ms=0,
            asked_at_ms=driver.now_ms,
            positions=tuple(
                replace(driver.position_row(quantity), instrument_key=key, product=product)
                for key, product, quantity in rows
            ),
        )
    )


def test_panic_closes_our_trades_and_stops_entries(driver):
    driver.enter()

    driver.ask(PANIC)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.PANIC
    driver.signal()
    assert driver.new_events[-1].reason in {"panic", "position_exists"}


@pytest.mark.parametrize(
    ("is_in_the_auction", "minutes_after_the_close", "is_sent"),
    [(False, -1, True), (False, 0, False), (True, 14, True), (True, 15, False)],
)
def test_panic_sends_nothing_that_the_broker_would_keep_for_the_morning(
    is_in_the_auction, minutes_after_the_close, is_sent
):
    """V15: an exit that trades a day later opens a position."""
    driver = EngineDriver(instrument=replace(SHARE, closing_auction_eligible=is_in_the_auction))
    driver.enter()
    close_ms = driver.core.state.market.series[KEY].hours.close_ms
    driver.now_ms = close_ms + minutes_after_the_close * 60_000

    driver.ask(PANIC)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.PANIC
    assert bool(driver.changes() or driver.places()) == is_sent


def test_an_order_that_proves_to_be_ours_between_two_reads_is_no_foreign_one_any_more(driver):
    """Faults 50 and 55, V15: a book shows it without its tag before its answer comes."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.take(inputs.SendStarted(at_ms=0, tag=tag))
    driver.ask(PANIC)
    driver.read_books(driver.report(tag, OrderStatus.OPEN, tag=None))
    assert driver.core.state.open_foreign_orders == (f"id-{tag}",)

    driver.take(inputs.PlaceAnswered(at_ms=0, tag=tag, outcome=Accepted(f"id-{tag}")))
    driver.read_positions(0)

    assert driver.core.state.open_foreign_orders == ()
    assert driver.order(tag).status is OrderStatus.ACKNOWLEDGED


def test_panic_is_latched_once_and_survives_a_restart(driver):
    driver.ask(PANIC)
    driver.ask(PANIC)
    assert not any(isinstance(event, ev.PanicLatched) for event in driver.new_events)

    driver.restarted()

    assert driver.book.is_panicking


def test_a_panic_that_was_killed_is_finished_by_the_next_owner(driver):
    """Fault 86, V15: killed before anything of it had left the process."""
    _, stop = driver.enter()
    driver.ask(PANIC)

    driver.restarted()
    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING))
    driver.read_positions(35)
    driver.later(40)
    driver.read_all()

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.PANIC
    assert driver.changes() or driver.places()


def test_only_a_person_releases_panic(driver):
    driver.ask(PANIC)

    driver.ask(inputs.OperatorWish.RESUME)

    assert not driver.book.is_panicking


def test_panic_adopts_what_others_bought_today_and_sells_it(driver):
    driver.foreign_fill(Side.BUY, 10, PRICE)
    driver.ask(PANIC)

    driver.read_positions(10)

    (close,) = driver.places()
    assert (close.request.side, close.request.terms.quantity) == (Side.SELL, 10)
    driver.answer(close.request.tag)
    driver.fill(close.request.tag, 10, PRICE)
    driver.read_positions(0)
    driver.read_positions(0)
    assert driver.book.differences == {}
    assert is_finished(driver.core.state)


def test_panic_adopts_what_was_carried_over_once_it_is_confirmed(driver):
    driver.ask(PANIC)

    positions(driver, (KEY, Product.DELIVERY, 10))
    assert driver.places() == []
    positions(driver, (KEY, Product.DELIVERY, 10))

    (close,) = driver.places()
    assert close.request.product is Product.DELIVERY
    driver.answer(close.request.tag)
    driver.fill(close.request.tag, 10, PRICE)
    positions(driver, (KEY, Product.DELIVERY, 0))
    assert driver.book.differences == {}


def test_panic_does_not_adopt_what_we_have_just_closed_ourselves(driver):
    driver.foreign_fill(Side.BUY, 10, PRICE)
    driver.core.state.foreign_quantity.clear()
    _, stop = driver.enter()
    driver.read_books()
    driver.read_positions(45)
    driver.ask(PANIC)
    driver.drain()

    driver.fill(stop, 35, PRICE)

    assert driver.places() == []


def test_panic_says_what_it_cannot_close(driver):
    driver.ask(PANIC)
    for _ in range(2):
        positions(driver, ("NSE_EQ|OTHER", Product.INTRADAY, 3))

    assert any(isinstance(command, Alert) and "unlisted" in command.text for command in driver.drain())
    assert not is_finished(driver.core.state)


def test_panic_says_what_it_cannot_close_once_for_each_time_it_is_asked(driver):
    """Reads follow each other by the second while something is open: V16 wants a person told, not flooded."""
    told = []
    for _ in range(2):
        driver.ask(PANIC)
        for _ in range(3):
            driver.later(1)
            positions(driver, ("NSE_EQ|OTHER", Product.INTRADAY, 3))
        texts = [command.text for command in driver.drain() if isinstance(command, Alert)]
        told.append(sum("unlisted" in text for text in texts))

    assert told == [1, 1]


def test_an_adopted_position_without_any_price_is_closed_too(driver):
    series = driver.core.state.market.series[KEY]
    series.last_price = 0
    driver.foreign_fill(Side.SELL, 10, PRICE)
    driver.ask(PANIC)

    driver.read_positions(-10)

    (close,) = driver.places()
    assert (close.request.side, close.request.terms.price) == (Side.BUY, 0)


def test_positions_that_cancel_out_in_two_products_are_not_flat(driver):
    """V15: the broker carries both."""
    driver.ask(PANIC)
    for _ in range(3):
        driver.later(1)
        driver.read_books()
        positions(driver, (KEY, Product.INTRADAY, 35), (KEY, Product.DELIVERY, -35))

    assert not is_finished(driver.core.state)


def test_not_having_looked_is_not_flat():
    assert not is_finished(EngineDriver(is_recovered=False).core.state)


def test_positions_read_before_the_last_fill_do_not_count(driver):
    driver.read_positions(0)
    _, stop = driver.enter()
    driver.later(5)
    driver.fill(stop, 35, PRICE)
    assert not is_finished(driver.core.state)

    driver.read_positions(0)
    assert not is_finished(driver.core.state)
    driver.read_positions(0)

    assert is_finished(driver.core.state)


def test_one_empty_read_is_not_flat(driver):
    """V5."""
    driver.foreign_fill(Side.BUY, 10, PRICE)
    driver.later(1)
    driver.ask(PANIC)

    driver.read_positions(0)
    assert not is_finished(driver.core.state)
    driver.read_positions(10)
    driver.read_positions(0)

    assert not is_finished(driver.core.state)


def test_reads_before_panic_was_asked_for_do_not_show_that_it_is_done(driver):
    driver.read_positions(0)
    driver.later(1)
    driver.ask(PANIC)
    assert not is_finished(driver.core.state)

    driver.read_positions(0)
    driver.read_positions(0)

    assert is_finished(driver.core.state)


def test_panic_asks_for_positions_until_they_show_that_it_is_done(driver):
    driver.later(1)
    driver.ask(PANIC)
    assert ReadPositions() in driver.drain()

    driver.read_all()
    assert ReadPositions() in driver.drain()

    driver.read_positions(0)
    driver.drain()
    driver.read_positions(0)
    assert ReadPositions() not in driver.drain()


def test_panic_is_not_finished_while_an_order_of_ours_lives(driver):
    driver.signal()
    state = driver.core.state
    assert not is_finished(state)
    state.book.trades.clear()

    assert not is_finished(state)


def test_flatten_closes_our_trades_and_leaves_entries_alone(driver):
    driver.enter()

    driver.ask(inputs.OperatorWish.FLATTEN)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.OPERATOR
    assert driver.book.halts == {}


def test_pause_stops_entries_until_resume(driver):
    driver.ask(inputs.OperatorWish.PAUSE)
    driver.signal()
    assert driver.new_events[-1].reason == "halted_entries"

    driver.ask(inputs.OperatorWish.RESUME)
    driver.signal()

    assert len(driver.places()) == 1


def test_resume_leaves_halts_that_end_with_their_cause(driver):
    driver.read_positions(7)
    driver.read_positions(7)

    driver.ask(inputs.OperatorWish.RESUME)

    assert [reason for _, _, reason in driver.book.halts] == ["position_difference"]


def test_what_panic_took_over_and_proves_to_be_ours_counts_once(driver):
    """Fault 36, V7, V23: an entry that no book showed is in the broker's position all the time."""
    hidden = taken_over(driver)
    (close,) = driver.places()
    driver.answer(close.request.tag)
    driver.later(5)

    driver.order_fills((hidden, 35, PRICE), (close.request.tag, 35, PRICE - 20))

    assert driver.book.position_of(KEY).is_flat
    assert driver.book.trade_of(KEY) is None
    assert sum(one.gross_pnl for one in driver.book.closed_trades) == 35 * (PRICE - 20 - PRICE)


def test_what_panic_took_over_is_given_back_even_after_it_was_closed(driver):
    """Fault 36, V7: what remains is the difference of two prices, and nothing to close."""
    hidden = taken_over(driver)
    (close,) = driver.places()
    driver.answer(close.request.tag)
    driver.fill(close.request.tag, 35, PRICE - 20)
    assert driver.book.trade_of(KEY) is None
    # the trades list is in the order of time
    driver.fills[0], driver.fills[-1] = driver.fills[-1], driver.fills[0]

    driver.order_fills((hidden, 35, PRICE + 30))

    assert driver.book.positions == {}
    assert driver.places() == []
    assert sum(one.gross_pnl for one in driver.book.closed_trades) == 35 * (PRICE - 20 - (PRICE + 30))


@pytest.mark.parametrize(("quantity", "later_s"), [(36, 0), (35, 30)])
def test_what_cannot_be_a_part_of_it_is_not_given_back(driver, quantity, later_s):
    """More units than were taken over, or a fill of after that: a person decides."""
    hidden = taken_over(driver)
    driver.later(later_s)

    driver.order_fills((hidden, quantity, PRICE))

    assert not any(isinstance(event, ev.AdoptionReturned) for event in driver.events)


def taken_over(driver):
    """An entry whose order and trades nobody shows, believed absent; panic takes over what it bought."""
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.answer(tag, Unknown("timed out"))
    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()
    driver.ask(PANIC)
    driver.later(5)
    for _ in range(2):
        positions(driver, (KEY, Product.INTRADAY, 35))
    driver.now_ms -= 20_000  # the hidden order filled before that
    return tag
