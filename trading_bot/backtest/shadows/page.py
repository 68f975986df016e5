"""The page of a comparison: one self-contained HTML document without scripts or anything from elsewhere."""

from collections.abc import Sequence
from decimal import Decimal

from trading_bot.backtest.shadows.compare import Compared, tried_text, verdict_of
from trading_bot.backtest.shadows.console import change_time
from trading_bot.backtest.shadows.day import ComparedDay, Figures
from trading_bot.backtest.shadows.plots import difference_svg
from trading_bot.domain.money import ZERO
from trading_bot.report.page.markup import Html, element, joined
from trading_bot.report.page.page_parts import (
    NUMBER,
    cell,
    document,
    figure_box,
    headings,
    money_cell,
    section,
    sign_class,
    svg_image,
)
from trading_bot.report.wording import count, money, signed_money

_STYLE = """
h2.shadow { font-size: 1.3rem; margin: 2.5rem 0 0; }
.verdict.open { border-left-color: var(--muted); background: var(--paper); }
section { overflow-x: auto; }
td.day { white-space: nowrap; }
@media (min-width: 46rem) { td.text { min-width: 22rem; } }
@media (max-width: 46rem) {
  .cards > * > tr { border-bottom: 1px solid var(--rule); padding-bottom: .6rem; }
  .cards > * > tr > td.text { grid-column: 1 / -1; }
}
"""
_MOST_DAYS, _MOST_CHANGES = 250, 200
_FIGURES = ("Signals", "Trades", "Gross", "Charges", "Net", "Drawdown")


def shadows_html(shadows: Sequence[Compared], record: str) -> str:
    """Return the document."""
    body = joined(
        element(
            "header",
            element("h1", "Shadows", element("span", record, class_="badge")),
            element(
                "p",
                "Other settings on the days that were traded. The baseline is what is in effect, played the "
                "same way; nothing here has sent an order.",
                class_="muted",
            ),
        ),
        section("Overview", _overview(shadows)) if len(shadows) > 1 else None,
        *(_shadow(one) for one in shadows),
        element(
            "footer",
            "Each day begins with an untouched account. The interval and the odds are those of a test of "
            "signs over the daily differences; with several shadows each has to be surer. Whoever looks "
            "every evening and stops when it pleases fools himself: decide before how many days it shall "
            "be. All amounts are rupees, all times Indian Standard Time.",
        ),
    )
    return document(f"Shadows on {record}", body, more_style=_STYLE)


def _overview(shadows: Sequence[Compared]) -> Html:
    """A line for each shadow."""
    head = headings(
        ("Shadow", None),
        *((name, NUMBER) for name in ("Days", "Baseline", "Shadow", "Difference a day", "Luck")),
    )
    return _table(head, [_overview_row(one) for one in shadows])


def _overview_row(one: Compared) -> Html:
    found = one.difference
    mean = ZERO if found is None else Decimal(f"{found.mean:.2f}")
    return element(
        "tr",
        cell("Shadow", one.name),
        cell("Days", count(len(one.days)), style=NUMBER),
        money_cell("Baseline", one.baseline.net),
        money_cell("Shadow's net", one.shadow.net),
        money_cell("Difference a day", mean),
        cell("Luck", "\u2013" if found is None else f"{found.p:.1%}", style=NUMBER),
    )


def _shadow(one: Compared) -> Html:
    return joined(
        element("h2", one.name, class_="shadow"),
        element("div", element("strong", verdict_of(one)), class_=_verdict_class(one)),
        _boxes(one),
        element("p", tried_text(one), class_="muted") if one.trials else None,
        section("What is different", _settings(one)),
        section("All days", _sums(one)),
        section("Difference", _plot(one)) if len(one.days) > 1 else None,
        section("Day by day", _days(one)),
        section("Signals that differ", *_changes(one)),
        section("Notes", _notes(one)) if _all_notes(one) else None,
    )


def _verdict_class(one: Compared) -> str:
    """In colour only where the days are enough to tell."""
    found = one.difference
    if found is None or not found.is_told:
        return "verdict open"
    return "verdict" if found.mean > 0 else "verdict bad"


def _boxes(one: Compared) -> Html | None:
    found = one.difference
    if found is None:
        return None
    mean = Decimal(f"{found.mean:.2f}")
    span = (
        "not known yet"
        if found.low is None or found.high is None
        else f"{signed_money(Decimal(f'{found.low:.2f}'))} to {signed_money(Decimal(f'{found.high:.2f}'))}"
    )
    return element(
        "dl",
        figure_box("Difference a day", signed_money(mean), sign_class(mean)),
        figure_box(f"Between ({found.confidence:.1%} sure)", span),
        figure_box("By luck", f"{found.p:.1%}"),
        figure_box("Days, differing", f"{count(found.days)}, {count(found.moved)}"),
        figure_box("Days it would take", "\u2013" if found.needed is None else count(found.needed)),
        class_="figures",
    )


def _settings(one: Compared) -> Html:
    rows = [
        element("tr", cell("Setting", name), cell("Baseline", f"{old}"), cell("Shadow", f"{new}"))
        for name, (old, new) in one.changed.items()
    ]
    head = headings(("Setting", None), ("Baseline", None), ("Shadow", None))
    return _table(head, rows)


def _table(head: Html, rows: Sequence[Html]) -> Html:
    return element("table", head, element("tbody", *rows), class_="cards")


def _head(*first: str) -> Html:
    return headings(*((name, None) for name in first), *((name, NUMBER) for name in _FIGURES))


def _cells(figures: Figures) -> tuple[Html, ...]:
    return (
        cell("Signals", count(figures.signals), style=NUMBER),
        cell("Trades", count(figures.trades), style=NUMBER),
        money_cell("Gross", figures.gross),
        cell("Charges", money(figures.charges), style=NUMBER),
        money_cell("Net", figures.net),
        cell("Drawdown", money(figures.drawdown), style=NUMBER),
    )


def _sums(one: Compared) -> Html:
    real = f"Really ({count(one.real_days)} of {count(len(one.days))} days)"
    sides = [(real, one.real), ("Baseline", one.baseline), ("Shadow", one.shadow)]
    rows = [
        element("tr", cell("Side", name), *_cells(figures)) for name, figures in sides if figures is not None
    ]
    return _table(_head(""), rows)


def _days(one: Compared) -> Html:
    shown = one.days[-_MOST_DAYS:]
    rows = [row for day in reversed(shown) for row in _day(day)]
    head = headings(("Day", None), ("", None), *((name, NUMBER) for name in _FIGURES), ("Difference", NUMBER))
    table = _table(head, rows)
    if len(shown) == len(one.days):
        return table
    text = f"Shown are the newest {count(len(shown))} of {count(len(one.days))} days; shadows.json has all."
    return joined(table, element("p", text, class_="muted"))


def _day(day: ComparedDay) -> list[Html]:
    sides = [("Really", day.real), ("Baseline", day.baseline), ("Shadow", day.shadow)]
    known = [(name, figures) for name, figures in sides if figures is not None]
    return [
        element(
            "tr",
            cell("Day", f"{day.on}", style="day") if number == 0 else cell("Day", "", style="none"),
            cell("Side", name),
            *_cells(figures),
            money_cell("Difference", day.difference)
            if name == "Shadow"
            else cell("Difference", "", style="none"),
        )
        for number, (name, figures) in enumerate(known)
    ]


def _plot(one: Compared) -> Html:
    total = sum((day.difference for day in one.days), ZERO)
    text = (
        f"Net results of both added up over the days, and the difference, {signed_money(total)} rupees in all"
    )
    return element("figure", svg_image(difference_svg(one), text, narrow=difference_svg(one, is_narrow=True)))


def _changes(one: Compared) -> list[Html]:
    found = [(day.on, change) for day in reversed(one.days) for change in day.changes]
    if not found:
        return [element("p", "None: both raised the same signals, and the same came of them.")]
    rows = [
        element(
            "tr",
            cell("Day", f"{on}", style="day"),
            cell("Candle", change_time(change.candle_start_ms)),
            cell("Symbol", change.symbol),
            cell("Side", change.direction),
            cell("What", change.what),
            cell("Why", change.why, style="text"),
        )
        for on, change in found[:_MOST_CHANGES]
    ]
    head = headings(*((name, None) for name in ("Day", "Candle", "Symbol", "Side", "What", "Why")))
    table = _table(head, rows)
    if len(found) <= _MOST_CHANGES:
        return [table]
    text = f"Shown are the newest {_MOST_CHANGES} of {count(len(found))}; shadows.json has all."
    return [table, element("p", text, class_="muted")]


def _all_notes(one: Compared) -> list[str]:
    notes = [f"{day.on}: {note}" for day in reversed(one.days) for note in day.notes]
    if one.left_out:
        notes.insert(
            0,
            f"{count(len(one.left_out))} days were played under other settings and are left out: from "
            f"{one.left_out[0]} to {one.left_out[-1]}",
        )
    return notes


def _notes(one: Compared) -> Html:
    return element("ul", *(element("li", note) for note in _all_notes(one)[:_MOST_CHANGES]))
