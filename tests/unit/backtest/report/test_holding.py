from dataclasses import replace

import pytest

from tests.fakes.backtest_results import DAYS, a_result, three_trades
from trading_bot.backtest.report.holding import holding_of


def test_holding_puts_equal_parts_of_the_cash_into_each_symbol():
    holding = holding_of(a_result())

    assert holding.equity.tolist() == pytest.approx([100_000, 100_000, 101_000, 103_000])
    assert holding.against.holding.total_return == pytest.approx(0.03)


def test_the_excess_is_over_the_same_span():
    holding = holding_of(a_result(three_trades()))

    assert holding.against.excess_return == pytest.approx(0.0008 - 0.03)


def test_a_part_waits_in_cash_and_stays_at_the_last_close():
    result = a_result(closes={"LATE": (100, 100, 100), "GONE": (200, 300)})
    at_ms, _ = result.closes["LATE"]
    late = {"LATE": (at_ms[1:], result.closes["LATE"][1][1:] * [1, 2]), "GONE": result.closes["GONE"]}

    held = holding_of(replace(result, closes=late))

    assert held.equity.tolist() == pytest.approx([100_000, 100_000, 125_000, 175_000])


def test_holding_needs_two_days_of_closes():
    assert holding_of(a_result(days=DAYS[:1])) is None
    assert holding_of(a_result(closes={})) is None
