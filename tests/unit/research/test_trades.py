from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from trading_bot.domain.ist import ms_at
from trading_bot.research.trades import ClosedTrades, TradeFigures, trade_figures

NONE = ClosedTrades(
    entered_ms=np.empty(0, np.int64),
    exited_ms=np.empty(0, np.int64),
    net=np.empty(0),
    traded=np.empty(0),
)


def closed(*rows):
    """Trades of (entered, exited, net)."""
    entered, exited, net = zip(*rows, strict=True)
    return ClosedTrades(
        entered_ms=np.array(entered),
        exited_ms=np.array(exited),
        net=np.array(net, float),
        traded=np.full(len(rows), 1_000.0),
    )


def at(hour, minute=0):
    return ms_at(date(2026, 11, 19), time(hour, minute))


SOME = closed(
    (at(9, 15), at(9, 45), 300),
    (at(10, 59), at(11, 59), -100),
    (at(10), at(10), 0),
    (at(15), at(15, 30), -50),
)


def test_figures_of_all_trades():
    assert trade_figures(SOME) == TradeFigures(
        trades=4, net=150, win_rate=0.25, profit_factor=2, expectancy=37.5, duration_s_mean=1_800
    )


def test_without_trades_nothing_but_their_number_and_sum_is_defined():
    assert trade_figures(NONE) == TradeFigures(
        trades=0, net=0, win_rate=None, profit_factor=None, expectancy=None, duration_s_mean=None
    )


def test_a_profit_factor_without_a_loser_is_undefined_and_one_without_a_winner_is_zero():
    assert trade_figures(closed((1, 2, 5))).profit_factor is None
    assert trade_figures(closed((1, 2, -5))).profit_factor == 0


def test_paise_are_won_and_lost_as_rupees_are():
    some = closed((1, 1, 0.5), (1, 1, -0.25), (1, 1, 0))

    figures = trade_figures(some)

    assert (figures.win_rate, figures.profit_factor) == (1 / 3, 2)
    assert trade_figures(closed((1, 3, 0.5))).duration_s_mean == 0.002


def test_trades_whose_columns_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        ClosedTrades(
            entered_ms=np.array([1]),
            exited_ms=np.array([1]),
            net=np.array([1.0]),
            traded=np.array([1.0, 2.0]),
        )
    with pytest.raises(ValueError, match="ends before it begins"):
        closed((2, 1, 0))
    with pytest.raises(ValueError, match="traded values hold values that are not finite"):
        replace(SOME, traded=np.full(4, np.nan))
    with pytest.raises(ValueError, match="entries are not whole numbers"):
        replace(SOME, entered_ms=SOME.entered_ms / 2)
    with pytest.raises(ValueError, match="exits are not whole numbers"):
        replace(SOME, exited_ms=SOME.exited_ms + 0.5)
    with pytest.raises(ValueError, match="net results hold values that are not finite"):
        closed((1, 2, float("nan")))
