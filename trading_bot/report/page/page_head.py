"""The top of the page: what ran, whether it can be believed, and its key figures."""

from decimal import Decimal

from trading_bot.report.day.result import DayResult
from trading_bot.report.day.verdict import Verdict, verdict_of
from trading_bot.report.page.markup import Html, element
from trading_bot.report.page.page_parts import fact, figure_box, sign_class
from trading_bot.report.wording import clock_time, count, duration, money, percent, signed_money

_LIVE = "live"


def title_of(result: DayResult) -> str:
    """The name of the page."""
    return f"{result.record.on:%d %B %Y}: {signed_money(result.net)} net ({result.facts.mode})"


def head_html(result: DayResult) -> Html:
    """Date, mode, data, times, and what to know about the warm-up."""
    facts, record = result.facts, result.record
    badge = "badge live" if facts.mode == _LIVE else "badge"
    times = f"{clock_time(result.started_at_ms)} to {clock_time(result.ended_at_ms)}"
    rows = {
        "Data": facts.data,
        "Session": f"{times} ({duration(result.ended_at_ms - result.started_at_ms)})",
        "Restarts": count(record.restarts),
        "Symbols": count(len(facts.symbols)),
        "Ticks": count(facts.ticks),
        "Candles": count(facts.candles),
    }
    notes = (*facts.warm_up_notes, *facts.messages, *result.costs.notices)
    return element(
        "header",
        element("h1", f"{record.on:%A, %d %B %Y}", element("span", facts.mode, class_=badge)),
        element("dl", *(fact(name, value) for name, value in rows.items()), class_="facts"),
        *(element("p", note, class_="warn") for note in notes),
    )


def verdict_html(result: DayResult) -> Html:
    """The checks in one line, and every problem below."""
    verdict = verdict_of(result)
    ledger = verdict.is_ledger_equal
    loud = element("p", verdict.problems[0], class_="loud") if ledger is False else None
    rest = verdict.problems[1:] if ledger is False else verdict.problems
    return element(
        "div",
        loud,
        element("div", *_checks(verdict), class_="checks"),
        element("ul", *(element("li", problem) for problem in rest)) if rest else None,
        class_="verdict bad" if verdict.problems else "verdict",
        role="status",
    )


def _checks(verdict: Verdict) -> list[Html]:
    checks = [
        _check(verdict.is_flat, "flat at the end", "NOT flat at the end", ""),
        _check(verdict.is_reconciled, "reconciled with the broker", "NOT reconciled", "day not ended"),
    ]
    if verdict.is_ledger_equal is not None:
        checks.append(
            _check(verdict.is_ledger_equal, "ledger equal to the paisa", "ledger DIFFERS", "no ledger")
        )
    return checks


def _check(answer: bool | None, yes: str, no: str, unknown: str) -> Html:  # noqa: FBT001  # three-valued answer
    if answer is None:
        return element("span", f"? {unknown}", class_="open")
    return element("span", f"\u2713 {yes}" if answer else f"\u2717 {no}", class_="yes" if answer else "no")


def figures_html(result: DayResult) -> Html:
    """The key figures."""
    factor = result.profit_factor
    rate = result.win_rate
    return element(
        "dl",
        figure_box("Net result", signed_money(result.net), sign_class(result.net), "first"),
        figure_box("Gross", signed_money(result.gross), sign_class(result.gross)),
        figure_box("Charges", money(result.costs.total)),
        figure_box("Trades", count(len(result.trades))),
        figure_box("Win rate", "\u2013" if rate is None else percent(rate)),
        figure_box("Profit factor", _factor_text(result, factor)),
        figure_box("Max drawdown", money(result.max_drawdown)),
        class_="figures",
    )


def _factor_text(result: DayResult, factor: Decimal | None) -> str:
    if factor is not None:
        return str(factor)
    return "no losses" if result.wins else "\u2013"
