"""Plots of a day as SVG documents: the equity curve, and the candles of each symbol with what was traded."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from trading_bot.domain.ist import MS_PER_MINUTE, datetime_of, midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.order import Fill, Side
from trading_bot.report.day.equity import EquityPoint, drawdowns
from trading_bot.report.day.result import TradeResult
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
from trading_bot.report.wording import reason_name

_EQUITY_HEIGHT_IN, _CANDLE_HEIGHT_IN = 3.6, 4.2
_BAND = 0.10
_POINT_RUPEES = 0.005  # a candle without a body still shows
_MINUTES_PER_HOUR = 60
_STEPS_MINUTES = (5, 15, 30, 60, 120, 240, 720, 1_440)
_WIDE_LABELS, _NARROW_LABELS = 14, 7

_Series = np.ndarray[tuple[int], np.dtype[np.float64]]


def equity_svg(curve: Sequence[EquityPoint], *, is_narrow: bool = False) -> str:
    """The net and gross result over the day with the drawdown below; narrow for phones."""
    width_in = NARROW_IN if is_narrow else WIDE_IN
    figure, (axes, below) = new_figure(width_in, _EQUITY_HEIGHT_IN, ratios=(3, 1))
    minutes = _minutes(point.at_ms for point in curve)
    net = _rupees(point.net for point in curve)
    gross = _rupees(point.gross for point in curve)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.fill_between(minutes, net, 0, where=net >= 0, color=GREEN, alpha=_BAND, linewidth=0, step="post")
    axes.fill_between(minutes, net, 0, where=net < 0, color=RED, alpha=_BAND, linewidth=0, step="post")
    axes.step(minutes, gross, where="post", color=MUTED, linewidth=1, linestyle=(0, (3, 2)), label="gross")
    axes.step(minutes, net, where="post", color=BLUE, linewidth=1.8, label="net")
    add_legend(axes, 2)
    name_values(axes, "rupees")
    falls = -_rupees(drawdowns(curve))
    below.fill_between(minutes, falls, 0, color=RED, alpha=0.25, linewidth=0, step="post")
    name_values(below, "drawdown")
    _style_clock(below, minutes, most_labels=_NARROW_LABELS if is_narrow else _WIDE_LABELS)
    return svg_of(figure)


def candles_svg(candles: Sequence[Candle], trades: Sequence[TradeResult]) -> str:
    """The minute candles of one symbol with the entries, stops, targets and exits of its trades."""
    figure, (axes,) = new_figure(WIDE_IN, _CANDLE_HEIGHT_IN, ratios=(1,))
    _draw_candles(axes, candles)
    end_ms = _end_ms(candles, trades)
    for trade in trades:
        _draw_trade(axes, trade, end_ms)
    starts = [candle.start_ms for candle in candles] or _fill_times(trades)
    name_values(axes, "rupees")
    axes.margins(y=0.08)
    _style_clock(axes, _minutes([*starts, end_ms]), most_labels=_WIDE_LABELS)
    return svg_of(figure)


def _draw_candles(axes: Axes, candles: Sequence[Candle]) -> None:
    if not candles:
        return
    at = _minutes(candle.start_ms for candle in candles) + 0.5
    opens, highs, lows, closes = (
        _rupees(values) for values in zip(*(candle[1:5] for candle in candles), strict=True)
    )
    for chosen, color in ((closes >= opens, GREEN), (closes < opens, RED)):
        _draw_strokes(axes, at[chosen], lows[chosen], highs[chosen], color=color, width=0.6)
        _draw_strokes(axes, at[chosen], opens[chosen], closes[chosen], color=color, width=1.7)


def _draw_strokes(
    axes: Axes, at: _Series, bottom: _Series, top: _Series, *, color: str, width: float
) -> None:
    """Vertical strokes as one path, broken by gaps: far smaller and faster than a shape for each."""
    gap = np.full(at.size, np.nan)
    is_point = bottom == top
    ends = np.where(is_point, top + _POINT_RUPEES, top)
    axes.plot(
        np.column_stack([at, at, gap]).ravel(),
        np.column_stack([bottom, ends, gap]).ravel(),
        color=color,
        linewidth=width,
        alpha=0.75,
        solid_capstyle="butt",
    )


def _draw_trade(axes: Axes, result: TradeResult, end_ms: int) -> None:
    record = result.record
    from_ms = record.entered_at_ms
    if from_ms is None:
        return
    until_ms = record.exited_at_ms or end_ms
    span = _minutes([from_ms, until_ms])
    axes.axvspan(span[0], span[1], color=GREEN if result.net > 0 else RED, alpha=0.06, linewidth=0)
    _draw_stop(axes, result, from_ms, until_ms)
    target = record.trade.plan.target_price
    if target is not None:
        axes.hlines(target / PAISE_PER_RUPEE, *span, color=GREEN, linewidth=1.2, linestyle=(0, (5, 3)))
    _draw_fills(axes, record.entries)
    _draw_fills(axes, record.exits)
    if record.exits and record.closed:
        _label_exit(axes, record.exits[-1], reason_name(record.closed.exit_reason))


def _draw_stop(axes: Axes, result: TradeResult, from_ms: int, until_ms: int) -> None:
    levels = [(max(level.at_ms, from_ms), level.price) for level in result.record.stops]
    levels = [level for level in levels if level[0] <= until_ms]
    if not levels:
        return
    times = [at_ms for at_ms, _ in levels] + [until_ms]
    prices = [price for _, price in levels] + [levels[-1][1]]
    axes.step(_minutes(times), _rupees(prices), where="post", color=AMBER, linewidth=1.5)


def _draw_fills(axes: Axes, fills: Sequence[Fill]) -> None:
    """Triangles at the fills: up for a purchase, down for a sale."""
    for side, marker, color in ((Side.BUY, "^", BLUE), (Side.SELL, "v", INK)):
        chosen = [fill for fill in fills if fill.side is side]
        axes.scatter(
            _minutes(fill.filled_at_ms for fill in chosen),
            _rupees(fill.price for fill in chosen),
            s=62,
            marker=marker,
            c=color,
            edgecolors="white",
            linewidths=0.9,
            zorder=5,
        )


def _label_exit(axes: Axes, fill: Fill, text: str) -> None:
    axes.annotate(
        text,
        (_minutes([fill.filled_at_ms])[0], fill.price / PAISE_PER_RUPEE),
        xytext=(8, 0),
        textcoords="offset points",
        fontsize=9,
        color=INK,
        va="center",
        parse_math=False,
        bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.5},
    )


def _end_ms(candles: Sequence[Candle], trades: Sequence[TradeResult]) -> int:
    times = _fill_times(trades)
    if candles:
        times.append(candles[-1].start_ms + MS_PER_MINUTE)
    return max(times, default=0)


def _fill_times(trades: Sequence[TradeResult]) -> list[int]:
    times = [fill.filled_at_ms for trade in trades for fill in trade.record.fills]
    return times + [trade.record.brought.at_ms for trade in trades if trade.record.brought]


# --- axes ----------------------------------------------------------------------------------------------


def _style_clock(axes: Axes, minutes: _Series, *, most_labels: int) -> None:
    first, last = float(minutes.min()), float(minutes.max())
    fitting = (step for step in _STEPS_MINUTES if (last - first) / step <= most_labels)
    axes.xaxis.set_major_locator(MultipleLocator(next(fitting, _STEPS_MINUTES[-1])))
    axes.xaxis.set_major_formatter(FuncFormatter(_clock_text))
    axes.set_xlim(first - 2, last + 2)


def _clock_text(minute: float, _position: int | None) -> str:
    hour, rest = divmod(round(minute), _MINUTES_PER_HOUR)
    return f"{hour % 24:02d}:{rest:02d}"


def _minutes(times_ms: Iterable[int]) -> _Series:
    """Minutes since midnight in India of the first time's day."""
    times = list(times_ms)
    if not times:
        return np.empty(0)
    midnight = midnight_ms(datetime_of(times[0]).date())
    return np.array([(at_ms - midnight) / MS_PER_MINUTE for at_ms in times])


def _rupees(amounts_paise: Iterable[int]) -> _Series:
    return np.array(list(amounts_paise), dtype=np.float64) / PAISE_PER_RUPEE
