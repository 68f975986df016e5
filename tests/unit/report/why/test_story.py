import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from tests.fakes.scripted_day import dead_entry, long_winner, rows_of, whole_day
from tests.fakes.why_facts import story
from trading_bot.domain.errors import StorageError
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import JournalRow, Refused
from trading_bot.report.day.reading import day_record
from trading_bot.report.why.story import story_of


@pytest.fixture(scope="module")
def told():
    return story()


@pytest.fixture(scope="module")
def record():
    return day_record(rows_of(whole_day()))


def test_it_tells_the_same_signals_and_trades_as_the_whole_book(told, record):
    assert told.signals == record.signals
    assert [trade.closed for trade in told.trades] == [trade.closed for trade in record.trades]
    assert [trade.fills for trade in told.trades] == [trade.fills for trade in record.trades]
    assert [trade.stops for trade in told.trades] == [trade.stops for trade in record.trades]
    assert [trade.evaluation for trade in told.trades] == [trade.evaluation for trade in record.trades]


def test_it_tells_the_same_life_of_every_order(told, record):
    lives = {order.order.tag: (order.trade_id, order.steps) for order in record.orders}

    assert {order.tag: (order.trade_id, order.steps) for order in told.orders} == lives
    assert [order.status for order in told.orders if order.purpose is Purpose.ENTRY] == [
        OrderStatus.FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELLED,
    ]


def test_it_knows_when_processes_began_and_how_the_day_ended(told):
    assert len(told.starts_ms) == 2
    assert told.closing is not None
    assert told.first_ms < told.last_ms == told.closing.at_ms


def test_another_instrument_has_no_story_but_the_days_halts():
    driver = EngineDriver()
    driver.enter()
    driver.ask(OperatorWish.PAUSE)

    told = story_of(rows_of(driver), "NSE_EQ|OTHER")

    assert (told.signals, told.trades, told.orders) == ((), (), ())
    assert [notice.kind for notice in told.notices] == ["halt"]


def test_a_refused_entry_keeps_the_brokers_word():
    driver = EngineDriver()
    driver.drain()
    driver.signal(Direction.LONG)
    (entry,) = driver.places()
    driver.answer(entry.request.tag, Refused(code="UDAPI1", message="no margin"))

    (order,) = story(driver).orders

    assert (order.status, order.message) == (OrderStatus.REFUSED, "UDAPI1 no margin")


def test_the_last_wish_to_close_is_kept():
    driver = EngineDriver()
    long_winner(driver)
    (asked,) = story(driver).exits.values()

    assert asked.reason is ExitReason.TARGET


def test_rows_that_nobody_can_read_are_said_so():
    with pytest.raises(StorageError, match="journal row 7"):
        story_of([JournalRow(7, 0, "signal_raised", f'{{"instrument_key":"{KEY}"}}')], KEY)


def test_rows_of_others_are_not_even_decoded():
    told = story_of([JournalRow(7, 5, "signal_raised", "{spoiled")], KEY)

    assert (told.first_ms, told.last_ms) == (5, 5)


def test_a_day_without_rows_has_no_beginning():
    assert story_of([], KEY).first_ms is None


def test_an_entry_that_never_filled_is_a_trade_without_fills():
    driver = EngineDriver()
    dead_entry(driver)

    (trade,) = story(driver).trades

    assert not trade.has_traded
