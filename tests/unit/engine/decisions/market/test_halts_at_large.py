"""A market-wide halt and all else: the feed, restarts, what is forgiven, and what is told."""

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from tests.fakes.market_halt import (
    CLOSED,
    INDEX_CLOSE,
    NIFTY,
    alerts_of,
    cancels,
    driver_that_holds,
    falls,
    says,
    seconds,
    trade_of,
)
from trading_bot.domain import events as ev
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, ReconnectFeed


@pytest.fixture
def held():
    """A position with its stop; the exchange's word, order rows and refusals are the test's."""
    return driver_that_holds()


# --- the feed has nothing to say ----------------------------------------------------------------------------


def _connected_anew(driver, count, phase):
    """Seconds pass; each new connection brings the exchange's word. How many were made, and what was told."""
    connections, told = 0, []
    for _ in range(count):
        seconds(driver, 1)
        for command in driver.drain():
            if isinstance(command, ReconnectFeed):
                connections += 1
                driver.take(inputs.FeedLost(at_ms=0))
                says(driver, phase)
            elif isinstance(command, Alert):
                told.append(command.kind)
    return connections, told


def test_the_silence_of_a_halt_is_no_loss_of_the_feed(held):
    """Nothing trades, so that no index is published. Fault 24, V9, V16."""
    held.index(NIFTY.key, INDEX_CLOSE, INDEX_CLOSE)
    says(held, MarketPhase.NORMAL_CLOSE)

    connections, told = _connected_anew(held, 3_600, MarketPhase.NORMAL_CLOSE)

    assert 0 < connections <= 12
    assert not {AlertKind.FEED_SILENT, AlertKind.FEED_LOST, AlertKind.FEED_BACK} & set(told)


def test_a_reopening_whose_word_was_lost_comes_with_a_new_connection(held):
    held.index(NIFTY.key, INDEX_CLOSE, INDEX_CLOSE)
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 10)
    held.drain()

    _connected_anew(held, 300, MarketPhase.NORMAL_OPEN)

    assert any(order.status is OrderStatus.INTENDED for order in held.book.orders.values())


def test_a_feed_that_is_lost_in_the_halt_is_told(held):
    """V16: nobody knows then when trading goes on."""
    held.index(NIFTY.key, INDEX_CLOSE, INDEX_CLOSE)
    says(held, MarketPhase.NORMAL_CLOSE)
    seconds(held, 60)
    held.drain()

    held.take(inputs.FeedLost(at_ms=0))
    seconds(held, 60)
    held.take(inputs.FeedLost(at_ms=0))

    assert len(alerts_of(held, AlertKind.FEED_LOST)) == 1


def test_a_feed_that_stays_silent_after_the_halt_is_told(held):
    held.index(NIFTY.key, INDEX_CLOSE, INDEX_CLOSE)
    falls(held, -0.1)
    seconds(held, 59 * 60)
    assert alerts_of(held, AlertKind.FEED_SILENT) == []

    seconds(held, 70)

    assert len(alerts_of(held, AlertKind.FEED_SILENT)) == 1


# --- restarts in the halt -----------------------------------------------------------------------------------


def test_a_restart_before_the_exchange_repeats_its_word_places_nothing(held):
    """The halt of the book is known before the feed speaks. Fault 24, V4, V17."""
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 32)
    quantity = held.order(held.entry).filled_quantity

    again = held.restarted()
    again.read_all()
    again.read_positions(quantity)
    seconds(again, 5)

    assert again.places() == []


def test_a_restart_after_the_reopening_protects_with_the_first_trade(held):
    """The halt of the book outlasts the exchange's."""
    says(held, MarketPhase.NORMAL_CLOSE)
    cancels(held, held.stop)
    seconds(held, 32)
    quantity = held.order(held.entry).filled_quantity
    again = held.restarted()
    again.read_all()
    again.read_positions(quantity)

    seconds(again, 60)
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
        cancels(driver, tag)
        for place in driver.places():
            tag = place.request.tag
            driver.rest(tag)
        seconds(driver, 20)
    driver.drain()
    return tag


def test_a_halt_does_not_speak_for_the_person_who_was_asked(held):
    """A stop that somebody keeps cancelling stays away, whatever else failed before. Fault 77."""
    refused = _cancelled_by_a_person(held, 1)
    held.push(refused, OrderStatus.REJECTED)
    held.stop = held.places()[-1].request.tag
    held.rest(held.stop)
    _cancelled_by_a_person(held, 2)
    assert trade_of(held).stop_failures == 1

    says(held, MarketPhase.NORMAL_CLOSE)
    seconds(held, 60)
    held.drain()
    says(held, MarketPhase.NORMAL_OPEN)

    assert held.places() == []
    assert (ev.HaltScope.ENTRIES, "", "stop_cancelled") in held.book.halts


def test_a_cancellation_by_the_exchange_is_no_third_one_by_a_person(held):
    """Nobody is asked for a word, and the stop is back with the reopening. Fault 24, V4."""
    stop = _cancelled_by_a_person(held, 2)
    cancels(held, stop)
    says(held, MarketPhase.NORMAL_CLOSE)
    seconds(held, 60)
    held.drain()

    says(held, MarketPhase.NORMAL_OPEN)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]
    assert (ev.HaltScope.ENTRIES, "", "stop_cancelled") not in held.book.halts


def test_a_halt_forgives_no_cancellation_of_long_before(held):
    _cancelled_by_a_person(held, 2)
    says(held, MarketPhase.NORMAL_CLOSE)
    seconds(held, 60)
    says(held, MarketPhase.NORMAL_OPEN)

    assert trade_of(held).stop_cancels == 2


def test_what_was_forgiven_stays_so_after_a_restart(held):
    cancels(held, held.stop)
    for _ in range(2):
        for place in held.places():
            held.answer(place.request.tag, CLOSED)
    says(held, MarketPhase.NORMAL_CLOSE)

    again = held.restarted()

    trade = trade_of(again)
    assert (trade.stop_failures, trade.stop_cancels) == (0, 0)


def test_an_entry_whose_fill_is_known_late_is_told_as_well():
    """It filled in the second of the halt, and was planned before. V16."""
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.rest(entry.request.tag)
    says(driver, MarketPhase.NORMAL_CLOSE)
    driver.later(10)
    driver.drain()

    driver.fill(entry.request.tag, 3, PRICE, OrderStatus.CANCELLED)
    driver.later(1)

    (told,) = alerts_of(driver, AlertKind.STANDS_STILL)
    assert "3 units" in told.text


def test_a_word_that_is_late_by_a_moment_alarms_nobody(held):
    says(held, MarketPhase.PRE_OPEN_END)
    seconds(held, 2)
    says(held, MarketPhase.NORMAL_OPEN)
    seconds(held, 10)

    assert alerts_of(held, AlertKind.STANDS_STILL) == []
