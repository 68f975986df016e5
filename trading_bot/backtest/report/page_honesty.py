"""The part of the page in which a backtest speaks against itself."""

from collections.abc import Iterator

from trading_bot.backtest.honesty.document import sample_of
from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.honesty.luck import Permutation
from trading_bot.backtest.honesty.tried import text_of
from trading_bot.backtest.honesty.warm_up import WarmUpCheck
from trading_bot.backtest.report.texts import percent_text, ratio_text, share_text
from trading_bot.report.page.markup import Html, element
from trading_bot.report.page.page_parts import headings
from trading_bot.report.wording import count, plural, signed_money
from trading_bot.research.promotion import Criterion
from trading_bot.research.ratios import TRADING_DAYS

_YEARLY = TRADING_DAYS**0.5
_MOVED_SHOWN = 3
_UNMEASURED = "not measured"
_ASKED = {
    "sound result": "Do the books agree, and is nothing held over night?",
    "real prices": "Were these the prices of the market?",
    "costs as live": "Was trading as dear as it will be?",
    "rules as live": "Were the rules those of live trading?",
    "thoroughness": "Was it looked at closely enough?",
    "length": "Could it be a good quarter?",
    "deflated Sharpe ratio": "Is it better than the luckiest of so many tries?",
    "overfitting": "Does what was chosen on some days also earn on others?",
    "bar permutation": "Is it skill, or does it earn the same where moves come in random order?",
    "costs doubled": "Is anything left when charges, slippage and spread cost twice as much?",
    "look-ahead": "Did it decide with prices of the future?",
    "warm-up": "Does it decide the same after a restart, with more history?",
    "shuffled drawdown": "How deep could the same trades have fallen in another order?",
}
"""What each criterion asks, for who does not know its name."""


def honesty_html(findings: Findings) -> tuple[Html, ...]:
    """The criteria first, then what was measured, then who is missing from the data."""
    verdict = findings.verdict
    missed, wanted = len(verdict.failed), len(verdict.criteria)
    headline = (
        "Every criterion of promotion is met."
        if verdict.passed
        else f"{missed} of {wanted} criteria of promotion {'is' if missed == 1 else 'are'} not met."
    )
    return (
        element("p", headline, class_="yes" if verdict.passed else "loud"),
        element("p", "All of them have to be met before a strategy should trade money.", class_="muted"),
        _criteria(verdict.criteria),
        element("dl", *_measured(findings), class_="assumed"),
        *_warnings(findings),
    )


def _criteria(criteria: tuple[Criterion, ...]) -> Html:
    rows = (
        element(
            "tr",
            element("td", one.name, element("small", _ASKED.get(one.name, ""))),
            element("td", _word(one), class_=f"word {_tone(one)}"),
            element("td", one.reason),
        )
        for one in criteria
    )
    head = headings(("Criterion", None), ("", None), ("What was found", None))
    return element("table", head, element("tbody", *rows), class_="criteria")


def _word(criterion: Criterion) -> str:
    if criterion.passed:
        return "\u2713 met"
    return f"? {_UNMEASURED}" if criterion.reason.startswith(_UNMEASURED) else "\u2717 not met"


def _tone(criterion: Criterion) -> str:
    """Green, red, or neither where nobody knows."""
    if criterion.passed:
        return "gain"
    return "muted" if criterion.reason.startswith(_UNMEASURED) else "loss"


def _measured(findings: Findings) -> Iterator[Html]:
    for name, texts in measured(findings):
        yield element("dt", name)
        yield element("dd", " ".join(texts))


def measured(findings: Findings) -> Iterator[tuple[str, list[str]]]:
    """Each check by its name, with sentences about it; checks without a figure are left out."""
    yield "Trials", [*_trials(findings)]
    if findings.look_ahead is not None:
        yield "Look-ahead", [*_look_ahead(findings)]
    if findings.warm_up is not None:
        yield "Warm-up", [*_warm_up(findings.warm_up)]
    if findings.permutation is not None:
        yield "Bar permutation", [*_permutation(findings.permutation)]
    if findings.shuffled is not None:
        yield "Trade shuffling", [*_shuffling(findings)]
    yield "Costs doubled", [*_costs(findings)]


def _trials(findings: Findings) -> Iterator[str]:
    evidence, sample = findings.evidence, sample_of(findings.evidence)
    yield f"On record for these strategies and shares: {text_of(findings.tried)}."
    if sample is None:
        yield "Returns do not vary from day to day: there is no Sharpe ratio to judge."
        return
    yield (
        f"The true Sharpe ratio is above 0 with a probability of {share_text(sample.probability_above(0.0))}."
    )
    if evidence.trials is not None and evidence.trials.count > 1:
        luck = evidence.trials.expected_maximum * _YEARLY
        yield f"The best of so many without an edge is expected to show {ratio_text(luck)} a year."
    choice = findings.choice
    if choice is not None:
        found = choice.overfitting
        yield (
            f"Cross-validated over {count(len(found.logits))} splits of {choice.days} days, the best of "
            f"{choice.trials} ends below the median in {share_text(found.probability)} and loses in "
            f"{share_text(found.probability_of_loss)}."
        )
        if choice.independent is not None:
            yield (
                f"Their returns correlate by {ratio_text(choice.correlation)} on average, so that they are "
                f"worth about {plural(round(choice.independent), 'independent trial')}; all are counted."
            )
    elif "overfitting" in findings.why_not:
        yield f"Probability of overfitting: {findings.why_not['overfitting']}."


def _look_ahead(findings: Findings) -> Iterator[str]:
    ahead = findings.look_ahead
    assert ahead is not None
    yield (
        f"{plural(ahead.decisions, 'decision')} compared at {plural(ahead.moments, 'moment')}, with the "
        "market after it turned round, and then missing."
    )
    for cut in ahead.moved[:_MOVED_SHOWN]:
        yield f"{cut.text[:1].upper()}{cut.text[1:]}."


def _warm_up(check: WarmUpCheck) -> Iterator[str]:
    yield (
        f"Each of {plural(len(check.days), 'day')} from {check.days[0]} was begun anew, as live every "
        f"morning: {plural(check.signals, 'signal')} with {check.longest} sessions of history before it. "
        f"Strategies get {check.usual}."
    )
    for run in check.runs:
        first = f", the first {run.first}" if run.first else ""
        alone = f"{count(run.changed)} on one side only{first}" if run.changed else "the same"
        yield f"With {plural(run.sessions, 'session')}: {plural(run.signals, 'signal')}, {alone}."


def _permutation(found: Permutation) -> Iterator[str]:
    yield (
        f"Sharpe ratio {ratio_text(found.observed * _YEARLY)} a year; "
        f"{found.as_good} of {plural(len(found.permuted), 'permuted market')} give as much."
    )
    if found.trials > 1:
        yield (
            f"Alone p would be {share_text(found.alone)}; for the best of {found.trials} trials it is "
            f"{share_text(found.p)} at most."
        )


def _shuffling(findings: Findings) -> Iterator[str]:
    shuffled = findings.shuffled
    assert shuffled is not None
    yield (
        f"Drawdown of the trades in the order in which they came: {percent_text(shuffled.observed)}; "
        f"in other orders {percent_text(shuffled.quantile(0.5))} in the middle, more than "
        f"{percent_text(findings.evidence.shuffled_drawdown)} in one of twenty. "
        f"{share_text(shuffled.luck)} of the orders were as deep or deeper."
    )


def _costs(findings: Findings) -> Iterator[str]:
    costs = findings.costs
    yield f"Charges doubled on the same trades: {signed_money(costs.charges_only)} rupees net."
    if costs.everything is not None:
        yield (
            "Played again with slippage and spread doubled as well: "
            f"{plural(costs.trades_again or 0, 'trade')}, {signed_money(costs.everything)} "
            f"({percent_text(costs.total_return, is_signed=True)})."
        )


def _warnings(findings: Findings) -> Iterator[Html]:
    warnings = findings.survivors.warnings
    if warnings:
        yield element(
            "div",
            element("p", "Survivorship: who is missing from the data"),
            element("ul", *(element("li", text) for text in warnings)),
            class_="warn notices",
        )
