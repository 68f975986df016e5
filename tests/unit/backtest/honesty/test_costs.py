from decimal import Decimal

import pytest

from tests.fakes.backtest_results import a_result, a_trade, three_trades
from trading_bot.backtest.honesty.costs import costs_doubled


def test_charges_alone_are_doubled_exactly():
    found = costs_doubled(a_result(three_trades()), None)

    assert found.charges_only == Decimal(80) - Decimal(120)
    assert (found.everything, found.total_return) == (None, None)


def test_dearer_fills_come_with_their_own_charges():
    dearer = a_result([a_trade(leave=100_900)])

    found = costs_doubled(a_result(three_trades()), dearer)

    assert found.everything == Decimal(90) - 2 * Decimal(40)
    assert found.total_return == pytest.approx(10 / 100_000)
