"""A token that the broker no longer accepts."""

from tests.fakes.engine_driver import EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, CancelOrder, ReadBooks
from trading_bot.engine.ports import RefusalCause, Refused

UNSENT = Refused("UDAPI100050", "token", RefusalCause.NEEDS_LOGIN)
DEAD = inputs.ReadFailed(at_ms=0, what="positions", detail="401", needs_login=True)


def alerts(driver):
    return [command.text for command in driver.drain() if isinstance(command, Alert)]


def test_a_dead_token_stops_entries_and_pages_once():
    driver = EngineDriver()
    driver.drain()

    driver.take(DEAD)
    told = alerts(driver)
    driver.take(DEAD)

    assert any("log in again" in text for text in told)
    assert alerts(driver) == []
    driver.signal()
    assert driver.places() == []
    assert isinstance(driver.new_events[-1], ev.EntryDenied)


def test_the_next_complete_read_lets_entries_go_on():
    driver = EngineDriver()
    driver.take(DEAD)

    driver.read_books()
    driver.signal()

    assert len(driver.places()) == 1


def test_any_other_failed_read_stops_nothing():
    driver = EngineDriver()

    driver.take(inputs.ReadFailed(at_ms=0, what="positions", detail="timeout"))
    driver.signal()

    assert len(driver.places()) == 1


def test_a_read_that_was_asked_for_before_the_token_died_proves_nothing():
    """Fault 28, V5."""
    driver = EngineDriver()
    asked_at_ms = driver.now_ms
    driver.later(1)
    driver.take(DEAD)

    driver.take(inputs.BooksRead(at_ms=0, asked_at_ms=asked_at_ms, orders=(), fills=()))

    assert any(reason == "needs_login" for _, _, reason in driver.book.halts)


def test_orders_refused_for_a_dead_token_are_no_reject_storm():
    """Faults 28 and 74, V16."""
    driver = EngineDriver()
    for _ in range(6):
        driver.later(10)
        driver.price(140_000)
        driver.read_books()
        driver.signal()
        (entry,) = driver.places()
        driver.answer(entry.request.tag, UNSENT)
        driver.book.last_entry_ms.clear()
        driver.book.entry_times_ms.clear()

    assert driver.book.trades == {}
    assert [reason for _, _, reason in driver.book.halts] == ["needs_login"]


def test_a_stop_that_a_dead_token_refused_is_paged_and_placed_again_after_the_login():
    """Faults 28 and 74, V4, V16."""
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, 140_000)
    (stop,) = driver.places()

    driver.answer(stop.request.tag, UNSENT)

    commands = driver.drain()
    assert any(isinstance(command, ReadBooks) for command in commands)
    assert any("no stop can be placed" in command.text for command in commands if isinstance(command, Alert))
    driver.later(1)
    assert driver.places() == []
    assert driver.book.trade_of(driver.instrument.key).stop_failures == 0

    driver.read_books(driver.report(entry.request.tag, OrderStatus.FILLED))

    (again,) = driver.places()
    assert again.request.terms == stop.request.terms


def test_a_token_that_is_good_for_reads_alone_costs_few_calls():
    """Faults 28 and 43, V9: what reads say would have the stop sent several times a second."""
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, 140_000)
    asked = 0

    for _ in range(240):
        for place in driver.places():
            asked += 1
            driver.answer(place.request.tag, UNSENT)
        driver.now_ms += 250
        driver.read_books(driver.report(entry.request.tag, OrderStatus.FILLED))

    assert 6 <= asked <= 8


def test_changes_that_a_dead_token_refused_count_for_nothing():
    """Faults 28 and 74."""
    driver = EngineDriver()
    _, stop = driver.enter()
    driver.drain()
    for _ in range(3):
        driver.ask(inputs.OperatorWish.FLATTEN)
        assert not any(isinstance(change, CancelOrder) for change in driver.changes())
        driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=UNSENT))
        driver.later(1)
        assert driver.changes() == []
        driver.later(9)
        driver.read_all()

    assert driver.order(stop).refused_changes == 0


def test_while_something_is_held_a_login_is_asked_for_every_half_minute():
    """Faults 28 and 104, V16: nobody else looks after it."""
    driver = EngineDriver()
    driver.enter()
    driver.take(DEAD)
    driver.drain()

    told = []
    for _ in range(95):
        driver.later(1)
        told += [text for text in alerts(driver) if "no login" in text]

    assert len(told) == 3


def test_without_a_trade_one_page_is_enough():
    driver = EngineDriver()
    driver.take(DEAD)
    driver.drain()

    for _ in range(95):
        driver.later(1)

    assert not any("no login" in text for text in alerts(driver))
