"""Rows that a search by tag finds are taken as rows of the order book are."""

from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.domain.order import OrderStatus, OrderType
from trading_bot.engine import inputs
from trading_bot.engine.commands import ReadBooks
from trading_bot.engine.ports import Unknown


def test_a_search_adopts_what_it_finds(driver, entry):
    driver.answer(entry, Unknown("timed out"))

    search(driver, driver.report(entry, OrderStatus.OPEN, order_id="7"))

    assert driver.order(entry).order_id == "7"


def search(driver, report, *, asked_ms_ago: int = 0):
    asked_at_ms = driver.now_ms - asked_ms_ago
    return driver.take(inputs.TagSearched(at_ms=0, asked_at_ms=asked_at_ms, tag=report.tag, orders=(report,)))


def test_a_search_that_was_sent_before_a_modification_was_seen_does_not_undo_it(driver):
    """Fault 51, V3."""
    _, stop = driver.enter()
    old = driver.report(stop, OrderStatus.TRIGGER_PENDING)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.now_ms += 40
    driver.confirm_modify(stop)

    search(driver, old, asked_ms_ago=40)

    assert driver.order(stop).status is OrderStatus.OPEN
    assert driver.order(stop).terms.order_type is OrderType.LIMIT


def test_a_search_that_answers_with_an_older_row_does_not_undo_a_modification(driver):
    """Fault 51, V3."""
    _, stop = driver.enter()
    old = driver.report(stop, OrderStatus.TRIGGER_PENDING, reported_at_ms=driver.now_ms)
    driver.later(10)
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    terms = driver.order(stop).requested_terms
    driver.push(stop, OrderStatus.OPEN, terms=terms, reported_at_ms=driver.now_ms)

    search(driver, old)

    assert driver.order(stop).terms == terms


def test_a_search_that_shows_fewer_fills_has_the_books_read_and_takes_nothing_back(driver, entry):
    """Fault 59, V6."""
    driver.answer(entry)
    driver.fill(entry, 10, PRICE)
    driver.drain()

    step = search(driver, driver.report(entry, OrderStatus.OPEN, filled_quantity=0))

    assert any(isinstance(command, ReadBooks) for command in step.commands)
    assert driver.order(entry).reported_filled_quantity == 10


def test_a_search_that_shows_an_ended_order_alive_is_a_contradiction_like_any_other(driver):
    """Fault 51, V16."""
    _, stop = driver.enter()
    alive = driver.report(stop, OrderStatus.TRIGGER_PENDING)
    driver.push(stop, OrderStatus.CANCELLED)

    search(driver, alive)
    driver.later(6)
    search(driver, alive)

    assert driver.incidents() == ["suspect_order"]
    assert driver.order(stop).status is OrderStatus.CANCELLED


def test_what_names_an_order_in_doubt_is_news_however_long_ago_it_was_asked_for(driver, entry):
    """Faults 34 and 35: the doubt began after the question was sent."""
    driver.take(inputs.SendStarted(at_ms=0, tag=entry))
    driver.now_ms += 2_000
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=Unknown("timed out")))

    search(driver, driver.report(entry, OrderStatus.OPEN), asked_ms_ago=1_000)

    assert driver.order(entry).status is OrderStatus.OPEN


def test_a_search_that_finds_nothing_proves_nothing(driver, entry):
    driver.answer(entry, Unknown("timed out"))

    step = driver.take(inputs.TagSearched(at_ms=0, asked_at_ms=0, tag=entry, orders=()))

    assert step.rows == ()


def test_a_search_that_finds_two_halts_entries(driver, entry):
    driver.answer(entry, Unknown("timed out"))
    rows = tuple(driver.report(entry, OrderStatus.OPEN, order_id=order_id) for order_id in "78")

    driver.take(inputs.TagSearched(at_ms=0, asked_at_ms=0, tag=entry, orders=rows))

    assert "tag_twice" in driver.incidents()
