"""Our time against the exchange's, and time in which nothing ran."""

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.market_data import Frame, Tick
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, ReadBooks, ReadPositions


@pytest.fixture
def driver() -> EngineDriver:
    """The second of its first price is over."""
    driver = EngineDriver()
    driver.later(1)
    return driver


def hear(driver, *, sent_ms_ago, seconds=1):
    """Frames that were sent so long ago by the exchange's time, one in each second."""
    for _ in range(seconds):
        tick = Tick(KEY, PRICE, driver.now_ms - sent_ms_ago, 1_000, PRICE - 10, 500, PRICE + 10, 500)
        driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(driver.now_ms - sent_ms_ago, (tick,))))
        driver.later(1)


def alerts(driver):
    return [(one.level, one.text) for one in driver.drain() if isinstance(one, Alert)]


def enters(driver):
    driver.signal()
    return bool(driver.places())


@pytest.mark.parametrize("sent_ms_ago", [3_600_000, -3_600_000, 1_500, -1_500])
def test_nothing_is_entered_while_our_time_is_not_the_exchanges(driver, sent_ms_ago):
    """Faults 16 and 17, V11, V12: an hour by a step, or a second and a half by a drift, to either side."""
    driver.drain()
    hear(driver, sent_ms_ago=sent_ms_ago)

    assert [level for level, _ in alerts(driver)] == ["critical"]
    assert not enters(driver)
    assert driver.new_events[-1].reason == "clock_offset"
    hear(driver, sent_ms_ago=20)
    assert enters(driver)


def test_what_is_held_is_protected_and_closed_whatever_the_clock_says(driver):
    """Fault 16, V4."""
    _, stop = driver.enter()
    hear(driver, sent_ms_ago=3_600_000)
    driver.drain()

    driver.ask(inputs.OperatorWish.FLATTEN)

    assert [change.tag for change in driver.changes()] == [stop]


def test_a_small_drift_is_told_once_and_stops_nothing(driver):
    """Fault 17: from a tenth of a second on, when it lasts."""
    driver.drain()
    hear(driver, sent_ms_ago=300, seconds=9)
    assert alerts(driver) == []

    hear(driver, sent_ms_ago=300, seconds=20)

    assert [level for level, _ in alerts(driver)] == ["warning"]
    assert enters(driver)


def test_one_late_frame_among_others_says_nothing_of_the_clock(driver):
    """Fault 17: the least late one counts."""
    driver.drain()
    for sent_ms_ago in (1_700, 30, 1_900):
        tick = Tick(KEY, PRICE, driver.now_ms)
        driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(driver.now_ms - sent_ms_ago, (tick,))))
    driver.later(1)

    assert alerts(driver) == []
    assert driver.core.state.market.offset_ms == 30


def test_after_lost_time_nothing_is_entered_or_sent_before_the_books_are_read(driver):
    """Fault 18, V4, V12, V23: two minutes asleep; the stop filled meanwhile, and must not be placed again."""
    _, stop = driver.enter()
    driver.later(1)
    driver.drain()
    driver.now_ms += 120_000

    driver.take(inputs.TimeLost(at_ms=0, lost_s=120.0))
    driver.take(inputs.ClockTicked(at_ms=0))
    driver.price(PRICE - 2_000)
    driver.later(3)

    commands = driver.drain()
    assert any(isinstance(one, ReadBooks) for one in commands)
    assert ReadPositions() in commands
    assert not [one for one in commands if hasattr(one, "request") or hasattr(one, "tag")]
    assert [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)] == ["time_lost"]
    assert not enters(driver)
    driver.fill(stop, 35, PRICE - 1_400, OrderStatus.FILLED)
    driver.read_positions(0)
    driver.later(1)
    assert driver.book.positions == {}
    assert driver.core.state.is_recovered


def test_a_stop_that_outlived_the_gap_is_kept(driver):
    """Fault 18, V4."""
    driver.enter()
    driver.take(inputs.TimeLost(at_ms=0, lost_s=60.0))
    driver.read_all()
    driver.read_positions(35)
    driver.drain()

    driver.later(1)

    assert driver.places() == []
    assert driver.core.state.is_recovered


def test_a_read_that_was_sent_before_the_gap_does_not_tell_what_happened_in_it(driver):
    """Fault 18, V4, V5: its answer lay unread for two minutes, in which the stop may have filled."""
    _, stop = driver.enter()
    asked_at_ms = driver.now_ms
    driver.drain()
    driver.now_ms += 120_000
    driver.take(inputs.TimeLost(at_ms=0, lost_s=120.0))

    gone = driver.report(stop, OrderStatus.CANCELLED)
    driver.take(inputs.BooksRead(at_ms=0, asked_at_ms=asked_at_ms, orders=(gone,), fills=tuple(driver.fills)))
    driver.take(inputs.PositionsRead(at_ms=0, asked_at_ms=asked_at_ms, positions=()))
    driver.later(1)

    assert driver.places() == []
    assert not driver.core.state.is_recovered
    driver.read_books(gone)
    assert len(driver.places()) == 1


def test_what_waited_to_be_sent_when_time_was_lost_is_decided_anew(driver):
    """Fault 18, V3, V12: an exit of two minutes ago may be one too many by now."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()
    driver.now_ms += 120_000
    driver.take(inputs.TimeLost(at_ms=0, lost_s=120.0))

    driver.take(inputs.SendStarted(at_ms=0, tag=stop.request.tag))

    assert driver.order(stop.request.tag).status is OrderStatus.DROPPED
    driver.read_all()
    (again,) = driver.places()
    assert again.request.terms.quantity == 35


def test_where_no_read_succeeds_after_lost_time_a_position_is_protected_all_the_same(driver):
    """Faults 18 and 104, V4: what this process left behind it knows; half a minute is waited for a read."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    driver.drain()
    driver.now_ms += 120_000
    driver.take(inputs.TimeLost(at_ms=0, lost_s=120.0))

    driver.later(29)
    assert driver.places() == []
    driver.later(1)
    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


def test_a_start_waits_for_its_first_read_however_long(driver):
    """Faults 18 and 84, V5: time lost before the first read tells nothing of what an earlier process left."""
    driver.enter()
    driver.restarted()
    driver.take(inputs.TimeLost(at_ms=0, lost_s=120.0))
    driver.drain()

    driver.later(60)

    assert driver.places() == []
    assert driver.changes() == []
