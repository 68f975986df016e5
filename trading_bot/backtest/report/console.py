"""What a backtest prints at its end: whether to believe it, its figures, and where the report is."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.report.cautions import cautions_of
from trading_bot.backtest.report.figures import Figures, figures_of
from trading_bot.backtest.report.page_head import factor_text, headline, period_text, turnover_text
from trading_bot.backtest.report.texts import (
    DASH,
    days_text,
    percent_text,
    ratio_text,
    seconds_text,
    share_text,
)
from trading_bot.backtest.result import BacktestResult
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import MINUS, count, money, plural, signed_money, words

_SHOWN = 3


def console_text(result: BacktestResult, folder: Path, findings: Findings | None = None) -> str:
    """The result as plain text of a screen; `folder` is where the report was written."""
    figures = figures_of(result)
    lines = [*_head(figures), *_doubts(figures), *aligned(_rows(figures)), *_denials(figures)]
    lines += [] if findings is None else _honesty(findings)
    lines.append(f"report: {folder / 'report.html'}")
    return "\n".join(lines).replace(MINUS, "-").replace(DASH, "-").replace("\u00d7", "x")


def _head(figures: Figures) -> Iterator[str]:
    result = figures.result
    yield f"backtest {period_text(figures)}, {result.fidelity} fidelity: {result.data}"
    yield (
        f"  {count(result.bars)} bars of {plural(len(result.symbols), 'symbol')}, "
        f"{plural(result.signals, 'signal')}, {plural(figures.together.trades, 'trade')}"
    )


def _doubts(figures: Figures) -> Iterator[str]:
    problems, alerts = figures.result.problems, figures.result.alerts
    for problem in problems[:_SHOWN]:
        yield f"  ! {problem}"
    if len(problems) > _SHOWN:
        yield f"  ! and {plural(len(problems) - _SHOWN, 'more problem')}"
    yield f"  {headline(figures)}"
    for caution in cautions_of(figures):
        yield f"  note: {caution}"
    if alerts:
        told = plural(sum(alerts.values()), "alert")
        yield f"  note: {told} of {plural(len(alerts), 'kind')}, see the report"
    yield from _assumed_charges(figures.result.notices)


def _assumed_charges(notices: Mapping[str, int]) -> Iterator[str]:
    """One line for all of them, for there is one for each rate and period."""
    if not notices:
        return
    (text, days), *others = notices.items()
    more = f", and {plural(len(others), 'more such rate')}: see the report" if others else ""
    yield f"  note: {text} ({plural(days, 'day')}){more}"


def _rows(figures: Figures) -> list[tuple[str, ...]]:
    together, curve = figures.together, figures.curve
    deepest, longest = curve.max_drawdown, curve.longest_drawdown
    expectancy = together.expectancy
    return [
        ("gross", signed_money(together.gross), "charges", money(together.charges)),
        ("net", signed_money(together.net), "CAGR", percent_text(curve.cagr, is_signed=True)),
        ("Sharpe", ratio_text(curve.sharpe), "Sortino", ratio_text(curve.sortino)),
        (
            "max drawdown",
            "none" if deepest is None else percent_text(deepest.depth),
            "longest drawdown",
            "none" if longest is None else days_text(longest.days),
        ),
        ("win rate", share_text(together.closed.win_rate), "profit factor", factor_text(figures)),
        (
            "expectancy",
            DASH if expectancy is None else signed_money(expectancy),
            "average duration",
            seconds_text(together.closed.duration_s_mean),
        ),
        ("exposure", share_text(figures.exposure), "turnover a year", turnover_text(figures)),
    ]


def _honesty(findings: Findings) -> Iterator[str]:
    """Which criteria of promotion are met, one line for each that is not."""
    verdict = findings.verdict
    met = len(verdict.criteria) - len(verdict.failed)
    yield f"  honesty: {met} of {plural(len(verdict.criteria), 'criterion', 'criteria')} of promotion met"
    for one in verdict.failed:
        yield f"    {one.name}: {one.reason}"
    for warning in findings.survivors.warnings:
        yield f"  note: {warning}"


def _denials(figures: Figures) -> Iterator[str]:
    denials = figures.result.denials
    if denials:
        largest = ", ".join(f"{words(reason)} {count(n)}" for reason, n in list(denials.items())[:_SHOWN])
        yield f"  denied signals: {count(sum(denials.values()))} ({largest})"
