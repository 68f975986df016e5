from dataclasses import replace
from datetime import time
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, EngineDriver
from tests.fakes.new_days import NEXT_DAY, at_work, left_over, open_day
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, Purpose, Side
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert
from trading_bot.engine.ports import JournalRow, Refused
from trading_bot.engine.records import encode

# --- a new day ----------------------------------------------------------------------------------------------


def test_opening_the_same_day_again_starts_no_new_one(driver):
    before = len(driver.events)

    open_day(driver, DAY)

    assert driver.events[before:] == []


def test_a_new_day_resets_the_counters_and_the_halts_of_the_day(driver):
    """Fault 26, V11."""
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE - 1_500)
    driver.ask(inputs.OperatorWish.PAUSE)

    open_day(driver, NEXT_DAY)

    book = driver.book
    assert (book.trades_today, book.fills, book.closed_trades, book.orders) == (0, {}, [], {})
    assert book.last_intent == 0
    assert book.last_trade_id == 1
    assert [reason for _, _, reason in book.halts] == ["paused"]


def test_a_process_that_runs_over_midnight_counts_each_day_once(driver):
    """Fault 26, V17: what the new day's first process counted, its restarts do not lose or reset again."""
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE - 1_500)
    driver.now_ms = ms_at(NEXT_DAY, time(8, 15))
    open_day(driver, NEXT_DAY)
    driver.claim()
    driver.fills = []
    driver.now_ms = ms_at(NEXT_DAY, time(10, 0))
    at_work(driver, NEXT_DAY)
    driver.enter()

    driver.core = driver._new_core()
    driver.core.restore(driver.rows)
    open_day(driver, NEXT_DAY)
    driver.claim()

    book = driver.book
    assert (book.on, book.trades_today, book.last_trade_id, len(book.fills)) == (NEXT_DAY, 1, 2, 1)
    assert [type(event) for event in driver.events].count(ev.DayStarted) == 2


def test_an_order_of_yesterday_protects_nothing_today(driver):
    driver.enter()

    driver.now_ms = ms_at(NEXT_DAY, time(9, 30))
    open_day(driver, NEXT_DAY)
    driver.claim()
    driver.price(PRICE)
    driver.drain()
    driver.fills = []
    driver.read_books()
    driver.read_positions(35)

    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


@pytest.mark.parametrize("price", [PRICE, PRICE - 5_000])
def test_what_yesterday_left_is_closed_only_where_the_broker_still_holds_it(driver, price):
    """Faults 78 and 99, V3, V20: nobody ran when the broker squared it off; an exit would sell short."""
    left_over(driver, price)

    assert driver.places() == []
    assert ("entries", "", "position_difference") in driver.book.halts
    driver.read_positions(35)
    assert len(driver.places()) == 1


def test_what_yesterday_left_and_the_broker_closed_is_written_off_by_a_person(driver):
    """Faults 78 and 99: nothing else would ever end it, and no entry would leave any more."""
    left_over(driver)

    driver.ask(inputs.OperatorWish.RESUME)
    driver.read_positions(0)

    assert (driver.book.trades, driver.book.positions, driver.book.differences) == ({}, {}, {})
    assert driver.book.closed_trades == []
    assert driver.book.halts == {}
    assert driver.places() == []
    again = driver.restarted().book
    assert (again.trades, again.positions, again.halts) == ({}, {}, {})


def test_nothing_is_written_off_before_this_process_has_seen_the_difference_itself(driver):
    """V5: the journal remembers it from before; the broker may show the units by now."""
    left_over(driver)
    driver.restarted()
    open_day(driver, NEXT_DAY)
    assert KEY in driver.book.differences

    driver.ask(inputs.OperatorWish.RESUME)

    assert len(driver.book.trades) == 1


@pytest.mark.parametrize("seen", ["today", "held", "once"])
def test_nothing_else_is_written_off(driver, seen):
    """V5: a position of today, one that the broker holds in part, one that it was seen not to hold once."""
    if seen == "today":
        driver.enter()
        driver.read_positions(0)
        driver.read_positions(0)
    else:
        left_over(driver, held=20 if seen == "held" else 0, times=1 if seen == "once" else 3)

    driver.ask(inputs.OperatorWish.RESUME)

    assert len(driver.book.trades) == 1
    assert driver.book.position_of(KEY).quantity == 35


def test_a_trade_whose_units_were_closed_while_nobody_kept_the_book_ends_on_the_next_day(driver):
    """Fault 92, V17: the fill that closed it is none of today's."""
    driver.enter()
    closed = replace(driver.fills[0], order_id="other", trade_id="t9", side=Side.SELL)
    row = JournalRow(len(driver.rows) + 1, driver.now_ms, *encode(ev.ForeignFillTaken(at_ms=0, fill=closed)))
    driver.rows.append(row)
    driver.restarted()

    driver.now_ms = ms_at(NEXT_DAY, time(9, 30))
    driver.fills.clear()
    open_day(driver, NEXT_DAY)
    driver.read_books()
    driver.later(1)

    (trade,) = driver.book.closed_trades
    assert (trade.exit_reason, trade.quantity) == (ExitReason.FOREIGN, 35)
    assert driver.book.positions == {}


def test_nothing_is_recovered_on_a_new_day_before_its_first_reads(driver):
    open_day(driver, NEXT_DAY)

    state = driver.core.state
    assert not state.is_recovered
    assert state.account.available is None


def test_charges_are_not_taken_from_a_day_with_as_many_fills(driver):
    state = driver.core.state
    state.charges_so_far = lambda book: Decimal(len(book.fills)) if book.on == DAY else Decimal(70)
    driver.enter()
    assert state.charges() == 1
    open_day(driver, NEXT_DAY)
    driver.book.fills["x"] = None

    assert state.charges() == 70


def test_a_trade_in_a_share_that_is_not_listed_today_is_told_to_a_person(driver):
    """Fault 108, V4, V8."""
    driver.enter()
    driver.drain()

    driver.take(inputs.DayOpened(at_ms=0, on=NEXT_DAY, instruments=(), sessions={}))

    (alert,) = (command for command in driver.drain() if isinstance(command, Alert))
    assert alert.level == "critical"


def test_before_the_open_nothing_is_placed(driver):
    """Fault 69, V11: what protects waits for its time; there is no try that fails."""
    driver.enter()
    driver.now_ms = ms_at(NEXT_DAY, time(8, 30))
    open_day(driver, NEXT_DAY)
    driver.claim()
    driver.drain()
    driver.fills = []
    driver.read_books()
    driver.read_positions(35)

    assert driver.places() == []
    driver.now_ms = ms_at(NEXT_DAY, time(9, 15))
    driver.later(1)
    assert len(driver.places()) == 1


def test_before_the_books_are_read_nothing_is_placed():
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    restarted = driver.restarted(is_recovered=False)
    restarted.drain()

    restarted.later(1)
    assert restarted.places() == []
    restarted.fills = driver.fills
    restarted.read_all()

    assert [place.request.terms.quantity for place in restarted.places()] == [35]


def test_a_signal_before_the_open_is_denied_and_not_kept_for_later():
    """Fault 69, V11."""
    driver = EngineDriver()
    driver.now_ms = ms_at(NEXT_DAY, time(9, 14))
    at_work(driver, NEXT_DAY)
    driver.signal()

    assert driver.new_events[-1].reason == "outside_entry_hours"
    driver.now_ms = ms_at(NEXT_DAY, time(9, 15))
    driver.price(PRICE)
    driver.later(1)
    assert driver.places() == []


def test_an_entry_that_meets_a_closed_market_is_not_tried_again(driver):
    """Fault 69, V11."""
    driver.signal()
    (entry,) = driver.places()

    driver.answer(entry.request.tag, Refused("UDAPI100057", "market closed"))
    driver.later(60)

    assert driver.places() == []
    assert driver.book.trades == {}


def test_an_exit_that_meets_a_closed_market_waits_ever_longer(driver):
    """Fault 69, V11: the exchange may have halted; the position stays, and so does the wish to close it."""
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.CANCELLED)
    tried_s = []
    for second in range(200):
        driver.later(1)
        for place in driver.places():
            tried_s += [second] * (place.request.purpose is Purpose.EXIT)
            driver.answer(place.request.tag, Refused("UDAPI100057", "market closed"))

    gaps = [after - before for before, after in pairwise(tried_s)]
    assert len(tried_s) <= 10
    assert gaps == sorted(gaps)
    assert gaps[-1] == 60
    assert driver.book.trade_of(KEY).is_exiting


# --- the end ------------------------------------------------------------------------------------------------


def test_the_day_ends_flat_and_reconciled(driver):
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE + 100)
    driver.now_ms = SESSION[-1][1]
    driver.read_positions(0)

    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal("12.50")))

    (closed,) = driver.new_events
    assert (closed.gross_pnl, closed.charges, closed.open_positions) == (3_500, Decimal("12.50"), 0)
    assert closed.reconciled


def test_a_day_without_a_read_after_its_close_is_not_reconciled(driver):
    driver.read_positions(0)
    driver.now_ms = SESSION[-1][1]

    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0)))

    assert not driver.new_events[0].reconciled
    assert any(isinstance(command, Alert) for command in driver.drain())


def test_a_day_that_does_not_end_flat_is_told_to_a_person(driver):
    driver.enter()
    driver.drain()

    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0)))

    assert driver.new_events[0].open_positions == 1
    assert any(isinstance(command, Alert) for command in driver.drain())


def test_a_day_ends_once_and_after_it_nothing_is_entered_or_placed(driver):
    _, stop = driver.enter()
    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0)))
    assert driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0))).rows == ()
    driver.push(stop, OrderStatus.CANCELLED)
    driver.drain()

    driver.later(5)

    assert driver.places() == []


def test_after_the_day_signals_are_denied(driver):
    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0)))

    driver.signal()

    denied = driver.new_events[-1]
    assert isinstance(denied, ev.EntryDenied)
    assert denied.reason == "day_closed"


def test_a_day_that_never_opened_cannot_end():
    from trading_bot.engine.core import Core

    core = Core(EngineDriver().core.state)
    core.state.book.on = None

    assert core.step(inputs.DayEnded(at_ms=0, charges=Decimal(0))).rows == ()
