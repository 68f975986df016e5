"""Every figure that empyrical has as well, on what real shares did: crashes, bull markets, lasting falls.

Where the two define a figure differently is written in docs/research.md, and shown here.
"""

from datetime import time

import empyrical
import numpy as np
import pandas as pd
import pytest

from trading_bot.domain.ist import ms_at
from trading_bot.research.daily import daily_equity
from trading_bot.research.performance import (
    CurveFigures,
    against_holding,
    curve_figures,
    monthly_returns,
)
from trading_bot.research.ratios import sharpe, sortino

SAME = {"rel": 1e-10, "abs": 1e-12}
SPANS = {"all": slice(None), "a crash": slice("2020-01", "2020-04"), "one year": slice("2017", "2017")}


@pytest.fixture(scope="module")
def shares(shared_data):
    """Adjusted daily closes of 31 shares by day, 2008 to 2021."""
    folder = shared_data / "nse_daily" / "adjusted_2008_2021"
    tables = {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}
    return {name: table.set_index("date")["close"] for name, table in tables.items()}


@pytest.fixture(scope="module")
def index(shared_data):
    """Daily closes of the Nifty by day."""
    path = shared_data / "index_daily" / "NIFTY_2007_2022.parquet"
    return pd.read_parquet(path).set_index("date")["close"]


def curve(closes):
    """Times and values as of a backtest: a point at each close."""
    return [ms_at(day.date(), time(15, 30)) for day in closes.index], closes.to_numpy()


def returns_of(closes):
    return closes.pct_change().dropna()


@pytest.mark.parametrize("span", SPANS)
def test_figures_of_31_real_shares_are_those_of_empyrical(shares, span):
    for closes in (one.loc[SPANS[span]] for one in shares.values()):
        returns, figures = returns_of(closes), curve_figures(*curve(closes))

        assert figures.days == len(returns)
        assert _ours(figures) == pytest.approx(_theirs(returns), **SAME)


def _ours(figures: CurveFigures):
    assert figures.max_drawdown is not None
    return [
        figures.total_return,
        figures.cagr,
        figures.volatility,
        figures.sharpe,
        figures.sortino,
        figures.calmar,
        -figures.max_drawdown.depth,
    ]


def _theirs(returns):
    return [
        empyrical.cum_returns_final(returns),
        empyrical.annual_return(returns),
        empyrical.annual_volatility(returns),
        empyrical.sharpe_ratio(returns),
        empyrical.sortino_ratio(returns),
        empyrical.calmar_ratio(returns),
        empyrical.max_drawdown(returns),
    ]


def test_months_of_real_shares_are_those_of_empyrical(shares):
    for closes in list(shares.values())[::10]:
        months = monthly_returns(daily_equity(*curve(closes)))
        expected = empyrical.aggregate_returns(returns_of(closes), "monthly")

        assert [(one.year, one.month) for one in months] == list(expected.index)
        assert [one.total_return for one in months] == pytest.approx(expected.to_list(), **SAME)


def test_real_shares_beside_the_index_have_the_beta_and_alpha_of_empyrical(shares, index):
    for closes in shares.values():
        days = closes.index.intersection(index.index)
        ours, market = closes.loc[days], index.loc[days]

        result = against_holding(curve(ours), curve(market))

        assert len(days) > 1_000
        assert result.beta == pytest.approx(empyrical.beta(returns_of(ours), returns_of(market)), **SAME)
        assert result.alpha == pytest.approx(empyrical.alpha(returns_of(ours), returns_of(market)), **SAME)


def test_a_riskless_rate_is_that_of_a_year_here_and_that_of_a_day_there(shares):
    daily = 1.065 ** (1 / 252) - 1
    for returns in map(returns_of, shares.values()):
        assert sharpe(returns, risk_free=0.065) == pytest.approx(
            empyrical.sharpe_ratio(returns, daily), **SAME
        )
        ours, theirs = sortino(returns, risk_free=0.065), empyrical.sortino_ratio(returns, daily)
        assert ours == pytest.approx(theirs, **SAME)


def test_where_nothing_is_defined_there_is_none_here_and_nan_or_infinity_there():
    flat, rising = np.zeros(20), np.full(20, 0.01) + np.arange(20) / 1e4

    assert (sharpe(flat), sortino(rising)) == (None, None)
    assert not np.isfinite(empyrical.sharpe_ratio(flat))
    assert not np.isfinite(empyrical.sortino_ratio(rising))
