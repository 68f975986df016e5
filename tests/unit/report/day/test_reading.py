from dataclasses import replace

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, EngineDriver
from tests.fakes.new_days import left_over
from tests.fakes.scripted_day import long_winner, restart, rows_of, whole_day
from trading_bot.domain import events as ev
from trading_bot.domain.errors import StorageError
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode
from trading_bot.report.day.reading import day_record


@pytest.fixture(scope="module")
def record():
    return day_record(rows_of(whole_day()))


def test_a_trade_keeps_its_fills_in_parts_with_entry_and_exit_apart(record):
    trade = record.trades[0]

    assert [(fill.quantity, fill.price) for fill in trade.entries] == [(10, PRICE), (25, PRICE + 20)]
    assert [fill.quantity for fill in trade.exits] == [15, 20]
    assert trade.open_quantity == 0
    assert trade.cash == trade.closed.gross_pnl


def test_a_trade_keeps_every_level_of_its_stop(record):
    trade = record.trades[0]

    assert [level.price for level in trade.stops] == [trade.trade.plan.stop_price, trade.trade.stop_price]
    assert trade.stops[0].price < trade.stops[1].price


def test_a_trade_knows_the_evaluation_that_led_to_it(record):
    assert [trade.evaluation.signal.direction for trade in record.trades] == [
        Direction.LONG,
        Direction.SHORT,
        Direction.LONG,
    ]


def test_each_signal_knows_what_became_of_it(record):
    outcomes = [signal.trade_id or (signal.denied and signal.denied.reason) for signal in record.signals]

    assert outcomes == [1, "position_exists", 2, 3]


def test_an_entry_that_never_filled_is_a_trade_that_did_not_trade(record):
    trade = record.trades[2]

    assert not trade.has_traded
    assert trade.closed.exit_reason is ExitReason.NOT_FILLED
    assert trade.entered_at_ms is None


def test_an_order_keeps_its_life_in_words(record):
    texts = [step.text for step in record.orders[0].steps]

    assert texts[0] == "intended: LIMIT 35 at 1,400.70"
    assert "sent" in texts
    assert "filled 10 at 1,400.00 (trade t1)" in texts
    assert texts[-1].startswith("filled")
    assert record.orders[0].order.status is OrderStatus.FILLED


def test_a_restart_within_the_day_is_counted_and_the_session_stays_one(record):
    assert record.restarts == 1
    assert [notice.text for notice in record.notices if notice.kind == "restart"] == [
        "epoch 2 took the book over"
    ]
    assert len(record.trades) == 3


def test_the_process_that_opens_a_day_is_no_restart():
    assert day_record(rows_of(EngineDriver())).restarts == 0


def test_two_restarts_while_a_position_is_open_change_nothing_of_its_trade():
    driver = EngineDriver()
    driver.enter()
    restart(driver)
    restart(driver)

    record = day_record(rows_of(driver))

    assert record.restarts == 2
    assert record.trades[0].open_quantity == 35
    assert record.positions[0].quantity == 35


def test_only_the_last_day_is_reported():
    driver = whole_day()
    rows = rows_of(driver)
    next_day = ev.DayStarted(at_ms=driver.now_ms + 1, on=DAY.replace(day=20))

    record = day_record([*rows, JournalRow(len(rows) + 1, next_day.at_ms, *encode(next_day))])

    assert record.on == next_day.on
    assert (record.trades, record.signals, record.orders, record.notices) == ((), (), (), ())
    assert record.closing is None


def test_a_trade_that_is_carried_into_the_day_brings_what_it_holds():
    driver = EngineDriver()
    driver.enter()
    driver.now_ms += 86_400_000
    opening = replace(
        inputs.DayOpened(at_ms=0, on=DAY.replace(day=20), instruments=(), sessions={}), at_ms=driver.now_ms
    )
    driver.take(opening)

    (trade,) = day_record(rows_of(driver)).trades

    assert trade.fills == ()
    assert trade.brought.quantity == 35
    assert trade.brought.cash == -35 * PRICE
    assert (trade.entered_quantity, trade.open_quantity) == (35, 35)


def test_a_trade_that_is_written_off_is_none_of_the_day_s():
    driver = EngineDriver()
    left_over(driver)
    assert [trade.brought.quantity for trade in day_record(rows_of(driver)).trades] == [35]

    driver.ask(inputs.OperatorWish.RESUME)

    record = day_record(rows_of(driver))
    assert (record.trades, record.positions) == ((), ())


def test_a_position_that_panic_takes_over_brings_its_value():
    driver = EngineDriver()
    trade = replace(_some_trade(), trade_id=1, exit_reason=ExitReason.PANIC)
    events = [
        *driver.events,
        ev.PositionAdopted(at_ms=driver.now_ms, trade=trade, quantity=-10, price=PRICE),
    ]
    driver.events = events

    record = day_record(rows_of(driver))

    assert record.trades[0].brought.quantity == -10
    assert record.trades[0].open_quantity == -10
    assert record.notices[-1].text == f"took over -10 of {KEY}"


def _some_trade():
    driver = EngineDriver()
    driver.enter(Direction.SHORT)
    return driver.book.trade_of(KEY)


def test_what_others_closed_is_part_of_the_trade():
    driver = EngineDriver()
    _, stop = driver.enter()

    driver.foreign_fill(Side.SELL, 35, PRICE + 50)
    driver.push(stop, OrderStatus.CANCELLED)

    (trade,) = day_record(driver.rows).trades
    assert trade.closed.exit_reason is ExitReason.FOREIGN
    assert trade.open_quantity == 0
    assert trade.cash == trade.closed.gross_pnl == 35 * 50


def test_a_fill_after_the_end_of_its_trade_belongs_to_the_trade_that_takes_the_order_up():
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.rest(tag)
    driver.later(21)
    driver.push(tag, OrderStatus.CANCELLED)
    driver.drain()

    driver.fill(tag, 35, PRICE, status=OrderStatus.CANCELLED)

    record = day_record(driver.rows)
    ended, rescue = record.trades
    assert ended.closed.exit_reason is ExitReason.NOT_FILLED
    assert ended.fills == ()
    assert rescue.trade.strategy == "rescue"
    assert rescue.open_quantity == 35
    assert record.orders[0].trade_id == rescue.trade.trade_id


def test_rows_that_do_not_follow_from_those_before_are_refused():
    driver = EngineDriver()
    long_winner(driver)
    rows = rows_of(driver)
    first_fill = next(row for row in rows if row.kind == "order_filled")
    without_order = [row for row in rows if row.kind != "order_intended"]

    with pytest.raises(StorageError, match=r"journal row \d+ \(order_advanced\)"):
        day_record(without_order)
    with pytest.raises(StorageError, match="cannot be read"):
        day_record([replace(first_fill, payload="{}")])


def test_rows_without_a_day_have_nothing_to_report():
    with pytest.raises(ValueError, match="no start of a day"):
        day_record([])


def test_an_annulled_exit_goes_over_to_the_trade_that_closes_what_it_left():
    """Fault 62, V7: neither trade keeps the fill, each has its units, and their sum is what flowed."""
    driver = EngineDriver()
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE - 1_400)
    driver.later(1)
    driver.drain()
    kept = driver.fills.pop()
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    driver.read_positions(35)
    driver.read_positions(35)
    (place,) = driver.places()
    driver.answer(place.request.tag)
    driver.fill(place.request.tag, 35, PRICE - 2_000)

    record = day_record(rows_of(driver))

    first, second = record.trades
    assert kept not in (*first.fills, *second.fills)
    assert [len(trade.fills) for trade in record.trades] == [1, 1]
    assert [trade.open_quantity for trade in record.trades] == [0, 0]
    assert (first.cash, second.cash) == (35 * -1_400, 35 * -600)
    assert first.cash == first.closed.gross_pnl
    assert second.cash == second.closed.gross_pnl


def test_what_panic_took_over_and_gives_back_is_in_no_result():
    driver = EngineDriver()
    trade = replace(_some_trade(), trade_id=1, exit_reason=ExitReason.PANIC)
    driver.events = [
        *driver.events,
        ev.PositionAdopted(at_ms=driver.now_ms, trade=trade, quantity=-10, price=PRICE),
        ev.AdoptionReturned(
            at_ms=driver.now_ms, tag="tb", trade_id=1, instrument_key=KEY, quantity=-10, price=PRICE
        ),
    ]

    record = day_record(rows_of(driver))

    assert record.trades[0].open_quantity == 0
    assert record.trades[0].cash == 0
    assert "-10 that were taken over are those of order tb" in record.notices[-1].text
