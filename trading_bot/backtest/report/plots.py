"""Plots of a backtest: equity beside holding, results of trades, daily closes with what was traded."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from trading_bot.backtest.report.cautions import GAP_DAYS
from trading_bot.backtest.report.figures import Figures
from trading_bot.backtest.result import BacktestTrade
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.ist import date_of as day_of
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.signal import Direction
from trading_bot.report.page.plot_style import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    MUTED,
    NARROW_IN,
    RED,
    WIDE_IN,
    add_legend,
    name_values,
    new_figure,
    svg_of,
)
from trading_bot.research.arrays import Floats, Ints
from trading_bot.research.drawdown import underwater

_EQUITY_HEIGHT_IN, _SMALL_HEIGHT_IN = 4.4, 2.7
_WIDE_DATES, _NARROW_DATES = 9, 5
_EPOCH_SHIFT_MS = -midnight_ms(day_of(0))
"""From epoch milliseconds to a clock in India that plots as if it were UTC."""
_BARS_MAX, _BARS_MIN = 50, 9
_STRETCHES = 500
"""Of a longer curve, each of so many stretches is drawn by its ends and extremes."""
_LEAST_FALL_PERCENT = 0.1
_VECTOR_TRADES_MAX = 300
"""More marks than these are painted as dots of a picture, so that a page stays small."""


def equity_figure(figures: Figures, *, is_narrow: bool = False) -> Figure:
    """Equity against buying and holding, and the falls of both below; narrow for phones."""
    result, holding = figures.result, figures.holding
    width_in = NARROW_IN if is_narrow else WIDE_IN
    figure, (axes, below) = new_figure(width_in, _EQUITY_HEIGHT_IN, ratios=(5, 2))
    shown = _outline(result.equity)
    at = _dates(result.at_ms[shown])
    axes.axhline(float(result.cash), color=MUTED, linewidth=0.8)
    if holding is not None:
        held_at = _dates(holding.at_ms)
        axes.plot(*_broken(held_at, holding.equity), color=AMBER, linewidth=1.2, label="buy and hold")
        below.plot(*_broken(held_at, -underwater(holding.equity) * 100), color=AMBER, linewidth=0.9)
    equity = result.equity[shown] / PAISE_PER_RUPEE
    axes.step(at, equity, where="post", color=BLUE, linewidth=1.7, label="strategy, net")
    add_legend(axes, 2)
    name_values(axes, "rupees")
    falls = -figures.underwater[shown] * 100
    below.fill_between(at, falls, 0, color=RED, alpha=0.3, linewidth=0, step="post")
    below.yaxis.set_major_formatter(PercentFormatter())
    below.set_ylim(min(below.get_ylim()[0], -_LEAST_FALL_PERCENT), 0)
    name_values(below, "drawdown")
    _style_dates(below, at, _NARROW_DATES if is_narrow else _WIDE_DATES)
    return figure


def distribution_svg(net: Floats) -> str:
    """How often closed trades brought how many rupees; at least one trade is given."""
    figure, (axes,) = new_figure(NARROW_IN, _SMALL_HEIGHT_IN, ratios=(1,))
    bars = int(np.clip(2 * np.sqrt(net.size), _BARS_MIN, _BARS_MAX))
    width = max(float(np.ptp(net)) / bars, 1.0)
    first, last = np.floor(net.min() / width), np.ceil(net.max() / width) + 1
    edges = np.arange(first, last + 1) * width
    counts, _ = np.histogram(net, edges)
    colors = [GREEN if edge >= 0 else RED for edge in edges[:-1]]
    axes.bar(edges[:-1], counts, width=width * 0.92, align="edge", color=colors, alpha=0.75)
    axes.axvline(float(net.mean()), color=INK, linewidth=1, linestyle=(0, (4, 2)), label="mean")
    axes.xaxis.set_major_formatter(axes.yaxis.get_major_formatter())
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.tick_params(axis="x", pad=7)
    name_values(axes, "trades")
    axes.set_xlabel("net result of a trade, rupees", color=MUTED, fontsize=9)
    add_legend(axes, 1)
    return svg_of(figure)


def symbol_svg(closes: tuple[Ints, Ints], trades: Sequence[BacktestTrade]) -> str:
    """Daily closes of a symbol (times, paise) with the entries and exits of its trades."""
    figure, (axes,) = new_figure(NARROW_IN, _SMALL_HEIGHT_IN, ratios=(1,))
    at_ms, prices = closes
    mark = "." if at_ms.size == 1 else None
    axes.plot(*_broken(_dates(at_ms), prices / PAISE_PER_RUPEE), color=MUTED, linewidth=1.1, marker=mark)
    for direction, marker, color in ((Direction.LONG, "^", BLUE), (Direction.SHORT, "v", INK)):
        _mark(axes, _entries(trades, direction), marker, color)
    _mark(axes, _exits(trades, is_won=True), "o", GREEN)
    _mark(axes, _exits(trades, is_won=False), "o", RED)
    axes.margins(y=0.1)
    marked = _Marks(_entries(trades, Direction.LONG) + _entries(trades, Direction.SHORT))
    _style_dates(axes, np.concatenate((_dates(at_ms), marked.at)), _NARROW_DATES)
    return svg_of(figure)


class _Marks:
    """Moments and mean prices in rupees."""

    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        self.at = _dates(np.array([at_ms for at_ms, _ in points], dtype=np.int64))
        self.prices = np.array([price for _, price in points])


def _mark(axes: Axes, points: Sequence[tuple[int, float]], marker: str, color: str) -> None:
    marks = _Marks(points)
    axes.scatter(
        marks.at,
        marks.prices,
        s=20 if marker == "o" else 34,
        marker=marker,
        c=color,
        edgecolors="white",
        linewidths=0.5,
        zorder=5,
        rasterized=len(points) > _VECTOR_TRADES_MAX,
    )


def _entries(trades: Sequence[BacktestTrade], direction: Direction) -> list[tuple[int, float]]:
    records = [trade.result.record for trade in trades]
    return [
        (one.entered_at_ms, one.entered_value / one.entered_quantity / PAISE_PER_RUPEE)
        for one in records
        if one.trade.direction is direction and one.entered_at_ms is not None and one.entered_quantity
    ]


def _exits(trades: Sequence[BacktestTrade], *, is_won: bool) -> list[tuple[int, float]]:
    records = [trade.result.record for trade in trades if (trade.result.net > 0) is is_won]
    return [
        (one.exited_at_ms, one.exited_value / one.exited_quantity / PAISE_PER_RUPEE)
        for one in records
        if one.exited_at_ms is not None
    ]


def _dates(at_ms: Ints) -> Floats:
    """Days since 1970-01-01 by the clock in India, as the plots' axes count them."""
    return (at_ms + _EPOCH_SHIFT_MS) / MS_PER_DAY


def _outline(values: Ints) -> Ints:
    """The points of a curve that make its picture: all, or ends and extremes of each of its stretches."""
    if values.size <= 4 * _STRETCHES:
        return np.arange(values.size)
    bounds = np.linspace(0, values.size, _STRETCHES + 1).astype(np.int64)
    chosen: set[int] = set()
    for first, after in pairwise(bounds.tolist()):
        part = values[first:after]
        chosen |= {first, first + int(part.argmin()), first + int(part.argmax()), after - 1}
    return np.array(sorted(chosen), dtype=np.int64)


def _broken(at: Floats, values: Floats) -> tuple[Floats, Floats]:
    """The same points with a break wherever the data has none for longer than holidays last."""
    breaks = np.flatnonzero(np.diff(at) > GAP_DAYS) + 1
    return np.insert(at, breaks, at[breaks - 1]), np.insert(values, breaks, np.nan)


def _style_dates(axes: Axes, at: Floats, most_labels: int) -> None:
    locator = AutoDateLocator(minticks=2, maxticks=most_labels)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, show_offset=False)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    first, last = float(at.min()), float(at.max())
    space = max((last - first) * 0.01, 0.02)
    axes.set_xlim(first - space, last + space)
