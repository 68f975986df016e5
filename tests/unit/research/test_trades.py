from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from trading_bot.domain.ist import ms_at
from trading_bot.research.trades import (
    ClosedTrades,
    Group,
    TradeFigures,
    by_hour,
    by_reason,
    by_symbol,
    exposure,
    trade_figures,
)

NONE = ClosedTrades(
    entered_ms=np.empty(0, np.int64),
    exited_ms=np.empty(0, np.int64),
    net=np.empty(0),
    traded=np.empty(0),
    symbols=(),
    reasons=(),
)


def closed(*rows):
    """Trades of (entered, exited, net, symbol, reason)."""
    entered, exited, net, symbols, reasons = zip(*rows, strict=True)
    return ClosedTrades(
        entered_ms=np.array(entered),
        exited_ms=np.array(exited),
        net=np.array(net, float),
        traded=np.full(len(rows), 1_000.0),
        symbols=symbols,
        reasons=reasons,
    )


def at(hour, minute=0):
    return ms_at(date(2026, 11, 19), time(hour, minute))


SOME = closed(
    (at(9, 15), at(9, 45), 300, "TCS", "target"),
    (at(10, 59), at(11, 59), -100, "INFY", "stop"),
    (at(10), at(10), 0, "TCS", "stop"),
    (at(15), at(15, 30), -50, "TCS", "square_off"),
)


def test_figures_of_all_trades():
    assert trade_figures(SOME) == TradeFigures(
        trades=4, net=150, win_rate=0.25, profit_factor=2, expectancy=37.5, duration_s_mean=1_800
    )


def test_without_trades_nothing_but_their_number_and_sum_is_defined():
    assert trade_figures(NONE) == TradeFigures(
        trades=0, net=0, win_rate=None, profit_factor=None, expectancy=None, duration_s_mean=None
    )
    assert by_symbol(NONE) == by_hour(NONE) == by_reason(NONE) == ()


def test_a_profit_factor_without_a_loser_is_undefined_and_one_without_a_winner_is_zero():
    assert trade_figures(closed((1, 2, 5, "TCS", "target"))).profit_factor is None
    assert trade_figures(closed((1, 2, -5, "TCS", "stop"))).profit_factor == 0


def test_paise_are_won_and_lost_as_rupees_are():
    some = closed((1, 1, 0.5, "TCS", "target"), (1, 1, -0.25, "TCS", "stop"), (1, 1, 0, "TCS", "stop"))

    figures = trade_figures(some)

    assert (figures.win_rate, figures.profit_factor) == (1 / 3, 2)
    assert trade_figures(closed((1, 3, 0.5, "TCS", "target"))).duration_s_mean == 0.002


def test_groups_hold_their_trades_and_no_others():
    assert [(group.name, group.figures.trades, group.figures.net) for group in by_symbol(SOME)] == [
        ("INFY", 1, -100),
        ("TCS", 3, 250),
    ]
    assert [(group.name, group.figures.net) for group in by_reason(SOME)] == [
        ("square_off", -50),
        ("stop", -100),
        ("target", 300),
    ]


def test_hours_are_those_of_the_entry_in_india():
    assert [(group.name, group.figures.trades) for group in by_hour(SOME)] == [
        ("09", 1),
        ("10", 2),
        ("15", 1),
    ]


def test_groups_are_equal_by_their_figures():
    assert by_symbol(SOME)[0] == Group(
        name="INFY", figures=trade_figures(closed((0, 3_600_000, -100, "I", "s")))
    )


def test_exposure_is_the_share_of_steps_that_a_trade_touches():
    curve = np.arange(0, 11) * 10

    assert exposure(curve, closed((5, 15, 1, "A", "x"), (12, 31, 1, "B", "x"))) == 0.4
    assert exposure(curve, closed((10, 20, 1, "A", "x"))) == 0.1
    assert exposure(curve, NONE) == 0
    assert exposure(curve[:1], NONE) is None
    assert exposure(curve[:2], closed((5, 6, 1, "A", "x"))) == 1


def test_trades_whose_columns_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        ClosedTrades(
            entered_ms=np.array([1]),
            exited_ms=np.array([1]),
            net=np.array([1.0]),
            traded=np.array([1.0]),
            symbols=("TCS",),
            reasons=(),
        )
    with pytest.raises(ValueError, match="ends before it begins"):
        closed((2, 1, 0, "TCS", "stop"))
    with pytest.raises(ValueError, match="traded values hold values that are not finite"):
        replace(SOME, traded=np.full(4, np.nan))
    with pytest.raises(ValueError, match="entries are not whole numbers"):
        replace(SOME, entered_ms=SOME.entered_ms / 2)
    with pytest.raises(ValueError, match="exits are not whole numbers"):
        replace(SOME, exited_ms=SOME.exited_ms + 0.5)
    with pytest.raises(ValueError, match="net results hold values that are not finite"):
        closed((1, 2, float("nan"), "TCS", "stop"))
