"""What a panic tells and counts, whatever the rules of the market say."""

from datetime import date, time
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import EngineDriver
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.panicking.panic import left_open, open_in, panic_plan, where_known
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import Side
from trading_bot.engine import inputs
from trading_bot.engine.book import Book


@pytest.mark.parametrize("error", [UncoveredDateError("no charges of that day"), KeyError("NSE_FO|1")])
def test_charges_that_no_rule_or_list_tells_do_not_end_a_panic(error):
    """Its first fill would: the limit of a day's loss is looked at with every price."""

    def uncovered(_book: Book) -> Decimal:
        raise error

    assert where_known(uncovered)(Book()) == 0
    assert where_known(lambda _book: Decimal(7))(Book()) == 7


@pytest.mark.parametrize(
    ("enters", "told"),
    [
        (True, "the journal knows 1 open position, RELIANCE +35, and 1 live order: see"),
        (False, "the journal knows no open position and no live order: see"),
    ],
)
def test_what_the_journal_knows_is_counted(enters, told):
    driver = EngineDriver()
    if enters:
        driver.enter()

    assert left_open(driver.book, [driver.instrument], "see") == told


def test_an_instrument_that_nobody_kept_goes_by_its_key():
    driver = EngineDriver()
    driver.enter()

    assert f"{driver.instrument.key} +35" in left_open(driver.book, [], "see")


def test_an_unknown_book_is_not_an_empty_one():
    assert left_open(None, [], "see") == "the journal cannot be read: what is open is not known; see"


def test_what_panic_still_finds_open_is_named_by_symbol():
    driver = EngineDriver()
    driver.read_books()
    driver.read_positions(20)

    assert "RELIANCE +20" in open_in(driver.core.state)


@pytest.mark.parametrize(("on", "is_sent"), [(date(2026, 11, 22), False), (date(2035, 1, 3), True)])
def test_panic_sends_nothing_on_a_day_on_which_nothing_trades(on, is_sent):
    """Faults 20 and 23: a broker would keep it for the next morning. Past the calendar nobody knows."""
    driver = EngineDriver()
    driver.enter()
    driver.now_ms = ms_at(on, time(12, 0))
    plan = panic_plan(load_market_rules(), on, [driver.instrument])
    opened = inputs.DayOpened(
        at_ms=0, on=plan.on, instruments=tuple(plan.instruments), sessions=dict(plan.sessions)
    )
    driver.take(opened)
    driver.ask(inputs.OperatorWish.PANIC)
    driver.fills.clear()
    driver.drain()

    driver.read_books()
    driver.read_positions(35)
    driver.later(1)

    assert [command.request.side for command in driver.places()] == [Side.SELL] * is_sent
    assert "RELIANCE +35" in open_in(driver.core.state)
