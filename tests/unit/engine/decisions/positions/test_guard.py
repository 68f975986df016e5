"""The protection supervisor: positions without a confirmed stop are measured, told and closed (V4)."""

from dataclasses import replace
from datetime import time, timedelta

from tests.fakes.calm_seconds import seconds
from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, SHARE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert
from trading_bot.engine.decisions.positions import guard, protection
from trading_bot.engine.ports import Unknown


def bought(driver: EngineDriver) -> str:
    """A filled entry; the tag of the stop that was intended and not sent."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.later(1)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()
    return stop.request.tag


def bare_s(driver: EngineDriver) -> float:
    return guard.bare_s(driver.core.state, driver.book.trade_of(KEY))


def test_the_time_without_a_confirmed_stop_is_counted_from_the_last_look_that_saw_protection(driver):
    """V4: rather a second too much than too little."""
    tag = bought(driver)
    driver.later(1)
    assert bare_s(driver) == 1

    driver.rest(tag)
    driver.later(1)

    assert bare_s(driver) == 0
    assert driver.core.state.longest_bare_s == 1


def test_the_longest_time_without_protection_is_that_of_the_day_over_restarts(driver):
    def opened(on, before_s):
        driver.take(
            inputs.DayOpened(
                at_ms=0,
                on=on,
                instruments=(SHARE,),
                sessions={KEY: SESSION},
                longest_unprotected_s=before_s,
            )
        )
        return driver.core.state.longest_bare_s

    assert opened(DAY, 7.0) == 7
    assert opened(DAY, 3.0) == 7
    assert opened(DAY + timedelta(days=1), 0.0) == 0


def test_a_stop_whose_answer_is_lost_is_told_after_five_seconds_and_not_doubled(driver):
    """Fault 34, V3, V4: it may live, so nothing else may be placed beside it."""
    driver.answer(bought(driver), Unknown("timed out"))
    driver.drain()

    told = seconds(driver, 8)

    assert [text for text in told if "unprotected for 5 s" in text]
    assert sum("unprotected" in text for text in told) == 1
    assert not driver.book.trade_of(KEY).is_exiting


def test_while_the_broker_does_not_answer_a_person_is_told_after_thirty_seconds(driver):
    """Fault 104, V4 degraded, V16."""
    driver.answer(bought(driver), Unknown("timed out"))
    driver.later(20)
    driver.drain()

    first, then = seconds(driver, 9, books=False), seconds(driver, 3, books=False)

    assert not any("unprotected" in text for text in first)
    assert sum("unprotected" in text for text in then) == 1
    kinds = [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)]
    assert "unprotected" in kinds


def test_what_a_stop_has_filled_is_not_taken_for_unprotected_before_its_trades_are_read(driver):
    """V4: no exit is asked for what the stop has closed."""
    stop = bought(driver)
    driver.answer(stop)
    seconds(driver, 4)
    driver.push(stop, OrderStatus.FILLED, filled_quantity=35)

    for _ in range(4):
        driver.price(PRICE)
        driver.later(1)

    assert not driver.book.trade_of(KEY).is_exiting


def test_while_it_lasts_a_person_is_told_every_thirty_seconds(driver):
    """Fault 104, V4 degraded, V16: a page of half a minute ago may have been of less."""
    driver.answer(bought(driver), Unknown("timed out"))
    seconds(driver, 35, books=False)

    told = seconds(driver, 90, books=False)

    assert sum("unprotected" in text for text in told) == 3
    kinds = [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)]
    assert kinds.count("unprotected") == 1


def test_a_position_that_nothing_can_be_protecting_is_closed(driver):
    """V4: flatten where no stop is there and none is on its way."""
    tag = bought(driver)
    driver.take(inputs.SendSkipped(at_ms=0, tag=tag, reason="lost"))
    state = driver.core.state
    for order in driver.places():
        driver.take(inputs.SendSkipped(at_ms=0, tag=order.request.tag, reason="lost"))
    trade = driver.book.trade_of(KEY)
    driver.book.trades[trade.trade_id] = replace(trade, stop_cancels=0)
    state.bare_since_ms = {trade.trade_id: driver.now_ms - 5_000}
    for order in list(driver.book.live_orders()):
        driver.book.orders[order.tag] = replace(order, status=OrderStatus.DROPPED)
    state.rate_limited_until_ms = driver.now_ms + 10_000

    driver.later(1)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.UNPROTECTED


def test_a_stop_that_is_missing_from_the_books_is_no_protection(driver):
    """Fault 51, V4, V16."""
    entry, _ = driver.enter()
    told = []
    for _ in range(14):
        driver.price(PRICE)
        driver.read_books(driver.report(entry, OrderStatus.FILLED))
        driver.later(1)
        told += [one.text for one in driver.drain() if isinstance(one, Alert)]

    assert any("unprotected" in text for text in told)


# --- cancelled by others ------------------------------------------------------------------------------------


def cancelled_by_the_user(driver: EngineDriver, tag: str) -> list:
    driver.push(tag, OrderStatus.CANCELLED, message="cancelled by user")
    return driver.places()


def test_a_stop_that_the_user_cancels_is_placed_again_twice_then_a_person_is_asked(driver):
    """Fault 77, V4."""
    _, tag = driver.enter()
    for _ in range(2):
        (again,) = cancelled_by_the_user(driver, tag)
        tag = again.request.tag
        assert again.request.purpose is Purpose.STOP
        driver.rest(tag)
    driver.push(tag, OrderStatus.CANCELLED, message="cancelled by user")
    commands = driver.drain()
    seconds(driver, 40)

    assert any("before you resume" in one.text for one in commands if isinstance(one, Alert))
    assert {reason for _, _, reason in driver.book.halts} == {"stop_cancelled"}
    assert not driver.book.trade_of(KEY).is_exiting
    assert driver.book.trade_of(KEY).stop_failures == 0


def sliced(freeze_quantity: int) -> tuple[EngineDriver, list[str]]:
    """A protected trade whose stop is several orders; their tags."""
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=freeze_quantity))
    driver.signal()
    entries = [place.request.tag for place in driver.places()]
    for tag in entries:
        driver.answer(tag)
    for tag in entries:
        driver.fill(tag, driver.order(tag).terms.quantity, PRICE)
        for place in driver.places():
            driver.rest(place.request.tag)
    driver.later(1)
    trade = driver.book.trade_of(KEY)
    return driver, [order.tag for order in protection.live_exits(driver.core.state, trade)]


def test_the_slices_of_a_stop_that_fall_together_are_cancelled_once(driver):
    """Faults 77 and 78, V4: the broker's desk cancels every order before it closes a position."""
    driver, tags = sliced(10)
    assert len(tags) == 4

    for _ in range(2):
        for tag in tags:
            driver.push(tag, OrderStatus.CANCELLED, message="cancelled by the broker")
        for _ in range(2):
            for place in driver.places():
                driver.rest(place.request.tag)
            driver.later(1)
        tags = [order.tag for order in driver.book.live_orders()]
        wanted = [driver.order(tag).requested_terms or driver.order(tag).terms for tag in tags]
        assert sum(terms.quantity for terms in wanted) == 35

    for tag in tags:
        driver.push(tag, OrderStatus.CANCELLED, message="cancelled by the broker")

    incidents = [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)]
    assert driver.book.trade_of(KEY).stop_cancels == 3
    assert incidents.count("stop_cancelled") == 1


def left_to_a_person(driver: EngineDriver) -> None:
    _, tag = driver.enter()
    for _ in range(3):
        placed = cancelled_by_the_user(driver, tag)
        tag = placed[0].request.tag if placed else ""
        if tag:
            driver.rest(tag)


def test_a_resume_protects_again(driver):
    """Fault 77, V4."""
    left_to_a_person(driver)
    driver.drain()

    driver.ask(inputs.OperatorWish.RESUME)

    (stop,) = driver.places()
    assert stop.request.purpose is Purpose.STOP


def test_while_a_person_is_asked_the_stop_price_still_closes_the_trade(driver):
    """Fault 77, V4: the second line stays."""
    left_to_a_person(driver)
    driver.drain()

    driver.price(driver.book.trade_of(KEY).stop_price - 100)

    (order,) = driver.places()
    assert order.request.purpose is Purpose.EXIT


# --- the end of the day, freeze -----------------------------------------------------------------------------


def test_stops_that_the_closing_auction_cancels_are_no_failed_stops(driver):
    """Fault 25, V4: by plan, and nothing is sent into a phase that takes nothing."""
    _, stop = driver.enter()
    driver.now_ms = ms_at(DAY, time(15, 15))
    driver.drain()

    driver.push(stop, OrderStatus.CANCELLED, message="cancelled before the closing auction")
    driver.later(30)

    assert driver.places() == []
    assert not any(isinstance(event, ev.StopFailed) for event in driver.events)
    assert driver.core.state.rejections_ms == type(driver.core.state.rejections_ms)(maxlen=100)


def test_what_is_still_held_two_minutes_before_the_end_is_told_once(driver):
    """Fault 25, V16."""
    driver.enter()
    driver.now_ms = ms_at(DAY, time(15, 13))

    told = seconds(driver, 20)

    assert sum("two minutes" in text for text in told) == 1


def test_after_a_night_slices_follow_the_freeze_quantity_of_today():
    """Fault 67, V8: a fresh list of instruments cuts what one order may hold."""
    driver = EngineDriver()
    driver.enter()
    driver.instrument = replace(SHARE, freeze_quantity=10)
    driver.restarted(is_recovered=True)
    _, stop = driver.book.orders
    driver.push(stop, OrderStatus.REJECTED, message="above the freeze quantity")

    stops = [place.request.terms.quantity for place in driver.places()]

    assert sum(stops) == 35
    assert max(stops) <= 10


def test_panic_tries_even_after_continuous_trading(driver):
    """V15: an auction may still take a limit."""
    _, stop = driver.enter()
    driver.now_ms = ms_at(DAY, time(15, 21))
    driver.push(stop, OrderStatus.CANCELLED, message="cancelled before the closing auction")
    driver.price(PRICE)

    driver.ask(inputs.OperatorWish.PANIC)

    (order,) = driver.places()
    assert order.request.purpose is Purpose.EXIT


def test_units_that_an_order_reports_and_no_list_of_trades_shows_are_told_after_half_a_minute(driver):
    """Faults 58 and 104, V4, V16: nothing can be read, so what was bought has no stop."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.push(entry.request.tag, OrderStatus.FILLED, filled_quantity=35)
    driver.drain()

    for _ in range(29):
        driver.later(1)
    assert not [one for one in driver.drain() if isinstance(one, Alert) and "unprotected" in one.text]
    for _ in range(3):
        driver.later(1)

    told = [one for one in driver.drain() if isinstance(one, Alert) and "unprotected" in one.text]
    assert [one.level for one in told] == ["critical"]
    assert not driver.book.trade_of(KEY).is_exiting


def test_what_a_resting_stop_has_filled_counts_once(driver):
    """V4: fifteen of thirty-five units are bare, whatever of the other twenty is filled by now."""
    stop = bought(driver)
    driver.answer(stop)
    terms = replace(driver.order(stop).terms, quantity=20)
    driver.read_books(driver.report(stop, OrderStatus.OPEN, terms=terms, filled_quantity=15))
    trade = driver.book.trade_of(KEY)

    assert driver.order(stop).reported_filled_quantity == 15
    assert not guard.is_protected(driver.core.state, trade)


def test_a_spell_that_is_first_seen_when_it_is_long_is_recorded(driver):
    """V19: nothing ran for more than a minute."""
    driver.answer(bought(driver), Unknown("timed out"))
    driver.later(1)

    driver.later(70)

    kinds = [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)]
    assert kinds.count("unprotected") == 1


def test_an_entry_of_which_nothing_is_heard_is_told_before_it_may_be_bare_for_too_long(driver):
    """Fault 104, V4 degraded, V16: while no read succeeds it may have filled."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.drain()

    told = seconds(driver, 60, books=False)

    assert [text for text in told if "nothing was heard of an entry" in text and "25 s" in text]
    assert sum("nothing was heard of an entry" in text for text in told) == 2


def test_an_entry_is_not_unheard_of_for_longer_than_it_exists(driver):
    """Reads were late before it was sent: that says nothing of what it may have bought."""
    seconds(driver, 40, books=False)
    driver.signal()
    (entry,) = driver.places()

    waiting = seconds(driver, 2, books=False)
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))
    sent = seconds(driver, 26, books=False)

    assert [text for text in waiting if "nothing was heard" in text] == []
    assert [text for text in sent if "nothing was heard of an entry" in text and "25 s" in text]
