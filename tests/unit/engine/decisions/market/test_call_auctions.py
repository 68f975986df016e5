"""The call auction that ends a market-wide halt: its trades come before stops are taken again."""

from datetime import time

import pytest

from tests.fakes.engine_driver import DAY, PRICE
from tests.fakes.market_halt import (
    CLOSED,
    cancels,
    driver_that_holds,
    falls,
    refused,
    says,
    seconds,
    trade_of,
)
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import Purpose


@pytest.fixture
def held():
    """A position with its stop; the exchange's word, order rows and refusals are the test's."""
    return driver_that_holds()


def _halts_by_word(driver):
    says(driver, MarketPhase.NORMAL_CLOSE)
    cancels(driver, driver.stop)
    seconds(driver, 45 * 60)
    says(driver, MarketPhase.PRE_OPEN_START)


def _halts_by_level(driver):
    falls(driver, -0.1)
    driver.now_ms += 5_000
    cancels(driver, driver.stop)
    seconds(driver, 45 * 60)


@pytest.mark.parametrize("halts", [_halts_by_word, _halts_by_level])
def test_a_trade_of_the_call_auction_costs_one_stop_in_vain_and_no_exit(held, halts):
    """Orders of the auction are matched some minutes before stops are taken again. Fault 24, V4, V9."""
    halts(held)
    seconds(held, 8 * 60)
    held.drain()
    held.price(PRICE)

    assert refused(held, 6 * 60) == [Purpose.STOP]

    trade = trade_of(held)
    assert (trade.is_exiting, trade.stop_failures) == (False, 0)
    held.now_ms += 60_000
    held.later(1)
    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_an_exit_refused_after_a_trade_of_the_call_auction_goes_out_with_the_reopening(held):
    """Where the auction's price has passed the stop, no ever longer pause may outlast the auction. V3, V4."""
    _halts_by_word(held)
    seconds(held, 8 * 60)
    held.drain()
    for _ in range(2):
        held.price(trade_of(held).stop_price - 100)
        held.later(1)
    assert trade_of(held).is_exiting
    for place in held.places():
        held.answer(place.request.tag, CLOSED)
    tried = refused(held, 6 * 60)

    says(held, MarketPhase.NORMAL_OPEN)

    assert len(tried) <= 12
    assert [place.request.purpose for place in held.places()] == [Purpose.EXIT]


def test_the_word_that_trading_goes_on_ends_what_a_refusal_had_shown(held):
    _halts_by_word(held)
    seconds(held, 8 * 60)
    held.drain()
    held.price(PRICE)
    refused(held, 60)

    says(held, MarketPhase.NORMAL_OPEN)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_a_reopening_some_seconds_late_costs_no_stop(held):
    """The level was reached by our clock; the exchange counts from a moment of its own."""
    _halts_by_level(held)
    held.drain()
    held.now_ms = ms_at(DAY, time(11, 0, 1))

    assert 0 < len(refused(held, 15)) <= 4
    trade = trade_of(held)
    assert (trade.is_exiting, trade.stop_failures) == (False, 0)


def test_where_trading_went_on_no_refusal_is_taken_for_an_auction(held):
    """An index may be wrong; what it would have led to is then no reason to leave a position bare. V4."""
    falls(held, -0.1)
    held.now_ms += 6_000
    held.price(PRICE)
    seconds(held, 50 * 60)
    cancels(held, held.stop)
    held.price(PRICE)

    for place in held.places():
        held.answer(place.request.tag, CLOSED)
    refused(held, 10)

    assert trade_of(held).is_exiting


def test_trades_after_a_refusal_bring_the_stop_back(held):
    """The word of the reopening may be lost, and the auction be shorter than ours."""
    _halts_by_word(held)
    seconds(held, 8 * 60)
    held.drain()
    held.price(PRICE)
    refused(held, 20)

    held.price(PRICE)
    held.later(1)

    assert [place.request.purpose for place in held.places()] == [Purpose.STOP]


def test_a_stop_that_is_refused_time_and_again_though_something_trades_counts(held):
    """V4, V16: a word that is wrong must not hide a refusal for another reason."""
    _halts_by_word(held)
    held.drain()
    for _ in range(8):
        held.price(PRICE)
        refused(held, 7)

    assert trade_of(held).is_exiting


def test_a_stop_that_is_refused_long_after_the_auction_counts(held):
    _halts_by_level(held)
    seconds(held, 15 * 60)
    held.rest(held.places()[-1].request.tag)
    seconds(held, 5 * 60)
    cancels(held, next(tag for tag, order in held.book.orders.items() if order.status.is_live))
    refused(held, 10)

    assert trade_of(held).is_exiting
