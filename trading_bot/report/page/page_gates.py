"""The page's section of gates: how often each let pass, and how often it alone stood in the way."""

from collections.abc import Sequence

from trading_bot.report.metrics.gates import GateFigures, StrategyGates
from trading_bot.report.page.markup import Html, element, joined
from trading_bot.report.page.page_parts import NUMBER, headings, svg_image
from trading_bot.report.page.plot_style import (
    AMBER,
    GREEN,
    NARROW_IN,
    WIDE_IN,
    add_legend,
    new_figure,
    svg_of,
)
from trading_bot.report.wording import count, words

_ROW_IN, _FRAME_IN = 0.3, 0.9


def gates_html(strategies: Sequence[StrategyGates]) -> Html:
    """A picture and a table for each strategy that names gates."""
    shown = [gates for gates in strategies if gates.gates]
    if not shown:
        return element("p", "No gate was evaluated.", class_="empty")
    return joined(*(_strategy(gates) for gates in shown))


def _strategy(gates: StrategyGates) -> Html:
    said = f"{count(gates.evaluations)} evaluations, {count(gates.signals)} signals"
    description = f"Gates of {gates.strategy}: the share of evaluations that each let pass or alone held back"
    return joined(
        element("h3", gates.strategy),
        element(
            "figure",
            svg_image(gates_svg(gates), description, narrow=gates_svg(gates, is_narrow=True)),
            element("figcaption", f"{said}. A gate that alone failed held back what all others let pass."),
        ),
        _table(gates),
    )


def _table(gates: StrategyGates) -> Html:
    head = headings(
        ("Gate", None), ("Passed", NUMBER), ("Skipped", NUMBER), ("Failed", NUMBER), ("Alone", NUMBER)
    )
    rows = (_row(gate) for gate in gates.gates)
    return element("div", element("table", head, element("tbody", *rows)), class_="scroll")


def _row(gate: GateFigures) -> Html:
    cells = (
        _share(gate.pass_rate),
        count(gate.skipped),
        count(gate.evaluated - gate.passed),
        count(gate.binding),
    )
    numbers = (element("td", text, class_=NUMBER) for text in cells)
    return element("tr", element("td", words(gate.name)), *numbers)


def _share(share: float | None) -> str:
    return "\u2013" if share is None else f"{share:.1%}"


def gates_svg(gates: StrategyGates, *, is_narrow: bool = False) -> str:
    """Bars for each gate, the first on top; narrow for phones."""
    width_in = NARROW_IN if is_narrow else WIDE_IN
    figure, (axes,) = new_figure(width_in, _FRAME_IN + _ROW_IN * len(gates.gates), ratios=(1,))
    rows = range(len(gates.gates), 0, -1)
    passed = [100 * (gate.pass_rate or 0) for gate in gates.gates]
    alone = [100 * (gate.binding_rate or 0) for gate in gates.gates]
    axes.barh(rows, passed, height=0.55, color=GREEN, alpha=0.35, label="passed")
    axes.barh(rows, alone, left=passed, height=0.55, color=AMBER, label="alone failed")
    axes.set_yticks(list(rows), [words(gate.name) for gate in gates.gates])
    axes.set_xlim(0, 100)
    axes.xaxis.set_major_formatter("{x:.0f}%")
    axes.grid(visible=False, axis="y")
    add_legend(axes, 2)
    return svg_of(figure)
