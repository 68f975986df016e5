"""What driving a trade asks for, and what it leaves alone."""

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SESSION
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.commands import CancelOrder
from trading_bot.engine.decisions.positions import trades
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import CancelAnswered, ModifyAnswered, OperatorWish, ReadFailed
from trading_bot.engine.ports import Refused


def test_a_trade_that_is_closed_needs_nothing(driver):
    turn = Turn(driver.core.state)

    trades.drive(driver.core.state, 99, turn)
    trades.refresh_watch(driver.core.state, 99)

    assert (turn.events, turn.commands) == ([], [])


@pytest.mark.parametrize("why", ["no books", "day over", "not listed"])
def test_before_anything_is_known_or_after_the_day_nothing_is_asked_for(driver, why):
    """V5."""
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.CANCELLED)
    driver.drain()
    state = driver.core.state
    state.books_read_at_ms = 0 if why == "no books" else state.books_read_at_ms
    state.book.is_day_closed = why == "day over"
    if why == "not listed":
        state.market.series.clear()
    turn = Turn(state)

    trades.drive(state, driver.book.trade_of(KEY).trade_id, turn)
    trades.refresh_watch(state, driver.book.trade_of(KEY).trade_id)

    assert turn.commands == []


@pytest.mark.parametrize(("panics", "placed"), [(False, 0), (True, 1)])
def test_after_continuous_trading_nothing_is_placed_but_in_a_panic(driver, panics, placed):
    """Fault 69, V15."""
    _, stop = driver.enter()
    driver.now_ms = SESSION[0][1]
    if panics:
        driver.ask(OperatorWish.PANIC)
    driver.push(stop, OrderStatus.CANCELLED)

    driver.later(1)

    assert len(driver.places()) == placed


@pytest.mark.parametrize("pause", ["login", "rate"])
def test_while_nothing_can_be_sent_what_rests_stays(driver, pause):
    """Faults 28 and 43."""
    driver.enter()
    if pause == "login":
        driver.take(ReadFailed(at_ms=0, what="positions", detail="401", needs_login=True))
    else:
        driver.core.state.rate_limited_until_ms = driver.now_ms + 5_000
    driver.ask(OperatorWish.FLATTEN)

    driver.later(1)

    assert driver.changes() == []


def test_more_sold_than_held_turns_the_trade_and_buys_back_no_more_than_that(driver):
    """Fault 57, V3: it must not happen, and must not be doubled."""
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.CANCELLED)
    (again,) = driver.places()
    driver.answer(again.request.tag)

    driver.order_fills((stop, 35, PRICE), (again.request.tag, 35, PRICE))

    trade = driver.book.trade_of(KEY)
    assert (trade.direction, trade.exit_reason) == (Direction.SHORT, ExitReason.UNPROTECTED)
    (buy_back,) = driver.places()
    assert (buy_back.request.side, buy_back.request.terms.quantity) == (Side.BUY, 35)
    assert "position_flipped" in {reason for _, _, reason in driver.book.halts}


def test_what_the_broker_confirms_to_hold_less_bounds_the_exits_and_follows_our_trades(driver):
    """Fault 62, V3: a difference was found at some moment; what traded since moved both sides."""
    _, stop = driver.enter()
    for _ in range(2):
        driver.read_positions(20)
    assert trades.exitable_quantity(driver.core.state, driver.book.trade_of(KEY)) == 20

    driver.fill(stop, 5, PRICE)

    assert trades.exitable_quantity(driver.core.state, driver.book.trade_of(KEY)) == 15


def test_driving_that_touches_without_end_stops(driver, monkeypatch):
    """V22."""
    state = driver.core.state
    driver.enter()
    turn = Turn(state)
    turn.touch_instrument(KEY)
    driven: list[int] = []

    def touch_again(_state, trade_id, turn):
        driven.append(trade_id)
        turn.touched_trades[trade_id] = None

    monkeypatch.setattr(trades, "drive", touch_again)
    trades.drive_touched(state, turn)

    assert len(driven) == 3


@pytest.mark.parametrize("what", ["trailing stop", "exit", "entry"])
def test_a_change_that_the_broker_never_takes_leaves_room_for_exits(driver, what):
    """Faults 46, 47 and 74, V9: asked for every second it would use up the calls of half an hour."""
    if what == "entry":
        driver.signal()
        (entry,) = driver.places()
        driver.answer(entry.request.tag)
        driver.push(entry.request.tag, OrderStatus.OPEN)
    else:
        driver.enter()
    if what == "trailing stop":
        driver.later(60)
        driver.price(PRICE + 3_000)
    if what == "exit":
        driver.ask(OperatorWish.FLATTEN)
    asked = 0

    for _ in range(240):
        for change in driver.changes():
            asked += 1
            answered = CancelAnswered if isinstance(change, CancelOrder) else ModifyAnswered
            driver.take(answered(at_ms=0, tag=change.tag, outcome=Refused("UDAPI100036", "no more of it")))
        driver.later(1)
        driver.price(PRICE + 3_000)

    assert 10 < asked <= 33
