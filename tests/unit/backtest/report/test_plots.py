from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.report.plots import distribution_svg, equity_figure, symbol_svg

NONE = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def width_of(svg: str) -> float:
    return float(ET.fromstring(svg).get("width").removesuffix("pt"))


def lines_of(figure):
    return {line.get_label(): line for axes in figure.axes for line in axes.get_lines()}


def test_equity_is_drawn_beside_holding_and_ends_where_it_ends():
    lines = lines_of(equity_figure(figures_of(a_result(three_trades()))))

    assert lines["strategy, net"].get_ydata()[-1] == 100_080
    assert lines["buy and hold"].get_ydata()[-1] == pytest.approx(103_000)


def test_one_day_is_drawn_without_holding():
    figure = equity_figure(figures_of(a_result([a_trade()], days=DAYS[:1])), is_narrow=True)

    assert "buy and hold" not in lines_of(figure)
    assert figure.get_figwidth() < equity_figure(figures_of(a_result())).get_figwidth()


def test_a_hole_in_the_data_breaks_the_line_of_holding():
    far = (*DAYS[:2], DAYS[2].replace(day=30))

    held = lines_of(equity_figure(figures_of(a_result(days=far))))["buy and hold"].get_ydata()

    assert np.flatnonzero(np.isnan(held)).tolist() == [3]


@pytest.mark.parametrize("net", [[5.0], [0.0, 0.0], [-100.0, 20.0, 40.5]])
def test_any_trades_have_a_distribution(net):
    assert width_of(distribution_svg(np.array(net))) > 300


@pytest.mark.parametrize("trades", [(), three_trades(), [a_trade(exited=None)]])
def test_a_symbol_is_drawn_with_whatever_was_traded(trades):
    closes = a_result().closes["RELIANCE"]

    assert width_of(symbol_svg(closes, trades)) > 300


def test_a_symbol_with_one_close_or_none_is_drawn():
    one = a_result(days=DAYS[:1]).closes["RELIANCE"]

    assert width_of(symbol_svg(one, [a_trade()])) == width_of(symbol_svg(NONE, [a_trade()]))


def test_thousands_of_trades_do_not_make_a_picture_of_megabytes():
    svg = symbol_svg(a_result().closes["RELIANCE"], [a_trade()] * 5_000)

    assert len(svg) < 100_000


def test_a_long_curve_is_drawn_by_its_extremes():
    result = a_result(closes={})
    equity = np.arange(10_000) % 97 + 10_000_000
    equity[785], equity[7_777] = 50, 20_000_000
    long = replace(result, at_ms=np.arange(10_000) + result.at_ms[0], equity=equity)

    drawn = lines_of(equity_figure(figures_of(long)))["strategy, net"].get_ydata()

    assert len(drawn) <= 2_000
    assert (drawn[0], drawn[-1]) == (equity[0] / 100, equity[-1] / 100)
    assert (drawn.min(), drawn.max()) == (0.5, 200_000)


def test_without_a_fall_the_panel_of_falls_is_empty():
    _, below = equity_figure(figures_of(a_result(closes={}))).axes

    assert below.get_ylim() == (-0.1, 0)
