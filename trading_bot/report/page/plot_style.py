"""How every plot looks. Nothing is drawn with pyplot, so nothing global is kept and any thread may draw."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from trading_bot.report.wording import money

WIDE_IN, NARROW_IN = 10.0, 4.8
INK, MUTED, RULE = "#1f2933", "#6b7785", "#e4e8ec"
GREEN, RED, BLUE, AMBER = "#0f8a5f", "#c8372d", "#2459c4", "#b7791f"
_PNG_DPI = 120


def new_figure(width_in: float, height_in: float, *, ratios: Sequence[int]) -> tuple[Figure, Sequence[Axes]]:
    """A figure with one panel for each ratio, above each other, sharing their horizontal axis."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    grid = figure.add_gridspec(len(ratios), 1, height_ratios=ratios, hspace=0.04)
    first = figure.add_subplot(grid[0])
    rest = [figure.add_subplot(grid[row], sharex=first) for row in range(1, len(ratios))]
    for axes in (first, *rest):
        _style(axes)
        axes.tick_params(labelbottom=axes is (first, *rest)[-1])
    return figure, (first, *rest)


def add_legend(axes: Axes, columns: int) -> None:
    """Names of the curves above the panel."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=columns, fontsize=9, labelcolor=INK
    )


def name_values(axes: Axes, text: str) -> None:
    """What is measured upwards."""
    axes.set_ylabel(text, color=MUTED, fontsize=9)


def svg_of(figure: Figure) -> str:
    """The figure as an SVG element, the same bytes for the same figure."""
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    document = text.getvalue()
    return document[document.index("<svg") :]


def png_of(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    return data.getvalue()


def _style(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.grid(visible=True, color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelsize=9, length=0)
    axes.yaxis.set_major_formatter(FuncFormatter(_value_text))


def _value_text(value: float, _position: int | None) -> str:
    return money(Decimal(f"{value:.2f}")).removesuffix(".00")
