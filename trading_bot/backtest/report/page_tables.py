"""The tables of a backtest's page: months, groups of trades, charges, drawdowns, and what was not traded."""

from collections.abc import Iterable, Mapping, Sequence

from trading_bot.backtest.report.figures import Figures
from trading_bot.backtest.report.groups import TradeGroup
from trading_bot.backtest.report.texts import (
    DASH,
    days_text,
    moment_text,
    percent_text,
    ratio_text,
    share_text,
)
from trading_bot.domain.money import ZERO
from trading_bot.report.page.markup import Child, Html, element
from trading_bot.report.page.page_parts import NUMBER, cell, headings, money_cell, sign_class
from trading_bot.report.wording import charge_name, count, money, plural, reason_name, signed_money, words
from trading_bot.research.drawdown import Drawdown
from trading_bot.research.performance import CurveFigures

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHADES = 4
_GROUP_COLUMNS = ("Trades", "Win rate", "Profit factor", "Charges", "Net")
_SYMBOLS_SHOWN = 24
_BASIS_POINTS = 10_000


# --- months ----------------------------------------------------------------------------------------------


def months_html(figures: Figures) -> Html:
    """Returns of each month as a heat map, years downwards; the colours are shaded by the largest."""
    months = figures.performance.months
    if not months:
        return element("p", "No day has a return.", class_="empty")
    returns = {(one.year, one.month): one.total_return for one in months}
    largest = max((abs(value) for value in returns.values() if value is not None), default=0.0)
    head = headings(("Year", None), *((name, None) for name in _MONTHS), ("Total", None))
    years = sorted({one.year for one in months})
    rows = (_year_row(year, returns, largest) for year in years)
    return _scrolled(element("table", head, element("tbody", *rows), class_="months"))


def _year_row(year: int, returns: Mapping[tuple[int, int], float | None], largest: float) -> Html:
    cells, grown = [], 1.0
    is_defined = all(value is not None for (one, _), value in returns.items() if one == year)
    for number, name in enumerate(_MONTHS, start=1):
        if (year, number) not in returns:
            cells.append(element("td"))
            continue
        value = returns[year, number]
        grown *= 1 + (value or 0.0)
        text = percent_text(value, is_signed=True).removesuffix("%")
        cells.append(element("td", text, class_=_shade(value, largest), data_label=name))
    total = grown - 1 if is_defined else None
    whole = element("span", percent_text(total, is_signed=True), class_=sign_class(total or 0))
    return element("tr", element("td", str(year), class_="year"), *cells, element("td", whole, class_="sum"))


def _shade(value: float | None, largest: float) -> str | None:
    """One of four shades of green or red."""
    if not value:
        return None
    step = min(_SHADES, 1 + int(abs(value) / largest * _SHADES))
    return f"{'up' if value > 0 else 'down'}{step}"


# --- groups of trades ------------------------------------------------------------------------------------


def hours_html(figures: Figures) -> Html:
    """What was entered in which hour."""
    return _groups_html("Entered", [(f"{one.name}:00", one) for one in figures.by_hour])


def reasons_html(figures: Figures) -> Html:
    """What ended for which reason, best first."""
    groups = sorted(figures.by_reason, key=lambda group: -group.net)
    return _groups_html("Reason", [(reason_name(one.name), one) for one in groups])


def symbols_html(figures: Figures) -> Html:
    """What each symbol brought, best first; where there are many, the best and the worst."""
    groups = [(one.name, one) for one in sorted(figures.by_symbol, key=lambda group: -group.net)]
    if len(groups) <= _SYMBOLS_SHOWN:
        return _groups_html("Symbol", groups)
    half = _SYMBOLS_SHOWN // 2
    return element(
        "div",
        element(
            "div",
            element("div", element("h3", f"The best {half}"), _groups_html("Symbol", groups[:half])),
            element("div", element("h3", f"The worst {half}"), _groups_html("Symbol", groups[-half:])),
            class_="pair",
        ),
        element("details", element("summary", f"All {len(groups)}"), _groups_html("Symbol", groups)),
    )


def _groups_html(heading: str, groups: Sequence[tuple[str, TradeGroup]]) -> Html:
    if not groups:
        return element("p", "Nothing was traded.", class_="empty")
    styles = (f"{NUMBER} spare" if name == "Charges" else NUMBER for name in _GROUP_COLUMNS)
    head = headings((heading, None), *zip(_GROUP_COLUMNS, styles, strict=True))
    rows = (_group_row(name, group) for name, group in groups)
    return _scrolled(element("table", head, element("tbody", *rows), class_="slim"))


def _group_row(name: str, group: TradeGroup) -> Html:
    return element(
        "tr",
        element("td", name),
        cell("Trades", count(group.trades), style=NUMBER),
        cell("Win rate", share_text(group.closed.win_rate), style=NUMBER),
        cell("Profit factor", ratio_text(group.closed.profit_factor), style=NUMBER),
        cell("Charges", money(group.charges), style=f"{NUMBER} spare"),
        money_cell("Net", group.net),
    )


# --- charges ---------------------------------------------------------------------------------------------


def charges_html(figures: Figures) -> Html:
    """From gross to net by kind of charge, and what each took of the gross result and of what was traded."""
    together = figures.together
    rows = [(charge_name(kind), amount) for kind, amount in figures.result.charges.items() if amount != ZERO]
    head = headings(
        ("From gross to net", None), ("Rupees", NUMBER), ("Of gross", NUMBER), ("Bps of traded", NUMBER)
    )
    table = element(
        "table",
        head,
        element(
            "tbody",
            _charge_row(figures, "Gross result", signed_money(together.gross), None),
            *(_charge_row(figures, name, f"\u2212{money(amount)}", float(amount)) for name, amount in rows),
            _charge_row(figures, "All charges", f"\u2212{money(together.charges)}", float(together.charges)),
        ),
        element("tfoot", _charge_row(figures, "Net result", signed_money(together.net), None)),
        class_="charges slim",
    )
    text = element("p", _charges_text(figures))
    return element("div", element("div", text, table), _notices_html(figures), class_="pair")


def _notices_html(figures: Figures) -> Html | None:
    notices = figures.result.notices
    if not notices:
        return None
    items = (element("li", f"{text} ({plural(days, 'day')})") for text, days in notices.items())
    title = "Not every rate of these days is on record:"
    return element("div", element("p", title), element("ul", *items), class_="warn notices")


def _charges_text(figures: Figures) -> str:
    together = figures.together
    if together.gross > 0:
        return f"Charges took {share_text(float(together.charges / together.gross))} of the gross result."
    if not together.trades:
        return "Nothing was traded, so nothing was charged."
    return "There was no gross profit that charges could have been a share of."


def _charge_row(figures: Figures, name: str, text: str, amount: float | None) -> Html:
    gross, traded = float(figures.together.gross), float(figures.together.traded)
    share = points = None
    if amount is not None:
        share = share_text(amount / gross) if gross > 0 else DASH
        points = f"{amount / traded * _BASIS_POINTS:.2f}" if traded else DASH
    return element(
        "tr",
        element("td", name),
        element("td", text, class_=NUMBER),
        element("td", share, class_=NUMBER),
        element("td", points, class_=NUMBER),
    )


# --- curves ----------------------------------------------------------------------------------------------


def against_html(figures: Figures) -> Html:
    """The strategy and buying and holding side by side."""
    holding = figures.holding
    if holding is None:
        return element("p", "Buying and holding needs closes of two days.", class_="empty")
    rows = zip(_curve_texts(figures.curve), _curve_texts(holding.against.holding), strict=True)
    against = holding.against
    return element(
        "div",
        element(
            "table",
            headings(("", None), ("Strategy", NUMBER), ("Buy and hold", NUMBER)),
            element("tbody", *(_row(name, ours, theirs) for (name, ours), (_, theirs) in rows)),
            class_="charges slim",
        ),
        element(
            "p",
            f"By daily returns: correlation {ratio_text(against.correlation)}, "
            f"beta {ratio_text(against.beta)}, alpha {percent_text(against.alpha, is_signed=True)} a year.",
            class_="muted",
        ),
    )


def _curve_texts(curve: CurveFigures) -> list[tuple[str, str]]:
    return [
        ("Total return", percent_text(curve.total_return, is_signed=True)),
        ("CAGR", percent_text(curve.cagr, is_signed=True)),
        ("Volatility a year", percent_text(curve.volatility)),
        ("Sharpe", ratio_text(curve.sharpe)),
        ("Sortino", ratio_text(curve.sortino)),
        ("Max drawdown", "none" if curve.max_drawdown is None else percent_text(curve.max_drawdown.depth)),
    ]


def drawdowns_html(figures: Figures) -> Html:
    """The deepest and the longest fall."""
    deepest, longest = figures.curve.max_drawdown, figures.curve.longest_drawdown
    if deepest is None or longest is None:
        return element("p", "Equity never fell below its highest value.", class_="empty")
    if deepest == longest:
        falls = [("Deepest and longest", deepest)]
    else:
        falls = [("Deepest", deepest), ("Longest", longest)]
    texts = [_fall_texts(figures, fall) for _, fall in falls]
    rows = zip(*texts, strict=True)
    head = headings(("", None), *((name, NUMBER) for name, _ in falls))
    return element(
        "table",
        head,
        element("tbody", *(_row(row[0][0], *(text for _, text in row)) for row in rows)),
        class_="slim",
    )


def _fall_texts(figures: Figures, fall: Drawdown) -> list[tuple[str, str]]:
    return [
        ("Depth", percent_text(fall.depth)),
        ("Rupees", money(figures.fallen(fall))),
        ("Peak", moment_text(fall.started_ms)),
        ("Bottom", moment_text(fall.bottom_ms)),
        ("Recovered", "not yet" if fall.ended_ms is None else moment_text(fall.ended_ms)),
        ("Length", days_text(fall.days)),
    ]


# --- what was not traded, what was told ------------------------------------------------------------------


def denials_html(figures: Figures) -> Html:
    """Why signals were not traded."""
    result = figures.result
    rows = [(words(reason), number) for reason, number in result.denials.items()]
    denied, traded = sum(result.denials.values()), figures.together.trades
    unfilled = max(0, result.signals - denied - traded)
    text = (
        f"Of {plural(result.signals, 'signal')} {count(denied)} were denied, {count(traded)} became trades, "
        f"and {count(unfilled)} never filled."
    )
    return element("div", element("p", text), _counts_html("Reason", "Signals", rows) if rows else None)


def alerts_html(figures: Figures) -> Html:
    """What a person would have been told."""
    rows = list(figures.result.alerts.items())
    if not rows:
        return element("p", "Nobody would have been told anything.", class_="empty")
    note = "What a person would have been told, without its figures."
    return element("div", element("p", note, class_="muted"), _counts_html("Alert", "Times", rows))


def _counts_html(heading: str, unit: str, rows: Iterable[tuple[str, int]]) -> Html:
    body = (element("tr", element("td", text), element("td", count(n), class_=NUMBER)) for text, n in rows)
    return element("table", headings((heading, None), (unit, NUMBER)), element("tbody", *body), class_="slim")


def _row(name: str, *values: Child) -> Html:
    return element("tr", element("td", name), *(element("td", value, class_=NUMBER) for value in values))


def _scrolled(table: Html) -> Html:
    return element("div", table, class_="scroll")
