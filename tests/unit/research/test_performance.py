"""All figures of a result.

Beside empyrical: equal on a curve of daily closes. It knows no intraday points, so its drawdown is that of
daily closes, which is never deeper than ours; and no trades, exposure or turnover.
"""

from datetime import date, time, timedelta

import empyrical
import numpy as np
import pandas as pd
import pytest

from trading_bot.domain.ist import ms_at
from trading_bot.research.performance import MonthReturn, against_holding, curve_figures, performance
from trading_bot.research.ratios import cagr, sharpe, sortino
from trading_bot.research.trades import ClosedTrades

BEGIN = date(2026, 1, 1)


def closes(returns, begin=1_000_000.0):
    """Times and values of a curve of daily closes that makes these returns."""
    at_ms = [ms_at(BEGIN + timedelta(days=day), time(15, 30)) for day in range(len(returns) + 1)]
    return np.array(at_ms), begin * np.concatenate(([1.0], np.cumprod(1 + np.asarray(returns))))


def trades(*traded):
    entered = np.array([ms_at(BEGIN + timedelta(days=1), time(10))] * len(traded), dtype=np.int64)
    return ClosedTrades(
        entered_ms=entered,
        exited_ms=entered + 60_000,
        net=np.ones(len(traded)),
        traded=np.array(traded, float),
    )


def test_a_curve_of_daily_closes_has_the_figures_of_empyrical(rng):
    returns = rng.normal(0.001, 0.01, 300)

    figures = curve_figures(*closes(returns))

    assert figures.days == 300
    assert figures.total_return == pytest.approx(empyrical.cum_returns_final(returns))
    assert figures.cagr == pytest.approx(empyrical.cagr(returns))
    assert figures.volatility == pytest.approx(empyrical.annual_volatility(returns))
    assert figures.sharpe == pytest.approx(empyrical.sharpe_ratio(returns))
    assert figures.sortino == pytest.approx(empyrical.sortino_ratio(returns))
    assert figures.calmar == pytest.approx(empyrical.calmar_ratio(returns))
    assert figures.max_drawdown.depth == pytest.approx(-empyrical.max_drawdown(returns))


def test_intraday_falls_deepen_the_drawdown_and_leave_daily_figures_alone():
    at_ms, equity = closes([0.01, -0.02, 0.03])
    noon = at_ms[2] - 3 * 3_600_000
    with_fall = curve_figures(np.insert(at_ms, 2, noon), np.insert(equity, 2, 700_000.0))

    plain = curve_figures(at_ms, equity)

    assert with_fall.sharpe == plain.sharpe
    assert with_fall.max_drawdown.depth == pytest.approx(1 - 700_000 / 1_010_000)
    assert plain.max_drawdown.depth == pytest.approx(0.02)


def test_months_compound_to_the_total_return_and_equal_those_of_empyrical(rng):
    returns = rng.normal(0.001, 0.01, 90)
    at_ms, equity = closes(returns)
    months = performance(at_ms, equity, trades()).months
    index = pd.DatetimeIndex([BEGIN + timedelta(days=day) for day in range(1, 91)])

    expected = empyrical.aggregate_returns(pd.Series(returns, index), "monthly")

    assert [(month.year, month.month) for month in months] == list(expected.index)
    assert [month.total_return for month in months] == pytest.approx(expected.to_list())
    assert np.prod([1 + month.total_return for month in months]) == pytest.approx(equity[-1] / equity[0])


def test_turnover_is_rupees_traded_for_each_rupee_of_equity_and_year():
    at_ms, equity = closes([0.0] * 126)

    assert performance(at_ms, equity, trades(1_500_000, 500_000)).turnover == pytest.approx(4)


def test_a_curve_that_stands_still_has_no_ratios():
    figures = curve_figures(*closes([0.0] * 10))

    assert (figures.total_return, figures.cagr, figures.volatility) == (0, 0, 0)
    assert (figures.sharpe, figures.sortino, figures.calmar, figures.max_drawdown) == (None, None, None, None)


def test_a_curve_that_falls_below_zero_has_a_total_return_and_no_rates():
    at_ms, _ = closes([0.0] * 3)
    result = performance(at_ms, [100.0, 50, -20, -10], trades())

    assert result.curve.total_return == -1.1
    assert (result.curve.cagr, result.curve.sharpe, result.curve.volatility) == (None, None, None)
    assert result.months == (MonthReturn(year=2026, month=1, total_return=-1.1),)


def test_a_month_that_begins_without_equity_has_no_return():
    at_ms = [ms_at(day, time(15, 30)) for day in (date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1))]

    months = performance(at_ms, [100.0, -1, 5], trades()).months

    assert [month.total_return for month in months] == [-1.01, None]


def test_a_lone_point_has_a_total_return_of_zero_and_nothing_else():
    result = performance([ms_at(BEGIN, time(9))], [100.0], trades())

    assert (result.curve.days, result.curve.total_return) == (0, 0)
    assert (result.curve.cagr, result.turnover, result.months) == (None, None, ())


def test_a_curve_beside_holding_has_the_beta_and_alpha_of_empyrical(rng):
    market = rng.normal(0.0005, 0.01, 250)
    ours = 0.4 * market + rng.normal(0.0004, 0.005, 250)

    result = against_holding(closes(ours), closes(market, begin=2_345.6))

    assert result.beta == pytest.approx(empyrical.beta(ours, market))
    assert result.alpha == pytest.approx(empyrical.alpha(ours, market))
    assert result.correlation == pytest.approx(np.corrcoef(ours, market)[0, 1])
    assert result.excess_return == pytest.approx(np.prod(1 + ours) - np.prod(1 + market))
    assert result.holding.sharpe == pytest.approx(empyrical.sharpe_ratio(market))


def test_only_days_of_both_are_compared(rng):
    market = rng.normal(0, 0.01, 30)
    at_ms, equity = closes(market)

    result = against_holding((at_ms[:20], equity[:20]), (at_ms, equity))

    assert result.beta == pytest.approx(1)


def test_nothing_is_compared_with_a_price_that_stands_still_or_with_lost_equity():
    still = against_holding(closes([0.01, -0.01, 0.02]), closes([0.0] * 3))
    at_ms, _ = closes([0.0] * 3)
    lost = against_holding((at_ms, [100.0, -1, 5, 5]), closes([0.01, 0.02, 0.03]))

    assert (still.beta, still.alpha, still.correlation) == (None, None, None)
    assert lost.beta is None


def test_a_riskless_rate_and_another_year_reach_every_ratio(rng):
    returns = rng.normal(0.001, 0.01, 50)

    told = performance(*closes(returns), trades(), per_year=247, risk_free=0.06)
    plain = performance(*closes(returns), trades())

    assert told.curve.sharpe == pytest.approx(sharpe(returns, 247, 0.06))
    assert told.curve.sortino == pytest.approx(sortino(returns, 247, 0.06))
    assert told.curve.cagr == pytest.approx(cagr(returns, 247))
    assert plain.curve.sharpe == pytest.approx(sharpe(returns))


def test_a_month_that_begins_with_nothing_has_no_return_and_one_with_a_paisa_has():
    at_ms = [ms_at(day, time(15, 30)) for day in (date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1))]

    assert performance(at_ms, [100.0, 0, 5], trades()).months[1].total_return is None
    assert performance(at_ms, [100.0, 0.01, 0.02], trades()).months[1].total_return == pytest.approx(1)


def test_turnover_of_no_equity_is_undefined():
    at_ms = [ms_at(BEGIN + timedelta(days=day), time(15, 30)) for day in range(2)]

    assert performance(at_ms, [100.0, 0], trades(1.0)).turnover is None
    assert performance(at_ms, [100.0, 0.5], trades(1.0)).turnover == pytest.approx(2 * 252)
