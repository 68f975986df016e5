"""One picture: the stitched equity, what was promised and what came, and how steady the choices are."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trading_bot.backtest.walk_forward.result import WalkForwardResult

_DPI = 130
_INK, _MUTED, _RULE = "#1f2933", "#6b7785", "#e4e8ec"
_BLUE, _AMBER = "#2459c4", "#b7791f"


def stability_png(result: WalkForwardResult) -> bytes:
    """Figures are drawn without pyplot, so that nothing global is kept and any thread may draw."""
    varying = [axis for axis in result.axes if len(axis.values) > 1]
    heights = [2.4, 1.6, *([1.1] * len(varying))]
    figure = Figure(figsize=(10, 1.2 + sum(heights)), layout="constrained", dpi=_DPI)
    equity, ratios, *choices = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    for axes in (equity, ratios, *choices):
        _style(axes)
    _draw_equity(equity, result)
    _draw_ratios(ratios, result)
    for axes, axis in zip(choices, varying, strict=True):
        chosen = [part.found.best.values[axis.name] for part in result.parts]
        axes.step(
            range(len(chosen)), chosen, where="mid", color=_BLUE, linewidth=1.6, marker="o", markersize=3
        )
        low, high = min(axis.values), max(axis.values)
        axes.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))
        axes.set_ylabel(axis.name, color=_MUTED, fontsize=9)
    _label_windows(result, ratios, choices)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _draw_equity(axes: Axes, result: WalkForwardResult) -> None:
    net = np.concatenate(([0.0], result.record.equity - result.record.begin))
    axes.axhline(0, color=_MUTED, linewidth=0.8)
    axes.plot(range(len(net)), net, color=_BLUE, linewidth=1.6)
    ends = np.cumsum([len(part.window.test_days) for part in result.parts])
    for end in ends[:-1]:
        axes.axvline(end, color=_RULE, linewidth=1)
    axes.set_xlim(0, len(net) - 1)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}".replace("-", "\u2212")))
    axes.set_ylabel("rupees", color=_MUTED, fontsize=9)
    axes.set_xlabel("trading days out of sample; lines: a new choice", color=_MUTED, fontsize=9)
    symbols = ", ".join(one.symbol for one in result.market.instruments[:3])
    axes.set_title(f"Out of sample: {result.strategy} on {symbols}", color=_INK, fontsize=11)


def _draw_ratios(axes: Axes, result: WalkForwardResult) -> None:
    places = np.arange(len(result.parts))
    trained = [_or_nan(part.found.best.score) for part in result.parts]
    tested = [_or_nan(result.test_sharpe(number)) for number in range(len(result.parts))]
    axes.axhline(0, color=_MUTED, linewidth=0.8)
    axes.bar(places - 0.18, trained, 0.34, color=_AMBER, label="where it was chosen")
    axes.bar(places + 0.18, tested, 0.34, color=_BLUE, label="where it was played")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=2, fontsize=8, labelcolor=_INK)
    axes.set_ylabel("Sharpe", color=_MUTED, fontsize=9)


def _label_windows(result: WalkForwardResult, ratios: Axes, choices: list[Axes]) -> None:
    """Every panel by window has the same places; only the last one says which they are."""
    starts = [f"{part.window.test_span[0]:%d %b %y}" for part in result.parts]
    step = -(-len(starts) // 10)
    for axes in (ratios, *choices):
        axes.set_xlim(-0.6, len(starts) - 0.4)
        axes.set_xticks(range(0, len(starts), step), starts[::step] if axes is (ratios, *choices)[-1] else [])
    (ratios, *choices)[-1].set_xlabel("first day of the test", color=_MUTED, fontsize=9)


def _or_nan(ratio: float | None) -> float:
    return np.nan if ratio is None else ratio


def _style(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_RULE)
    axes.grid(visible=True, axis="y", color=_RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_MUTED, labelsize=8, length=0)
