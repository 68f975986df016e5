from decimal import Decimal

import pytest

from tests.fakes.backtest_results import a_result, a_trade, three_trades
from trading_bot.backtest.report.groups import by_hour, by_reason, by_symbol, group_of


def test_groups_add_up_to_all_trades_to_the_paisa():
    result = a_result((*three_trades(), a_trade(exited=None)))
    together = group_of("all", result, result.trades)

    for groups in (by_symbol(result), by_hour(result), by_reason(result)):
        assert sum(group.net for group in groups) == together.net == Decimal("140.00")
        assert sum(group.trades for group in groups) == 4


@pytest.mark.parametrize(
    ("grouped", "names"),
    [
        (by_symbol, ["RELIANCE", "TCS"]),
        (by_hour, ["10", "11", "14"]),
        (by_reason, ["square_off", "stop", "target"]),
    ],
)
def test_trades_are_grouped_by(grouped, names):
    assert [group.name for group in grouped(a_result(three_trades()))] == names


def test_a_group_knows_its_amounts_and_ratios():
    result = a_result(three_trades())

    group = group_of("all", result, result.trades)

    assert (group.gross, group.charges, group.net) == (200, 120, 80)
    assert group.traded == Decimal("100600.00")
    assert group.expectancy == Decimal("26.67")
    assert group.closed.win_rate == pytest.approx(2 / 3)
    assert group.closed.profit_factor == pytest.approx(220 / 140)


def test_an_open_trade_counts_in_amounts_and_not_in_ratios():
    result = a_result([a_trade(exited=None)])

    (group,) = by_reason(result)

    assert (group.name, group.trades, group.open_trades) == ("open", 1, 1)
    assert group.net == 60
    assert group.expectancy is None
    assert group.closed.win_rate is None
