"""A market-wide halt: the exchange cancels what rests and takes nothing; stops come back when it trades."""

from datetime import time

import pytest

from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import OrderStatus, OrderType, Purpose
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, ModifyOrder, ReconnectFeed
from trading_bot.engine.ports import Refused

_NIFTY = made_instrument("NIFTY")
_CLOSE = 2_500_000
_CANCELLED = "Exchange: cancelled by the market-wide circuit breaker"
_CLOSED = Refused("UDAPI100500", "no order entry in a halt")


@pytest.fixture
def held():
    """A position with its stop; the exchange's word, order rows and refusals are the test's."""
    driver = EngineDriver(indices=(_NIFTY,), outlook=DayOutlook(breaker=load_market_rules().breakers[0]))
    driver.entry, driver.stop = driver.enter()
    driver.drain()
    return driver


def _says(driver, phase):
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": phase}))


def _cancels(driver, tag):
    driver.push(tag, OrderStatus.CANCELLED, message=_CANCELLED)


def _seconds(driver, count):
    """Seconds pass, one by one; the books show what they showed."""
    for _ in range(count):
        driver.later(1)
        driver.read_all()


def _alerts(driver, kind):
    return [one for one in driver.drain() if isinstance(one, Alert) and one.kind is kind]


def _trade(driver):
    (trade,) = driver.book.trades.values()
    return trade


# --- the exchange said so -----------------------------------------------------------------------------------


def test_no_stop_is_placed_while_the_exchange_stands_still(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 3_600)

    assert held.places() == []
    trade = _trade(held)
    assert (trade.is_exiting, trade.stop_cancels, trade.stop_failures) == (False, 0, 0)


def test_a_person_is_told_once_of_what_is_held_without_a_stop(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 120)

    (told,) = _alerts(held, AlertKind.STANDS_STILL)
    assert told.level == "critical"
    assert f"{held.order(held.entry).filled_quantity} units are held" in told.text


def test_the_stop_is_placed_with_the_word_that_trading_goes_on(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 60)
    held.drain()

    _says(held, MarketPhase.NORMAL_OPEN)

    (stop,) = held.places()
    assert stop.request.purpose is Purpose.STOP
    assert stop.request.terms.trigger_price == _trade(held).stop_price
    assert stop.request.terms.quantity == held.order(held.entry).filled_quantity


def test_no_stop_comes_with_the_call_auction(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 60)
    held.drain()

    _says(held, MarketPhase.PRE_OPEN_START)
    _seconds(held, 60)

    assert held.places() == []


def test_a_trade_belies_the_word_and_brings_the_stop_back(held):
    """The word that trading goes on may be lost."""
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 60)
    held.drain()

    held.price(PRICE)
    held.later(1)

    (stop,) = held.places()
    assert stop.request.purpose is Purpose.STOP


def test_after_a_halt_that_passed_the_stop_the_trade_is_closed(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 60)
    held.drain()

    _says(held, MarketPhase.NORMAL_OPEN)
    (stop,) = held.places()
    held.rest(stop.request.tag)
    gapped = _trade(held).stop_price - 500
    held.price(gapped)
    held.later(1)
    held.price(gapped)
    _seconds(held, 10)

    assert _trade(held).is_exiting


def test_the_time_of_a_halt_is_no_time_without_protection(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 3_600)

    assert held.core.state.longest_bare_s < 2
    assert _alerts(held, AlertKind.UNPROTECTED) == []


def test_refusals_in_a_halt_raise_no_storm_and_halt_no_share(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    held.ask(inputs.OperatorWish.FLATTEN)
    for _ in range(120):
        for place in held.places():
            held.answer(place.request.tag, _CLOSED)
        _seconds(held, 1)

    assert not held.core.state.rejections_ms
    reasons = {reason for _, _, reason in held.book.halts}
    assert not reasons & {"reject_storm", "entries_refused", "stop_cancelled"}


def test_exits_are_tried_now_and_then_only(held):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    held.ask(inputs.OperatorWish.FLATTEN)
    tried = []
    for _ in range(120):
        for place in held.places():
            tried.append(place.request.purpose)
            held.answer(place.request.tag, _CLOSED)
        _seconds(held, 1)

    assert tried == [Purpose.EXIT] * 4


def test_changes_to_what_still_seems_to_rest_are_tried_now_and_then_only(held):
    """The books may not show yet what the exchange has cancelled. V9."""
    _says(held, MarketPhase.NORMAL_CLOSE)
    held.ask(inputs.OperatorWish.FLATTEN)
    tried = 0
    for _ in range(120):
        for change in held.changes():
            tried += 1
            answered = inputs.ModifyAnswered if isinstance(change, ModifyOrder) else inputs.CancelAnswered
            held.take(answered(at_ms=0, tag=change.tag, outcome=_CLOSED))
        _seconds(held, 1)

    assert tried == 4


@pytest.mark.parametrize("how", ["refused", "rejected"])
def test_an_exit_that_was_not_taken_in_a_halt_goes_out_at_once_when_it_ends(held, how):
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    held.ask(inputs.OperatorWish.FLATTEN)
    for _ in range(95):
        for tried in held.places():
            held.answer(tried.request.tag, _CLOSED if how == "refused" else None)
            if how == "rejected":
                held.push(tried.request.tag, OrderStatus.REJECTED, message="no order entry in a halt")
        _seconds(held, 1)
    assert held.places() == []

    _says(held, MarketPhase.NORMAL_OPEN)

    (exit_order,) = held.places()
    assert exit_order.request.purpose is Purpose.EXIT
    assert _trade(held).exit_step == 1


def test_an_entry_that_the_halt_cancelled_counts_for_nothing():
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.rest(entry.request.tag)
    _says(driver, MarketPhase.NORMAL_CLOSE)
    _cancels(driver, entry.request.tag)
    driver.later(1)

    assert driver.book.trades == {}
    assert not driver.core.state.rejections_ms


def test_an_entry_that_the_halt_refused_counts_for_nothing():
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))
    _says(driver, MarketPhase.NORMAL_CLOSE)
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry.request.tag, outcome=_CLOSED))

    assert driver.book.trades == {}
    assert not driver.core.state.rejections_ms


# --- the word comes late ------------------------------------------------------------------------------------


def test_cancellations_before_the_word_lead_to_one_refusal_and_no_exit(held):
    _cancels(held, held.stop)
    (stop,) = held.places()
    held.answer(stop.request.tag, _CLOSED)
    _seconds(held, 2)
    assert held.places() == []

    _says(held, MarketPhase.NORMAL_CLOSE)
    _seconds(held, 600)
    _says(held, MarketPhase.NORMAL_OPEN)

    (again,) = held.places()
    trade = _trade(held)
    assert again.request.purpose is Purpose.STOP
    assert (trade.is_exiting, trade.stop_cancels, trade.stop_failures) == (False, 0, 0)


def test_a_refusal_of_long_before_delays_no_other_stop(held):
    """Fault 77: it says nothing about the cancellation that comes now."""
    held.push(held.stop, OrderStatus.REJECTED)
    (stop,) = held.places()
    held.rest(stop.request.tag)
    _seconds(held, 60)
    held.drain()

    _cancels(held, stop.request.tag)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_without_any_word_a_refused_stop_is_tried_again_and_then_given_up(held):
    """It is no halt, then, and what cannot be protected is closed."""
    _cancels(held, held.stop)
    for _ in range(8):
        for place in held.places():
            held.answer(place.request.tag, _CLOSED)
        _seconds(held, 1)

    assert _trade(held).is_exiting


def test_a_storm_of_rejections_just_before_the_word_is_forgiven(held):
    state = held.core.state
    for _ in range(state.settings.reject_storm):
        state.rejections_ms.append(held.now_ms)
    _cancels(held, held.stop)
    assert (ev.HaltScope.ENTRIES, "", "reject_storm") in held.book.halts

    held.now_ms += 2_000
    _says(held, MarketPhase.NORMAL_CLOSE)

    assert (ev.HaltScope.ENTRIES, "", "reject_storm") not in held.book.halts
    assert not state.rejections_ms


def test_an_older_storm_stays(held):
    state = held.core.state
    for _ in range(state.settings.reject_storm):
        state.rejections_ms.append(held.now_ms)
    _cancels(held, held.stop)
    held.now_ms += 11_000
    held.price(PRICE)
    _says(held, MarketPhase.NORMAL_CLOSE)

    assert (ev.HaltScope.ENTRIES, "", "reject_storm") in held.book.halts


# --- the index fell -----------------------------------------------------------------------------------------


def _falls(driver, move):
    value = round(_CLOSE * (1 + move))
    for extra in (0, 1, 0):
        driver.index(_NIFTY.key, value + extra, _CLOSE)
        driver.now_ms += 1_000
        driver.take(inputs.ClockTicked(at_ms=0))


def test_a_level_of_the_breaker_is_known_without_a_word(held):
    _falls(held, -0.1)
    held.now_ms += 5_000
    _cancels(held, held.stop)
    _seconds(held, 59 * 60)
    assert held.places() == []

    held.now_ms = ms_at(DAY, time(11, 0, 30))
    held.later(1)

    (stop,) = held.places()
    assert stop.request.terms.order_type is OrderType.STOP_LIMIT


def test_trades_after_a_level_show_that_the_exchange_goes_on(held):
    _falls(held, -0.1)
    held.now_ms += 6_000
    held.price(PRICE)
    _cancels(held, held.stop)
    held.later(1)

    (stop,) = held.places()
    assert stop.request.purpose is Purpose.STOP


def test_a_restart_in_the_halt_places_nothing_either(held):
    _falls(held, -0.1)
    _cancels(held, held.stop)
    quantity = held.order(held.entry).filled_quantity
    again = held.restarted()
    again.read_all()
    again.read_positions(quantity)
    _seconds(again, 60)

    assert again.places() == []


# --- trades of the call auction -----------------------------------------------------------------------------


def _refused(driver, seconds):
    """Seconds pass, and whatever is placed in them is refused; what that was."""
    tried = []
    for _ in range(seconds):
        _seconds(driver, 1)
        for place in driver.places():
            tried.append(place.request.purpose)
            driver.answer(place.request.tag, _CLOSED)
    return tried


def _halts_by_word(driver):
    _says(driver, MarketPhase.NORMAL_CLOSE)
    _cancels(driver, driver.stop)
    _seconds(driver, 45 * 60)
    _says(driver, MarketPhase.PRE_OPEN_START)


def _halts_by_level(driver):
    _falls(driver, -0.1)
    driver.now_ms += 5_000
    _cancels(driver, driver.stop)
    _seconds(driver, 45 * 60)


@pytest.mark.parametrize("halts", [_halts_by_word, _halts_by_level])
def test_a_trade_of_the_call_auction_costs_one_stop_in_vain_and_no_exit(held, halts):
    """Orders of the auction are matched some minutes before stops are taken again. Fault 24, V4, V9."""
    halts(held)
    _seconds(held, 8 * 60)
    held.drain()
    held.price(PRICE)

    assert _refused(held, 6 * 60) == [Purpose.STOP]

    trade = _trade(held)
    assert (trade.is_exiting, trade.stop_failures) == (False, 0)
    held.now_ms += 60_000
    held.later(1)
    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_an_exit_refused_after_a_trade_of_the_call_auction_goes_out_with_the_reopening(held):
    """Where the auction's price has passed the stop, no ever longer pause may outlast the auction. V3, V4."""
    _halts_by_word(held)
    _seconds(held, 8 * 60)
    held.drain()
    for _ in range(2):
        held.price(_trade(held).stop_price - 100)
        held.later(1)
    assert _trade(held).is_exiting
    for place in held.places():
        held.answer(place.request.tag, _CLOSED)
    tried = _refused(held, 6 * 60)

    _says(held, MarketPhase.NORMAL_OPEN)

    assert len(tried) <= 12
    assert [place.request.purpose for place in held.places()] == [Purpose.EXIT]


def test_the_word_that_trading_goes_on_ends_what_a_refusal_had_shown(held):
    _halts_by_word(held)
    _seconds(held, 8 * 60)
    held.drain()
    held.price(PRICE)
    _refused(held, 60)

    _says(held, MarketPhase.NORMAL_OPEN)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_a_reopening_some_seconds_late_costs_no_stop(held):
    """The level was reached by our clock; the exchange counts from a moment of its own."""
    _halts_by_level(held)
    held.drain()
    held.now_ms = ms_at(DAY, time(11, 0, 1))

    assert 0 < len(_refused(held, 15)) <= 4
    trade = _trade(held)
    assert (trade.is_exiting, trade.stop_failures) == (False, 0)


def test_where_trading_went_on_no_refusal_is_taken_for_an_auction(held):
    """An index may be wrong; what it would have led to is then no reason to leave a position bare. V4."""
    _falls(held, -0.1)
    held.now_ms += 6_000
    held.price(PRICE)
    _seconds(held, 50 * 60)
    _cancels(held, held.stop)
    held.price(PRICE)

    for place in held.places():
        held.answer(place.request.tag, _CLOSED)
    _refused(held, 10)

    assert _trade(held).is_exiting


def test_trades_after_a_refusal_bring_the_stop_back(held):
    """The word of the reopening may be lost, and the auction be shorter than ours."""
    _halts_by_word(held)
    _seconds(held, 8 * 60)
    held.drain()
    held.price(PRICE)
    _refused(held, 20)

    held.price(PRICE)
    held.later(1)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_a_stop_that_is_refused_time_and_again_though_something_trades_counts(held):
    """V4, V16: a word that is wrong must not hide a refusal for another reason."""
    _halts_by_word(held)
    held.drain()
    for _ in range(8):
        held.price(PRICE)
        _refused(held, 7)

    assert _trade(held).is_exiting


def test_a_stop_that_is_refused_long_after_the_auction_counts(held):
    _halts_by_level(held)
    _seconds(held, 15 * 60)
    held.rest(held.places()[-1].request.tag)
    _seconds(held, 5 * 60)
    _cancels(held, next(tag for tag, order in held.book.orders.items() if order.status.is_live))
    _refused(held, 10)

    assert _trade(held).is_exiting


# --- the feed has nothing to say ----------------------------------------------------------------------------


def _connected_anew(driver, seconds, phase):
    """Seconds pass; each new connection brings the exchange's word. How many were made, and what was told."""
    connections, told = 0, []
    for _ in range(seconds):
        _seconds(driver, 1)
        for command in driver.drain():
            if isinstance(command, ReconnectFeed):
                connections += 1
                driver.take(inputs.FeedLost(at_ms=0))
                _says(driver, phase)
            elif isinstance(command, Alert):
                told.append(command.kind)
    return connections, told


def test_the_silence_of_a_halt_is_no_loss_of_the_feed(held):
    """Nothing trades, so that no index is published. Fault 24, V9, V16."""
    held.index(_NIFTY.key, _CLOSE, _CLOSE)
    _says(held, MarketPhase.NORMAL_CLOSE)

    connections, told = _connected_anew(held, 3_600, MarketPhase.NORMAL_CLOSE)

    assert 0 < connections <= 12
    assert not {AlertKind.FEED_SILENT, AlertKind.FEED_LOST, AlertKind.FEED_BACK} & set(told)


def test_a_reopening_whose_word_was_lost_comes_with_a_new_connection(held):
    held.index(_NIFTY.key, _CLOSE, _CLOSE)
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 10)
    held.drain()

    _connected_anew(held, 300, MarketPhase.NORMAL_OPEN)

    assert any(order.status is OrderStatus.INTENDED for order in held.book.orders.values())


def test_a_feed_that_is_lost_in_the_halt_is_told(held):
    """V16: nobody knows then when trading goes on."""
    held.index(_NIFTY.key, _CLOSE, _CLOSE)
    _says(held, MarketPhase.NORMAL_CLOSE)
    _seconds(held, 60)
    held.drain()

    held.take(inputs.FeedLost(at_ms=0))
    _seconds(held, 60)
    held.take(inputs.FeedLost(at_ms=0))

    assert len(_alerts(held, AlertKind.FEED_LOST)) == 1


def test_a_feed_that_stays_silent_after_the_halt_is_told(held):
    held.index(_NIFTY.key, _CLOSE, _CLOSE)
    _falls(held, -0.1)
    _seconds(held, 59 * 60)
    assert _alerts(held, AlertKind.FEED_SILENT) == []

    _seconds(held, 70)

    assert len(_alerts(held, AlertKind.FEED_SILENT)) == 1


# --- restarts in the halt -----------------------------------------------------------------------------------


def test_a_restart_before_the_exchange_repeats_its_word_places_nothing(held):
    """The halt of the book is known before the feed speaks. Fault 24, V4, V17."""
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 32)
    quantity = held.order(held.entry).filled_quantity

    again = held.restarted()
    again.read_all()
    again.read_positions(quantity)
    _seconds(again, 5)

    assert again.places() == []


def test_a_restart_after_the_reopening_protects_with_the_first_trade(held):
    """The halt of the book outlasts the exchange's."""
    _says(held, MarketPhase.NORMAL_CLOSE)
    _cancels(held, held.stop)
    _seconds(held, 32)
    quantity = held.order(held.entry).filled_quantity
    again = held.restarted()
    again.read_all()
    again.read_positions(quantity)

    _seconds(again, 60)
    assert again.places() == []

    again.price(PRICE)
    again.later(1)

    (stop,) = again.places()
    assert stop.request.purpose is Purpose.STOP


# --- what is forgiven, and what is told ---------------------------------------------------------------------


def _cancelled_by_a_person(driver, times):
    """The stop is cancelled, a while before anything else; where one is placed again it rests."""
    tag = driver.stop
    for _ in range(times):
        _cancels(driver, tag)
        for place in driver.places():
            tag = place.request.tag
            driver.rest(tag)
        _seconds(driver, 20)
    driver.drain()
    return tag


def test_a_halt_does_not_speak_for_the_person_who_was_asked(held):
    """A stop that somebody keeps cancelling stays away, whatever else failed before. Fault 77."""
    refused = _cancelled_by_a_person(held, 1)
    held.push(refused, OrderStatus.REJECTED)
    held.stop = held.places()[-1].request.tag
    held.rest(held.stop)
    _cancelled_by_a_person(held, 2)
    assert _trade(held).stop_failures == 1

    _says(held, MarketPhase.NORMAL_CLOSE)
    _seconds(held, 60)
    held.drain()
    _says(held, MarketPhase.NORMAL_OPEN)

    assert held.places() == []
    assert (ev.HaltScope.ENTRIES, "", "stop_cancelled") in held.book.halts


def test_a_cancellation_by_the_exchange_is_no_third_one_by_a_person(held):
    """Nobody is asked for a word, and the stop is back with the reopening. Fault 24, V4."""
    stop = _cancelled_by_a_person(held, 2)
    _cancels(held, stop)
    _says(held, MarketPhase.NORMAL_CLOSE)
    _seconds(held, 60)
    held.drain()

    _says(held, MarketPhase.NORMAL_OPEN)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]
    assert (ev.HaltScope.ENTRIES, "", "stop_cancelled") not in held.book.halts


def test_a_halt_forgives_no_cancellation_of_long_before(held):
    _cancelled_by_a_person(held, 2)
    _says(held, MarketPhase.NORMAL_CLOSE)
    _seconds(held, 60)
    _says(held, MarketPhase.NORMAL_OPEN)

    assert _trade(held).stop_cancels == 2


def test_what_was_forgiven_stays_so_after_a_restart(held):
    _cancels(held, held.stop)
    for _ in range(2):
        for place in held.places():
            held.answer(place.request.tag, _CLOSED)
    _says(held, MarketPhase.NORMAL_CLOSE)

    again = held.restarted()

    trade = _trade(again)
    assert (trade.stop_failures, trade.stop_cancels) == (0, 0)


def test_an_entry_whose_fill_is_known_late_is_told_as_well():
    """It filled in the second of the halt, and was planned before. V16."""
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.rest(entry.request.tag)
    _says(driver, MarketPhase.NORMAL_CLOSE)
    driver.later(10)
    driver.drain()

    driver.fill(entry.request.tag, 3, PRICE, OrderStatus.CANCELLED)
    driver.later(1)

    (told,) = _alerts(driver, AlertKind.STANDS_STILL)
    assert "3 units" in told.text


def test_a_word_that_is_late_by_a_moment_alarms_nobody(held):
    _says(held, MarketPhase.PRE_OPEN_END)
    _seconds(held, 2)
    _says(held, MarketPhase.NORMAL_OPEN)
    _seconds(held, 10)

    assert _alerts(held, AlertKind.STANDS_STILL) == []
