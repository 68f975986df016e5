from decimal import Decimal

import pytest

from tests.fakes.backtest_results import a_result, a_trade, three_trades
from trading_bot.backtest.report.figures import figures_of


@pytest.fixture(scope="module")
def figures():
    return figures_of(a_result(three_trades()))


def test_exposure_counts_each_minute_once(figures):
    assert figures.exposure == pytest.approx((120 + 60) / (3 * 375))


def test_a_trade_that_is_still_open_is_exposed_to_the_end_of_the_session():
    open_trade = a_trade(entered="15:00", exited=None)

    assert figures_of(a_result([open_trade], days=(open_trade.on,))).exposure == pytest.approx(30 / 375)


def test_nothing_traded_is_no_exposure():
    assert figures_of(a_result()).exposure == 0


def test_a_fall_is_told_in_rupees(figures):
    fall = figures.curve.max_drawdown

    assert fall.depth == pytest.approx(140 / 100_060)
    assert figures.fallen(fall) == Decimal("140.00")
    assert figures.underwater.max() == fall.depth


def test_final_equity_is_the_cash_and_the_net_of_all_trades(figures):
    assert figures.final_equity == 100_000 + figures.together.net == Decimal("100080.00")


def test_a_result_without_a_day_is_refused():
    empty = a_result()
    with pytest.raises(ValueError, match="fewer than the 1 needed"):
        figures_of(type(empty)(**{**_fields(empty), "at_ms": empty.at_ms[:0], "equity": empty.equity[:0]}))


def _fields(result):
    return {name: getattr(result, name) for name in result.__slots__}
