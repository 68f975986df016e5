"""A market-wide halt: the exchange cancels what rests and takes nothing; stops come back when it trades."""

from datetime import time

import pytest

from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from tests.fakes.market_halt import (
    CLOSED,
    alerts_of,
    cancels,
    driver_that_holds,
    falls,
    says,
    seconds,
    trade_of,
)
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import OrderStatus, OrderType, Purpose
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ModifyOrder


@pytest.fixture
def held():
    """A position with its stop; the exchange's word, order rows and refusals are the test's."""
    return driver_that_holds()


# --- the exchange said so -----------------------------------------------------------------------------------


def test_no_stop_is_placed_while_the_exchange_stands_still(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 3_600)

    assert held.places() == []
    trade = trade_of(held)
    assert (trade.is_exiting, trade.stop_cancels, trade.stop_failures) == (False, 0, 0)


def test_a_person_is_told_once_of_what_is_held_without_a_stop(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 120)

    (told,) = alerts_of(held, AlertKind.STANDS_STILL)
    assert told.level == "critical"
    assert f"{held.order(held.entry).filled_quantity} units are held" in told.text


def test_the_stop_is_placed_with_the_word_that_trading_goes_on(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 60)
    held.drain()

    says(held, MarketPhase.NORMAL_OPEN)

    (stop,) = held.places()
    assert stop.request.purpose is Purpose.STOP
    assert stop.request.terms.trigger_price == trade_of(held).stop_price
    assert stop.request.terms.quantity == held.order(held.entry).filled_quantity


def test_no_stop_comes_with_the_call_auction(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 60)
    held.drain()

    says(held, MarketPhase.PRE_OPEN_START)
    seconds(held, 60)

    assert held.places() == []


def test_a_trade_belies_the_word_and_brings_the_stop_back(held):
    """The word that trading goes on may be lost."""
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 60)
    held.drain()

    held.price(PRICE)
    held.later(1)

    (stop,) = held.places()
    assert stop.request.purpose is Purpose.STOP


def test_after_a_halt_that_passed_the_stop_the_trade_is_closed(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 60)
    held.drain()

    says(held, MarketPhase.NORMAL_OPEN)
    (stop,) = held.places()
    held.rest(stop.request.tag)
    gapped = trade_of(held).stop_price - 500
    held.price(gapped)
    held.later(1)
    held.price(gapped)
    seconds(held, 10)

    assert trade_of(held).is_exiting


def test_the_time_of_a_halt_is_no_time_without_protection(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 3_600)

    assert held.core.state.longest_bare_s < 2
    assert alerts_of(held, AlertKind.UNPROTECTED) == []


def test_refusals_in_a_halt_raise_no_storm_and_halt_no_share(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    held.ask(inputs.OperatorWish.FLATTEN)
    for _ in range(120):
        for place in held.places():
            held.answer(place.request.tag, CLOSED)
        seconds(held, 1)

    assert not held.core.state.rejections_ms
    reasons = {reason for _, _, reason in held.book.halts}
    assert not reasons & {"reject_storm", "entries_refused", "stop_cancelled"}


def test_exits_are_tried_now_and_then_only(held):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    held.ask(inputs.OperatorWish.FLATTEN)
    tried = []
    for _ in range(120):
        for place in held.places():
            tried.append(place.request.purpose)
            held.answer(place.request.tag, CLOSED)
        seconds(held, 1)

    assert tried == [Purpose.EXIT] * 4


def test_changes_to_what_still_seems_to_rest_are_tried_now_and_then_only(held):
    """The books may not show yet what the exchange has cancelled. V9."""
    says(held, MarketPhase.NORMAL_CLOSE)
    held.ask(inputs.OperatorWish.FLATTEN)
    tried = 0
    for _ in range(120):
        for change in held.changes():
            tried += 1
            answered = inputs.ModifyAnswered if isinstance(change, ModifyOrder) else inputs.CancelAnswered
            held.take(answered(at_ms=0, tag=change.tag, outcome=CLOSED))
        seconds(held, 1)

    assert tried == 4


@pytest.mark.parametrize("how", ["refused", "rejected"])
def test_an_exit_that_was_not_taken_in_a_halt_goes_out_at_once_when_it_ends(held, how):
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    held.ask(inputs.OperatorWish.FLATTEN)
    for _ in range(95):
        for tried in held.places():
            held.answer(tried.request.tag, CLOSED if how == "refused" else None)
            if how == "rejected":
                held.push(tried.request.tag, OrderStatus.REJECTED, message="no order entry in a halt")
        seconds(held, 1)
    assert held.places() == []

    says(held, MarketPhase.NORMAL_OPEN)

    (exit_order,) = held.places()
    assert exit_order.request.purpose is Purpose.EXIT
    assert trade_of(held).exit_step == 1


def test_an_entry_that_the_halt_cancelled_counts_for_nothing():
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.rest(entry.request.tag)
    says(driver, MarketPhase.NORMAL_CLOSE)
    cancels(driver, entry.request.tag)
    driver.later(1)

    assert driver.book.trades == {}
    assert not driver.core.state.rejections_ms


def test_an_entry_that_the_halt_refused_counts_for_nothing():
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))
    says(driver, MarketPhase.NORMAL_CLOSE)
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry.request.tag, outcome=CLOSED))

    assert driver.book.trades == {}
    assert not driver.core.state.rejections_ms


# --- the word comes late ------------------------------------------------------------------------------------


def test_cancellations_before_the_word_lead_to_one_refusal_and_no_exit(held):
    cancels(held, held.stop)
    (stop,) = held.places()
    held.answer(stop.request.tag, CLOSED)
    seconds(held, 2)
    assert held.places() == []

    says(held, MarketPhase.NORMAL_CLOSE)
    seconds(held, 600)
    says(held, MarketPhase.NORMAL_OPEN)

    (again,) = held.places()
    trade = trade_of(held)
    assert again.request.purpose is Purpose.STOP
    assert (trade.is_exiting, trade.stop_cancels, trade.stop_failures) == (False, 0, 0)


def test_a_refusal_of_long_before_delays_no_other_stop(held):
    """Fault 77: it says nothing about the cancellation that comes now."""
    held.push(held.stop, OrderStatus.REJECTED)
    (stop,) = held.places()
    held.rest(stop.request.tag)
    seconds(held, 60)
    held.drain()

    cancels(held, stop.request.tag)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_without_any_word_a_refused_stop_is_tried_again_and_then_given_up(held):
    """It is no halt, then, and what cannot be protected is closed."""
    cancels(held, held.stop)
    for _ in range(8):
        for place in held.places():
            held.answer(place.request.tag, CLOSED)
        seconds(held, 1)

    assert trade_of(held).is_exiting


def test_a_storm_of_rejections_just_before_the_word_is_forgiven(held):
    state = held.core.state
    for _ in range(state.settings.reject_storm):
        state.rejections_ms.append(held.now_ms)
    cancels(held, held.stop)
    assert (ev.HaltScope.ENTRIES, "", "reject_storm") in held.book.halts

    held.now_ms += 2_000
    says(held, MarketPhase.NORMAL_CLOSE)

    assert (ev.HaltScope.ENTRIES, "", "reject_storm") not in held.book.halts
    assert not state.rejections_ms


def test_an_older_storm_stays(held):
    state = held.core.state
    for _ in range(state.settings.reject_storm):
        state.rejections_ms.append(held.now_ms)
    cancels(held, held.stop)
    held.now_ms += 11_000
    held.price(PRICE)
    says(held, MarketPhase.NORMAL_CLOSE)

    assert (ev.HaltScope.ENTRIES, "", "reject_storm") in held.book.halts


# --- the index fell -----------------------------------------------------------------------------------------


def test_a_level_of_the_breaker_is_known_without_a_word(held):
    falls(held, -0.1)
    held.now_ms += 5_000
    cancels(held, held.stop)
    seconds(held, 59 * 60)
    assert held.places() == []

    held.now_ms = ms_at(DAY, time(11, 0, 30))
    held.later(1)

    (stop,) = held.places()
    assert stop.request.terms.order_type is OrderType.STOP_LIMIT


def test_trades_after_a_level_show_that_the_exchange_goes_on(held):
    falls(held, -0.1)
    held.now_ms += 6_000
    held.price(PRICE)
    cancels(held, held.stop)
    held.later(1)

    (stop,) = held.places()
    assert stop.request.purpose is Purpose.STOP


def test_a_restart_in_the_halt_places_nothing_either(held):
    falls(held, -0.1)
    cancels(held, held.stop)
    quantity = held.order(held.entry).filled_quantity
    again = held.restarted()
    again.read_all()
    again.read_positions(quantity)
    seconds(again, 60)

    assert again.places() == []
