from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from tests.fakes.scripted_day import end_day, result_of, whole_day
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus
from trading_bot.report.day.verdict import verdict_of


@pytest.fixture(scope="module")
def result():
    return result_of(whole_day())


def test_a_good_day_has_no_problems(result):
    verdict = verdict_of(result)

    assert verdict.problems == ()
    assert verdict.is_flat
    assert verdict.is_reconciled is True
    assert verdict.is_ledger_equal is None


def test_the_ledgers_difference_is_named_first(result):
    facts = replace(result.facts, ledger_net_pnl=result.net + Decimal("0.01"))

    verdict = verdict_of(replace(result, facts=facts))

    assert verdict.is_ledger_equal is False
    assert verdict.problems[0].endswith("difference -0.01")


def test_a_day_that_nobody_ended_is_said_so():
    verdict = verdict_of(result_of(EngineDriver()))

    assert verdict.is_reconciled is None
    assert verdict.problems == (
        "the program did not end the day: what follows is the state of its last record",
    )


def test_an_open_position_and_its_live_stop_are_problems():
    driver = EngineDriver()
    _, stop = driver.enter()
    end_day(driver)

    verdict = verdict_of(result_of(driver))

    assert not verdict.is_flat
    assert "position open at the end: +35 RELIANCE" in verdict.problems
    assert f"order {stop} (RELIANCE) is still trigger pending" in verdict.problems


def test_fills_that_the_broker_reports_but_nobody_read_are_a_problem():
    driver = EngineDriver()
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.FILLED, filled_quantity=35)

    problems = verdict_of(result_of(driver)).problems

    assert any("the broker reports 35 filled, known are fills of 0" in problem for problem in problems)


def test_a_closing_that_is_not_reconciled_or_adds_up_otherwise_is_a_problem(result):
    closing = replace(result.record.closing, reconciled=False, gross_pnl=1)

    problems = verdict_of(replace(result, record=replace(result.record, closing=closing))).problems

    assert problems[0] == "broker and book did not agree when the day ended"
    assert problems[1].startswith("the day was closed with gross 0.01")


def test_a_latched_panic_is_a_problem():
    driver = EngineDriver()
    driver.events.append(ev.PanicLatched(at_ms=driver.now_ms, asked_by="owner"))

    problems = verdict_of(result_of(driver)).problems

    assert "panic is latched: no entries until a person resumes" in problems


def test_fills_outside_of_any_trade_are_a_problem():
    driver = EngineDriver()
    entry, _ = driver.enter()
    request = driver.order(entry).request
    stray = replace(request, tag="stray")
    fill = replace(driver.fills[0], order_id="x", trade_id="x", price=PRICE)
    driver.events += [
        ev.OrderIntended(at_ms=driver.now_ms, request=stray, trade_id=None),
        ev.OrderFilled(at_ms=driver.now_ms, tag="stray", fill=fill),
    ]

    problems = verdict_of(result_of(driver)).problems

    assert "order stray (RELIANCE) belongs to no trade: its fills are not part of this result" in problems
