"""The ratios beside empyrical, and where they are undefined.

empyrical answers nan, infinity or 0 where nothing is defined (a Sharpe ratio of constant returns, a Sortino
ratio without a losing day); here that is None. Its `alpha` compounds the same way; its drawdown is negative.
"""

import math

import empyrical
import numpy as np
import pytest

from trading_bot.research.ratios import cagr, calmar, periodic, sharpe, sortino, total_return, volatility


@pytest.fixture(params=range(5))
def returns(request):
    draws = np.random.default_rng(request.param)
    return draws.standard_t(4, 400) * 0.01 + 0.0005 * request.param


def test_ratios_equal_those_of_empyrical(returns):
    assert total_return(returns) == pytest.approx(empyrical.cum_returns_final(returns), rel=1e-12)
    assert cagr(returns) == pytest.approx(empyrical.cagr(returns), rel=1e-12)
    assert volatility(returns) == pytest.approx(empyrical.annual_volatility(returns), rel=1e-12)
    assert sharpe(returns) == pytest.approx(empyrical.sharpe_ratio(returns), rel=1e-12)
    assert sortino(returns) == pytest.approx(empyrical.sortino_ratio(returns), rel=1e-12)
    deepest = -empyrical.max_drawdown(returns)
    assert calmar(cagr(returns), deepest) == pytest.approx(empyrical.calmar_ratio(returns), rel=1e-12)


def test_a_riskless_rate_is_taken_off_each_day_as_empyrical_does_with_the_daily_rate(returns):
    daily = periodic(0.065, 252)

    assert sharpe(returns, risk_free=0.065) == pytest.approx(empyrical.sharpe_ratio(returns, risk_free=daily))
    assert sortino(returns, risk_free=0.065) == pytest.approx(empyrical.sortino_ratio(returns, daily))


def test_another_number_of_days_in_a_year_scales_with_its_root(returns):
    assert sharpe(returns, 247) == pytest.approx(sharpe(returns) * math.sqrt(247 / 252))


def test_a_daily_rate_compounds_to_the_annual_one():
    assert (1 + periodic(0.07, 252)) ** 252 == pytest.approx(1.07)
    with pytest.raises(ValueError, match="loses everything"):
        periodic(-1, 252)


@pytest.mark.parametrize("flat", [[0.01] * 9, [0.0] * 9, [0.02]])
def test_a_sharpe_ratio_of_returns_that_do_not_vary_is_undefined(flat):
    assert sharpe(flat) is None


def test_a_sortino_ratio_without_a_losing_day_is_undefined_and_one_of_losses_alone_is_not():
    assert sortino([0.01, 0.02, 0.0]) is None
    assert sortino([-0.01, -0.01]) == pytest.approx(-math.sqrt(252))


def test_volatility_of_one_day_is_undefined():
    assert volatility([0.01]) is None


def test_growth_after_a_total_loss_is_undefined():
    assert cagr([0.5, -1.0]) is None
    assert cagr([-3.0, -3.0]) is None


def test_growth_of_a_day_that_doubles_stays_a_number():
    assert cagr([1e6]) < math.inf


def test_a_calmar_ratio_without_a_fall_is_undefined():
    assert calmar(0.2, None) is None
    assert calmar(0.2, 0.0) is None
    assert calmar(None, 0.1) is None


def test_no_returns_are_an_error_and_no_zero():
    for figure in (total_return, cagr, volatility, sharpe, sortino):
        with pytest.raises(ValueError, match="returns are 0"):
            figure([])


def test_volatility_and_sharpe_need_two_days_and_no_more():
    assert volatility([0.01, 0.03], 1) == pytest.approx(math.sqrt(2) * 0.01)
    assert sharpe([0.01, 0.03], 1) == pytest.approx(math.sqrt(2))


def test_a_day_on_which_everything_was_lost_is_not_made_good():
    assert cagr([-1.0]) is None
    assert cagr([-1.5, -1.5]) is None
