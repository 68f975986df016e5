from datetime import time
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, Frame, Tick
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import (
    Alert,
    ModifyOrder,
    ReadBand,
)
from trading_bot.engine.ports import Funds


def test_a_tick_of_an_unknown_instrument_is_counted_and_ignored(driver):
    driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(0, (Tick("other", 1, 0),))))

    assert driver.core.state.market.unknown_ticks == 1


@pytest.mark.parametrize("price", [0, -5, PRICE * 10, PRICE // 2])
def test_one_odd_price_moves_nothing(driver, price):
    driver.price(price)

    assert driver.series.last_price == PRICE
    assert driver.core.state.market.suspect_ticks == 1


def read_band(driver: EngineDriver, *band: int) -> None:
    funds = Funds(available=Decimal(1_000_000), used_margin=Decimal(0))
    driver.take(inputs.AccountRead(at_ms=0, funds=funds, margin_rates={}, bands={KEY: band}))


def test_odd_prices_outside_the_band_are_believed_only_when_the_band_was_widened(driver):
    """Faults 6 and 7, V12: a message spoiled by a factor of ten may come twice."""
    driver.price(PRICE * 10)
    driver.now_ms += 1000
    driver.price(PRICE * 10)
    assert driver.series.last_price == PRICE
    assert ReadBand(instrument_key=KEY) in driver.drain()

    read_band(driver, PRICE // 2, PRICE * 11)
    driver.now_ms += 1000
    driver.price(PRICE * 10)
    assert driver.series.last_price == PRICE * 10


def test_a_person_is_told_once_of_prices_that_stay_outside_the_brokers_limits(driver):
    """Faults 7 and 13, V12, V16: one of both is wrong, and targets wait meanwhile."""
    for _ in range(30):
        driver.now_ms += 1_000
        driver.price(PRICE * 10)
    told = [one for one in driver.drain() if isinstance(one, Alert)]
    assert [one.level for one in told] == ["critical"]
    assert "outside the broker's limits" in told[0].text

    driver.price(PRICE)
    assert driver.series.last_price == PRICE


def test_a_jump_that_the_next_trade_confirms_is_believed(driver):
    read_band(driver, PRICE // 2, PRICE * 3)
    driver.price(PRICE * 2)
    driver.now_ms += 1
    driver.price(PRICE * 2 + 100)

    assert driver.series.last_price == PRICE * 2 + 100
    assert driver.series.suspect_price == 0


def test_an_odd_price_that_is_sent_twice_does_not_confirm_itself(driver):
    """Faults 6 and 7, V12."""
    driver.price(PRICE * 2)
    driver.price(PRICE * 2)

    assert driver.series.last_price == PRICE
    assert driver.core.state.market.suspect_ticks == 2


def test_two_odd_prices_far_apart_do_not_confirm_each_other(driver):
    driver.price(PRICE * 2)
    driver.now_ms += 1
    driver.price(PRICE * 3)

    assert driver.series.last_price == PRICE


def test_a_stop_is_not_hit_by_one_bad_print(driver):
    driver.enter()

    driver.price(PRICE // 2)
    driver.later(10)

    assert not driver.book.trade_of(KEY).is_exiting


def test_a_snapshot_sets_prices_but_triggers_nothing(driver):
    driver.enter()
    target = driver.book.trade_of(KEY).plan.target_price
    tick = Tick(KEY, target, driver.now_ms)

    driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(0, (tick,), is_snapshot=True)))

    assert driver.series.last_price == target
    assert not driver.book.trade_of(KEY).is_exiting


def test_a_stop_that_does_not_rest_is_exited_on_the_tick_that_touches_it(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    trade = driver.book.trade_of(KEY)

    driver.price(trade.stop_price)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.STOP


def test_a_short_trade_has_its_levels_the_other_way_round(driver):
    driver.enter(Direction.SHORT)
    target = driver.book.trade_of(KEY).plan.target_price
    assert target < PRICE

    driver.price(target)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.TARGET


def test_the_watch_is_set_again_after_a_restart(driver):
    driver.enter()
    fills, stop_price = driver.fills, driver.book.trade_of(KEY).stop_price

    driver.restarted()
    driver.fills = fills
    driver.read_all()

    assert driver.series.watch.below == stop_price


def test_a_triggered_stop_that_does_not_fill_is_followed_up_without_any_tick(driver):
    """Fault 61, V4."""
    _, stop = driver.enter()
    driver.take(inputs.FeedLost(at_ms=0))
    driver.push(stop, OrderStatus.OPEN)

    driver.later(3)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.STOP
    assert any(isinstance(change, ModifyOrder) for change in driver.changes())


def test_closed_candles_wait_for_their_strategies(driver):
    start_ms = ms_at(DAY, time(10, 0))
    tick = Tick(KEY, PRICE, start_ms)
    driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(0, (tick,))))
    driver.now_ms = ms_at(DAY, time(10, 15)) + 1_000

    step = driver.take(inputs.ClockTicked(at_ms=0))

    (due,) = step.evaluations
    assert (due.instrument_key, due.timeframe_s) == (KEY, 900)


def test_a_tick_can_close_a_candle_as_well(driver):
    driver.price(PRICE)
    driver.now_ms = ms_at(DAY, time(10, 15))

    assert len(driver.price(PRICE).evaluations) == 1


def test_a_share_that_is_not_warm_is_not_evaluated(driver):
    driver.price(PRICE)
    driver.series.is_warm = False
    driver.now_ms = ms_at(DAY, time(10, 15))

    assert driver.price(PRICE).evaluations == ()


def test_time_never_runs_backwards(driver):
    before = driver.core.state.now_ms
    driver.now_ms -= 60_000

    driver.take(inputs.ClockTicked(at_ms=0))

    assert driver.core.state.now_ms == before


def test_a_trade_whose_share_is_not_listed_is_asked_to_close_at_once(driver):
    driver.enter()
    driver.core.state.market.series.clear()

    driver.later(1)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.SQUARE_OFF


def test_quotes_come_from_the_newest_tick(driver):
    assert driver.series.quote().bid == PRICE - 10
    driver.series.tick = Tick(KEY, PRICE, 0)
    assert driver.series.quote() is None


def test_a_forming_candle_is_looked_at_only_for_strategies_that_ask_for_it():
    patient, eager = EngineDriver(), EngineDriver(provisional_interval_s=5)
    for driver in (patient, eager):
        driver.price(PRICE)

    steps = [[driver.later(1) for _ in range(5)] for driver in (patient, eager)]

    looks = [[due for step in driver_steps for due in step.evaluations] for driver_steps in steps]
    assert looks[0] == []
    assert [(due.is_provisional, due.candle.close) for due in looks[1]] == [(True, PRICE)]


def test_a_signal_on_a_forming_candle_is_marked_provisional():
    driver = EngineDriver(provisional_interval_s=5)
    driver.strategy.scripted.next_direction = Direction.LONG
    candle = Candle(driver.now_ms, PRICE, PRICE, PRICE, PRICE, 10)

    driver.take(
        inputs.EvaluationDue(at_ms=0, instrument_key=KEY, timeframe_s=900, candle=candle, is_provisional=True)
    )

    (raised,) = [event for event in driver.new_events if isinstance(event, ev.SignalRaised)]
    assert raised.is_provisional


@pytest.mark.parametrize("price", [PRICE * 10, PRICE // 2])
def test_the_first_price_of_the_day_is_measured_against_the_close_before(driver, price):
    """Fault 7, V12."""
    driver.series.last_price = 0
    tick = Tick(KEY, price, 0, previous_close=PRICE)

    driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(0, (tick,))))

    assert driver.series.last_price == 0
    assert driver.series.suspect_price == price


def quote(driver, price, *, after_ms=1_000):
    """A price that was asked for, of a trade that much later than the newest of the feed."""
    traded_at_ms = driver.core.state.market.series[KEY].tick.traded_at_ms + after_ms
    driver.take(inputs.QuotesRead(at_ms=0, ticks=(Tick(KEY, price, traded_at_ms),)))


def held_without_feed():
    driver = EngineDriver()
    driver.enter()
    driver.take(inputs.FeedLost(at_ms=0))
    driver.drain()
    return driver


def test_a_quote_watches_over_what_is_held_and_allows_no_entry():
    """Fault 105, V4, V12: the stop price traded by a quote; the resting stop has its grace, then we close."""
    driver = held_without_feed()

    quote(driver, PRICE - 2_000)
    driver.later(3)

    assert driver.book.trade_of(KEY).is_exiting
    state = driver.core.state
    assert not state.market.is_feed_up
    driver.signal()
    assert driver.new_events[-1].reason in {"feed_down", "position_exists"}


@pytest.mark.parametrize("after_ms", [0, -5_000])
def test_a_quote_that_is_no_newer_than_the_feed_is_left(after_ms):
    """Faults 13 and 105, V12: the newer exchange time is preferred."""
    driver = held_without_feed()

    quote(driver, PRICE - 2_000, after_ms=after_ms)

    assert driver.core.state.market.last_price(KEY) == PRICE


def test_a_feed_that_speaks_is_not_overruled():
    """Fault 13."""
    driver = held_without_feed()
    driver.price(PRICE + 50)

    quote(driver, PRICE - 2_000, after_ms=60_000)

    assert driver.core.state.market.last_price(KEY) == PRICE + 50


def test_a_quote_of_a_share_that_the_feed_is_silent_of_counts():
    """Fault 4, V12: the feed speaks of others."""
    driver = held_without_feed()
    driver.price(PRICE)
    driver.later(31)
    driver.core.state.market.is_feed_up = True

    quote(driver, PRICE - 100)

    assert driver.core.state.market.last_price(KEY) == PRICE - 100
    assert driver.series.seen_at_ms < driver.now_ms - 30_000


def test_a_quote_far_from_the_feed_is_suspect_until_another_trade_and_the_band_confirm_it():
    """Faults 7 and 13, V12."""
    driver = held_without_feed()

    quote(driver, PRICE // 2)
    driver.later(3)
    assert driver.core.state.market.last_price(KEY) == PRICE
    assert not driver.book.trade_of(KEY).is_exiting

    quote(driver, PRICE // 2, after_ms=2_000)
    assert driver.core.state.market.last_price(KEY) == PRICE
    assert ReadBand(instrument_key=KEY) in driver.drain()

    read_band(driver, PRICE // 3, PRICE * 2)
    quote(driver, PRICE // 2, after_ms=3_000)
    assert driver.core.state.market.last_price(KEY) == PRICE // 2


def test_a_flood_keeps_the_last_price_grows_nothing_and_closes_on_the_tick_that_touches():
    """Fault 11, V22: 5,000 messages in one instant; the exit is asked for among them and not behind them."""
    driver = EngineDriver()
    driver.enter()
    target = driver.book.trade_of(KEY).plan.target_price
    rows, asked_at = len(driver.rows), None

    for number in range(5_000):
        price = target if number == 2_500 else PRICE + number % 7 * 10
        driver.price(price)
        if asked_at is None and driver.changes():
            asked_at = number

    series = driver.core.state.market.series[KEY]
    assert asked_at == 2_500
    assert series.last_price == PRICE + 4_999 % 7 * 10
    assert len(driver.rows) - rows == 2  # the exit and its order, nothing for each tick
    assert driver.core.state.market.ticks == 5_001
