"""Sharpe ratios over two parameters as a picture, a panel for each combination of the others.

Figures are drawn without pyplot, so that nothing global is kept and any thread may draw.
"""

from collections.abc import Sequence
from io import BytesIO
from itertools import product
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trading_bot.backtest.sweeps.grid import Number
from trading_bot.backtest.sweeps.result import SweepResult
from trading_bot.research.arrays import Floats

_PANELS_MAX = 6
_COLUMNS_MAX = 3
_NAMED = 3
_CELLS_WITH_NUMBERS = 20
_DPI = 130
_INK, _MUTED, _ABSENT = "#1f2933", "#6b7785", "#e4e8ec"
_COLOURS = "RdBu"
_USUAL = 0.95
_DARK = 0.6
"""Share of the scale beyond which a colour needs white letters."""


class _Grid(NamedTuple):
    """The two parameters that span the picture, and the others."""

    across: str
    up: str
    others: tuple[str, ...]
    values: dict[str, tuple[Number, ...]]


def heat_map_png(result: SweepResult) -> bytes | None:
    """The picture; None where fewer than two parameters vary."""
    grid = _grid(result)
    if grid is None:
        return None
    panels = _panels(result, grid)
    columns = min(len(panels), _COLUMNS_MAX)
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(1.4 + 4.2 * columns, 0.9 + 3.9 * rows), layout="constrained", dpi=_DPI)
    norm = _norm([cells for _, cells in panels])
    every = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(every.flat):
        if place < len(panels):
            _draw(axes, *panels[place], grid, norm)
        else:
            axes.set_axis_off()
    bar = figure.colorbar(ScalarMappable(norm, _COLOURS), ax=every, shrink=0.8, aspect=30, extend="both")
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=_MUTED, labelsize=8, length=0)
    figure.suptitle(_title(result), color=_INK, fontsize=11)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _grid(result: SweepResult) -> _Grid | None:
    values = {
        name: tuple(sorted({values[name] for values in result.plan.sets})) for name in result.parameters
    }
    varying = sorted((name for name in values if len(values[name]) > 1), key=lambda name: -len(values[name]))
    if len(varying) < 2:  # noqa: PLR2004 - two span a picture
        return None
    across, up = sorted(varying[:2], key=result.parameters.index)
    others = tuple(name for name in result.parameters if name in varying[2:])
    return _Grid(across, up, others, values)


def _panels(result: SweepResult, grid: _Grid) -> list[tuple[str, Floats]]:
    """Titles and cells; where the others have too many combinations, one panel with their median."""
    combinations = list(product(*(grid.values[name] for name in grid.others)))
    if len(combinations) > _PANELS_MAX:
        return [(f"median over {', '.join(grid.others)}", _cells(result, grid, None))]
    return [
        (
            ", ".join(f"{name} {value}" for name, value in zip(grid.others, combination, strict=True)),
            _cells(result, grid, combination),
        )
        for combination in combinations
    ]


def _cells(result: SweepResult, grid: _Grid, wanted: Sequence[Number] | None) -> Floats:
    """Shape (up, across); nan where there is no set."""
    found: dict[tuple[int, int], list[float]] = {}
    for values, figures in zip(result.plan.sets, result.figures, strict=True):
        is_here = wanted is None or tuple(values[name] for name in grid.others) == tuple(wanted)
        if is_here and figures.sharpe is not None:
            place = (
                grid.values[grid.up].index(values[grid.up]),
                grid.values[grid.across].index(values[grid.across]),
            )
            found.setdefault(place, []).append(figures.sharpe)
    cells = np.full((len(grid.values[grid.up]), len(grid.values[grid.across])), np.nan)
    for place, ratios in found.items():
        cells[place] = np.median(ratios)
    return cells


def _norm(panels: Sequence[Floats]) -> TwoSlopeNorm:
    """The same colours everywhere: white is zero, as strong below as above; the few widest do not count."""
    every = np.concatenate([cells.ravel() for cells in panels])
    known = np.abs(every[~np.isnan(every)])
    widest = float(np.quantile(known, _USUAL)) if known.any() else 1.0
    return TwoSlopeNorm(0.0, -widest, widest)


def _draw(axes: Axes, title: str, cells: Floats, grid: _Grid, norm: TwoSlopeNorm) -> None:
    axes.set_facecolor(_ABSENT)
    axes.imshow(cells, origin="lower", aspect="auto", cmap=_COLOURS, norm=norm, interpolation="nearest")
    across, up = grid.values[grid.across], grid.values[grid.up]
    axes.set_xticks(range(len(across)), [str(value) for value in across])
    axes.set_yticks(range(len(up)), [str(value) for value in up])
    axes.tick_params(colors=_MUTED, labelsize=8, length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(grid.across, color=_MUTED, fontsize=9)
    axes.set_ylabel(grid.up, color=_MUTED, fontsize=9)
    axes.set_title(title, color=_INK, fontsize=9)
    if max(cells.shape) <= _CELLS_WITH_NUMBERS:
        _write_numbers(axes, cells, norm)
    if not np.isnan(cells).all():
        row, column = np.unravel_index(int(np.nanargmax(cells)), cells.shape)
        frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=_INK, clip_on=False)
        axes.add_patch(frame)


def _write_numbers(axes: Axes, cells: Floats, norm: TwoSlopeNorm) -> None:
    for (row, column), ratio in np.ndenumerate(cells):
        if not np.isnan(ratio):
            is_dark = abs(ratio) > _DARK * float(norm.vmax or 1)
            axes.text(column, row, f"{ratio:.1f}".replace("-", "\u2212"), ha="center", va="center",
                      fontsize=7, color="white" if is_dark else _INK)  # fmt: skip


def _title(result: SweepResult) -> str:
    symbols = [one.symbol for one in result.market.instruments]
    more = len(symbols) - _NAMED
    shares = ", ".join(symbols[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    of = f"Sharpe ratio of {result.plan.strategy} on {shares}"
    return f"{of}; grey: no such set or no trades; framed: the best of each panel"
