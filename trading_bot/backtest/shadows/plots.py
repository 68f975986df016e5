"""The picture of a comparison: both results added up, and what lies between them day by day."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from trading_bot.backtest.shadows.compare import Compared
from trading_bot.report.page.plot_style import (
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

_HEIGHT_IN = 4.0
_LEGEND_COLUMNS = 2


def difference_svg(compared: Compared, *, is_narrow: bool = False) -> str:
    """Curves above, bars of the daily differences below; narrow for phones."""
    figure, (axes, below) = new_figure(NARROW_IN if is_narrow else WIDE_IN, _HEIGHT_IN, ratios=(3, 2))
    baseline = np.cumsum([0.0, *(float(day.baseline.net) for day in compared.days)])
    shadow = np.cumsum([0.0, *(float(day.shadow.net) for day in compared.days)])
    at = np.arange(len(baseline))
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.plot(at, baseline, color=INK, linewidth=1.4, label="baseline")
    axes.plot(at, shadow, color=BLUE, linewidth=1.8, label=compared.name)
    add_legend(axes, _LEGEND_COLUMNS)
    name_values(axes, "net, rupees")
    differences = np.array([float(day.difference) for day in compared.days])
    below.axhline(0, color=MUTED, linewidth=0.8)
    below.bar(at[1:], differences, width=0.7, color=np.where(differences < 0, RED, GREEN))
    name_values(below, "difference")
    below.set_xlabel("days played", color=MUTED, fontsize=9)
    below.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    return svg_of(figure)
