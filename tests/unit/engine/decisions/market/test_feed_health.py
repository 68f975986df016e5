"""A feed that is silent, lost, or speaks again."""

from dataclasses import replace
from datetime import time

from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import InstrumentKind
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Frame, MarketPhase, Tick
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine import inputs
from trading_bot.engine.commands import (
    Alert,
    ReadBooks,
    ReadPositions,
    ReconnectFeed,
    RefillHistory,
)


def test_a_silent_feed_in_trading_hours_is_lost_and_said_once(driver):
    driver.later(16)
    kinds = [event.kind for event in driver.new_events if isinstance(event, ev.IncidentRecorded)]
    driver.later(16)

    assert kinds == ["feed_silent"]
    assert driver.new_events == []
    assert not driver.core.state.market.is_feed_up


def test_silence_outside_trading_hours_is_no_alarm(driver):
    """Fault 3."""
    driver.now_ms = ms_at(DAY, time(16, 0))

    driver.later(60)

    assert driver.core.state.market.is_feed_up


def test_a_lost_feed_is_said_once(driver):
    driver.drain()
    for _ in range(2):
        driver.take(inputs.FeedLost(at_ms=0))

    assert len([command for command in driver.drain() if isinstance(command, Alert)]) == 1


def test_market_status_shows_that_the_feed_lives(driver):
    driver.take(inputs.FeedLost(at_ms=0))

    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": MarketPhase.NORMAL_OPEN}))

    assert driver.core.state.market.is_feed_up


def test_a_long_silence_of_the_feed_asks_for_the_missed_candles():
    driver = EngineDriver()
    driver.price(PRICE)
    driver.drain()
    driver.now_ms += 61_000

    driver.price(PRICE)

    assert RefillHistory() in driver.drain()


def test_the_minute_in_which_the_feed_came_back_is_fetched_when_it_is_over():
    driver = EngineDriver()
    driver.price(PRICE)
    driver.later(70)
    driver.now_ms += 61_000
    driver.price(PRICE)
    driver.drain()
    ends_ms = driver.now_ms + 60_000 - driver.now_ms % 60_000

    asked_at_ms = []
    while driver.now_ms < ends_ms + 120_000:
        driver.later(1)
        driver.price(PRICE)
        asked_at_ms += [driver.now_ms for command in driver.drain() if isinstance(command, RefillHistory)]

    assert asked_at_ms == [ends_ms + 5_000]


def test_a_start_in_the_middle_of_the_session_fetches_its_first_minute_again():
    driver = EngineDriver()
    driver.drain()

    driver.price(PRICE)

    assert not any(isinstance(command, RefillHistory) for command in driver.drain())
    driver.later(66)
    assert RefillHistory() in driver.drain()


def test_a_short_silence_of_the_feed_asks_for_nothing():
    driver = EngineDriver()
    driver.price(PRICE)
    driver.drain()
    driver.now_ms += 59_000

    driver.price(PRICE)

    assert not any(isinstance(command, RefillHistory) for command in driver.drain())


def test_after_a_gap_in_the_feed_books_and_positions_are_read_at_once(driver):
    """Faults 1 and 106, V23."""
    driver.take(inputs.FeedLost(at_ms=0))
    driver.drain()

    driver.price(PRICE)

    kinds = {type(command) for command in driver.drain()}
    assert {ReadBooks, ReadPositions} <= kinds
    driver.price(PRICE + 10)
    assert driver.drain() == []


def test_a_feed_that_speaks_of_something_else_is_alive_and_the_quiet_share_is_not_entered(driver):
    """Faults 2 and 14: the age of any message for the feed, each instrument's own for its entries."""
    for _ in range(4):
        driver.later(10)
        index = Tick("NSE_INDEX|Nifty 50", 2_580_000, driver.now_ms)
        driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(driver.now_ms, (index,))))

    driver.signal()

    assert driver.core.state.market.is_feed_up
    assert [event.reason for event in driver.new_events if isinstance(event, ev.EntryDenied)] == [
        "stale_data"
    ]


def test_an_index_that_is_frozen_stops_nothing(driver):
    """Fault 14."""
    for _ in range(4):
        driver.later(10)
        driver.price(PRICE)

    driver.signal()

    assert driver.core.state.market.is_feed_up
    assert [event for event in driver.new_events if isinstance(event, ev.EntryDenied)] == []


def watch_an_index(driver):
    """Have the index among what is watched, so that silence means a dead feed."""
    index = replace(driver.instrument, key="NSE_INDEX|Nifty 50", symbol="NIFTY", kind=InstrumentKind.INDEX)
    watched = driver.core.state.market.series[driver.instrument.key]
    driver.core.state.market.series[index.key] = replace(watched, instrument=index)


def reconnections(driver, seconds):
    """How often a new connection is asked for in so many seconds of silence, looking at each."""
    driver.drain()
    for _ in range(seconds):
        driver.later(1)
    return driver.drain().count(ReconnectFeed())


def test_silence_of_a_feed_that_carries_an_index_is_found_after_five_seconds_and_reconnected(driver):
    """Fault 2, V12 and V23: an index speaks every second, so it is the connection that is dead."""
    watch_an_index(driver)

    assert reconnections(driver, 5) == 0
    assert reconnections(driver, 1) == 1
    assert not driver.core.state.market.is_feed_up


def test_connections_that_bring_nothing_are_sought_ever_more_rarely(driver):
    """Fault 102: no storm of reconnections."""
    watch_an_index(driver)

    assert reconnections(driver, 60) == 3
    assert reconnections(driver, 600) == 6


def test_a_feed_that_speaks_again_is_reconnected_at_once_the_next_time(driver):
    watch_an_index(driver)
    reconnections(driver, 60)

    driver.price(PRICE)

    assert reconnections(driver, 6) == 1


def test_silence_without_an_index_may_be_a_quiet_market_and_the_connection_is_kept(driver):
    """Fault 4: a quiet share is no lost subscription."""
    assert reconnections(driver, 120) == 0


def test_silence_of_an_index_outside_trading_hours_reconnects_nothing(driver):
    """Fault 3."""
    watch_an_index(driver)
    driver.now_ms = ms_at(DAY, time(16, 0))

    assert reconnections(driver, 60) == 0


def quiet_until_the_open(driver):
    """The last message comes three minutes before a session opens, as in the buffer of the pre-open."""
    driver.price(PRICE)
    driver.drain()
    opens_ms = driver.now_ms + 180_000
    for series in driver.core.state.market:
        series.hours = replace(series.hours, continuous=((opens_ms, opens_ms + 3_600_000),))
    driver.later(180)


def test_a_buffer_before_the_open_in_which_nobody_speaks_is_no_silence(driver):
    watch_an_index(driver)
    quiet_until_the_open(driver)

    assert reconnections(driver, 5) == 0
    assert driver.core.state.market.is_feed_up
    assert reconnections(driver, 1) == 1


def test_the_first_word_after_the_open_asks_for_no_history(driver):
    quiet_until_the_open(driver)
    driver.drain()

    driver.price(PRICE)

    assert not any(isinstance(command, RefillHistory) for command in driver.drain())


def test_silence_is_told_with_the_time_of_the_last_word(driver):
    driver.price(PRICE)

    driver.later(16)

    assert driver.new_events[-1].detail == "no message since 10:00:00"


def test_an_index_of_volatility_need_not_speak_every_second():
    """It is published now and then: its silence alone is no reason for a new connection."""
    volatility = made_instrument("INDIAVIX")
    driver = EngineDriver(
        indices=[volatility], outlook=DayOutlook(volatility_key=volatility.key, previous_session_on=DAY)
    )
    driver.later(14)
    assert driver.core.state.market.is_feed_up
    driver.later(30)

    assert not [command for command in driver.drain() if isinstance(command, ReconnectFeed)]


def test_any_other_index_does():
    driver = EngineDriver(indices=[made_instrument("NIFTY")], outlook=DayOutlook())
    driver.later(14)

    assert not driver.core.state.market.is_feed_up


def test_a_feed_that_comes_back_is_told_where_its_loss_was(driver):
    driver.take(inputs.FeedLost(at_ms=0))
    driver.now_ms += 9_000
    driver.drain()

    driver.price(PRICE)
    driver.price(PRICE)

    assert [one.text for one in driver.drain() if isinstance(one, Alert)] == ["the feed is back after 9 s"]


def test_the_first_message_of_a_feed_is_no_news():
    driver = EngineDriver()

    assert not [one for one in driver.drain() if isinstance(one, Alert)]
