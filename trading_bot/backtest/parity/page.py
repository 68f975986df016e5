"""A comparison as a page: one self-contained HTML document without scripts or anything from elsewhere."""

from html import escape
from importlib.resources import files
from string import Template

from trading_bot.backtest.parity.differences import Difference
from trading_bot.backtest.parity.played import PlayedDay, time_text
from trading_bot.backtest.parity.result import Cell, ParityResult, TradeRow, figures_of
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.report.page.markup import Child, Html, element, joined
from trading_bot.report.wording import price, signed_money

_STYLE = """
table.parity td { vertical-align: top; }
@media (max-width: 900px) { table.parity td { white-space: nowrap; } }
table.parity td.text { white-space: normal; }
table.parity td.differs { background: var(--warn-tint); color: var(--warn); }
table.parity tr.open td { background: var(--bad-tint); color: var(--bad); }
section { overflow-x: auto; }
"""
_FIGURES = ("signals", "denials", "orders", "fills", "trades", "gross", "charges", "net")


def parity_html(result: ParityResult) -> str:
    """Return the document."""
    report = files("trading_bot.report.page")
    title = f"Parity of {result.on}"
    body = joined(
        element("h1", title),
        element("p", result.source, class_="muted"),
        element("div", element("strong", result.verdict), class_="verdict" + _bad(not result.is_proven)),
        *(_compared(result) if result.comparison is not None else ()),
        _inputs(result),
    )
    return Template(report.joinpath("page.html").read_text("utf-8")).substitute(
        title=escape(title),
        style=report.joinpath("page.css").read_text("utf-8") + _STYLE,
        body=body.text,
    )


def _bad(is_bad: bool) -> str:  # noqa: FBT001  # one word more in a class
    return " bad" if is_bad else ""


def _compared(result: ParityResult) -> tuple[Html, ...]:
    comparison = result.comparison
    assert comparison is not None
    return (
        _section("Figures", _figures(result.sides)),
        _section("Trades", _trades(result)),
        _section("Differences", _differences(result, comparison.differences)),
    )


def _section(title: str, *children: Child) -> Html:
    return element("section", element("h2", title), *children)


def _table(headings: tuple[str, ...], rows: list[Html]) -> Html:
    head = element("thead", element("tr", *(element("th", heading) for heading in headings)))
    return element("table", head, element("tbody", *rows), class_="parity")


def _figures(sides: tuple[PlayedDay, ...]) -> Html:
    columns = [figures_of(side)._asdict() for side in sides]
    rows = [
        element(
            "tr",
            element("td", name),
            *(
                element("td", str(column[name]), class_=_marked(column[name] != columns[0][name]))
                for column in columns
            ),
        )
        for name in _FIGURES
    ]
    return _table(("", *(side.name for side in sides)), rows)


def _marked(differs: bool) -> str | None:  # noqa: FBT001  # an attribute, or none
    return "differs" if differs else None


def _trades(result: ParityResult) -> Html:
    headings = ("Trade", "", *(side.name for side in result.sides))
    return _table(headings, [row for trade in result.trade_rows() for row in _trade(trade)])


def _trade(trade: TradeRow) -> list[Html]:
    """Two lines for each trade, its entry and its exit, side by side."""
    candle = time_text(trade.key.candle_start_ms, MS_PER_MINUTE)
    name = f"{trade.symbol} {trade.direction}, candle of {candle}"
    return [
        _half(name, "entry", [_entry(cell) for cell in trade.cells]),
        _half("", "exit", [_exit(cell) for cell in trade.cells]),
    ]


def _half(name: str, what: str, texts: list[str]) -> Html:
    cells = (element("td", text, class_=_marked(text != texts[0])) for text in texts)
    return element("tr", element("td", name), element("td", what), *cells)


def _entry(cell: Cell | None) -> str:
    if cell is None:
        return "not traded"
    if cell.entry_price is None or cell.entered_at_ms is None:
        return "not filled"
    return f"{cell.quantity} at {price(cell.entry_price)}, {time_text(cell.entered_at_ms)}"


def _exit(cell: Cell | None) -> str:
    if cell is None or cell.exit_price is None or cell.exited_at_ms is None:
        return ""
    reason = cell.reason.replace("_", " ")
    return f"{price(cell.exit_price)}, {time_text(cell.exited_at_ms)}, {reason}, {signed_money(cell.gross)}"


def _differences(result: ParityResult, differences: tuple[Difference, ...]) -> Html:
    if not differences:
        return element("p", "None.")
    rows = [
        element(
            "tr",
            element("td", time_text(found.at_ms)),
            element("td", result.symbol_of(found.instrument_key)),
            element("td", found.what),
            element("td", found.cause.value),
            element("td", found.text, class_="text"),
            class_=None if found.cause.is_explained else "open",
        )
        for found in differences
    ]
    return _table(("At", "Symbol", "What", "Cause", ""), rows)


def _inputs(result: ParityResult) -> Html | None:
    if not result.inputs:
        return None
    lines = (element("li", check.text) for check in result.inputs)
    return _section("Recorded inputs, replayed", element("ul", *lines))
