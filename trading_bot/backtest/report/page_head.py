"""The top of a backtest's page: what was tested, whether it can be believed, and its key figures."""

from collections.abc import Sequence
from decimal import Decimal

from trading_bot.backtest.report.cautions import cautions_of
from trading_bot.backtest.report.figures import Figures
from trading_bot.backtest.report.texts import (
    DASH,
    days_text,
    percent_text,
    ratio_text,
    seconds_text,
    share_text,
)
from trading_bot.report.page.markup import Html, element
from trading_bot.report.page.page_parts import fact, figure_box, sign_class
from trading_bot.report.wording import count, money, plural, signed_money

_PROBLEMS_SHOWN = 8


def title_of(figures: Figures) -> str:
    """The name of the page."""
    days = figures.result.days
    return f"Backtest {days[0]} to {days[-1]}: {signed_money(figures.together.net)} net"


def head_html(figures: Figures) -> Html:
    """Period, fidelity and data."""
    result = figures.result
    first = min((trade.on for trade in result.trades), default=None)
    rows = {
        "Data": result.data,
        "Days": count(len(result.days)),
        "Symbols": count(len(result.symbols)),
        "Bars": count(result.bars),
        "Cash at the beginning": money(result.cash),
        "First trade": DASH if first is None else f"{first:%d %b %Y}",
    }
    return element(
        "header",
        element("h1", f"Backtest, {period_text(figures)}", element("span", result.fidelity, class_="badge")),
        element("dl", *(fact(name, value) for name, value in rows.items()), class_="facts"),
    )


def period_text(figures: Figures) -> str:
    """From the first day to the last."""
    first, last = figures.result.days[0], figures.result.days[-1]
    return f"{first:%d %b %Y}" if first == last else f"{first:%d %b %Y} to {last:%d %b %Y}"


def verdict_html(figures: Figures) -> Html:
    """Problems first, then what the result says in one line, then why it says little."""
    problems = figures.result.problems
    alerts = sum(figures.result.alerts.values())
    told = [f"A person would have been told something {plural(alerts, 'time')}: see below."] if alerts else []
    cautions = [*cautions_of(figures), *told]
    shown = [element("li", problem) for problem in problems[:_PROBLEMS_SHOWN]]
    if len(problems) > _PROBLEMS_SHOWN:
        shown.append(element("li", f"and {plural(len(problems) - _PROBLEMS_SHOWN, 'more problem')}."))
    return element(
        "div",
        element("p", "NOT to be believed as it stands", class_="loud") if problems else None,
        element("ul", *shown) if problems else None,
        element("p", headline(figures), class_="headline"),
        None if problems else element("div", element("span", _sound(figures), class_="yes"), class_="checks"),
        element("ul", *(element("li", text) for text in cautions), class_="cautions") if cautions else None,
        class_=_verdict_class(problems, cautions),
        role="status",
    )


def _verdict_class(problems: Sequence[str], cautions: Sequence[str]) -> str:
    if problems:
        return "verdict bad"
    return "verdict doubtful" if cautions else "verdict"


def headline(figures: Figures) -> str:
    """The result in one sentence."""
    together, holding = figures.together, figures.holding
    grown = percent_text(figures.curve.total_return, is_signed=True)
    text = (
        f"{signed_money(together.net)} rupees net ({grown}) "
        f"in {plural(len(figures.result.days), 'day')} and {plural(together.trades, 'trade')}"
    )
    if holding is None:
        return f"{text}."
    held = percent_text(holding.against.holding.total_return, is_signed=True)
    return f"{text}; buying and holding: {held}."


def _sound(figures: Figures) -> str:
    if not figures.result.trades:
        return "\u2713 nothing held"
    return "\u2713 flat every evening, \u2713 every day equal to the venue's ledger"


def figures_html(figures: Figures) -> Html:
    """The key figures in three groups."""
    return element(
        "div",
        *_group("Result", _result_boxes(figures)),
        *_group("Risk", _risk_boxes(figures)),
        *_group("Trades", _trade_boxes(figures)),
    )


def _group(name: str, boxes: list[Html]) -> tuple[Html, Html]:
    return element("h2", name, class_="group"), element("dl", *boxes, class_="figures")


def _result_boxes(figures: Figures) -> list[Html]:
    together, curve, holding = figures.together, figures.curve, figures.holding
    excess = None if holding is None else holding.against.excess_return
    return [
        _money_box("Net result", together.net, "first"),
        _percent_box("Total return", curve.total_return),
        _percent_box("CAGR", curve.cagr),
        _percent_box("Against holding", excess),
        _money_box("Gross", together.gross),
        figure_box("Charges", money(together.charges)),
    ]


def _risk_boxes(figures: Figures) -> list[Html]:
    curve = figures.curve
    deepest, longest = curve.max_drawdown, curve.longest_drawdown
    return [
        figure_box("Sharpe", ratio_text(curve.sharpe)),
        figure_box("Sortino", ratio_text(curve.sortino)),
        figure_box("Calmar", ratio_text(curve.calmar)),
        figure_box("Volatility a year", percent_text(curve.volatility)),
        figure_box("Max drawdown", "none" if deepest is None else percent_text(deepest.depth)),
        figure_box("In rupees", "none" if deepest is None else money(figures.fallen(deepest))),
        figure_box("Longest drawdown", "none" if longest is None else days_text(longest.days)),
    ]


def _trade_boxes(figures: Figures) -> list[Html]:
    together = figures.together
    expectancy = together.expectancy
    return [
        figure_box("Trades", count(together.trades)),
        figure_box("Win rate", share_text(together.closed.win_rate)),
        figure_box("Profit factor", factor_text(figures)),
        figure_box("Expectancy", DASH) if expectancy is None else _money_box("Expectancy", expectancy),
        figure_box("Average duration", seconds_text(together.closed.duration_s_mean)),
        figure_box("Exposure", share_text(figures.exposure)),
        figure_box("Turnover a year", turnover_text(figures)),
    ]


def factor_text(figures: Figures) -> str:
    """The profit factor, or why there is none."""
    closed = figures.together.closed
    if closed.profit_factor is None and closed.win_rate:
        return "no losses"
    return ratio_text(closed.profit_factor)


def turnover_text(figures: Figures) -> str:
    """How often the account is bought and sold in a year."""
    turnover = figures.performance.turnover
    return DASH if turnover is None else f"{turnover:.1f}\u00d7"


def _money_box(name: str, amount: Decimal, box: str | None = None) -> Html:
    return figure_box(name, signed_money(amount), sign_class(amount), box)


def _percent_box(name: str, ratio: float | None) -> Html:
    return figure_box(name, percent_text(ratio, is_signed=True), sign_class(ratio or 0))
