"""What a report says against its backtest: on the page, on the terminal and in the summary."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.backtest_results import a_result, three_trades
from tests.fakes.findings import CUT, a_finding, a_good_finding, a_skipped_finding
from tests.fakes.recorded_run import a_run
from trading_bot.backtest.honesty.look_ahead import LookAhead
from trading_bot.backtest.report.console import console_text
from trading_bot.backtest.report.page_honesty import honesty_html, measured
from trading_bot.backtest.report.write import write_backtest
from trading_bot.bootstrap.promotions.conditions import conditions as recorded_conditions
from trading_bot.domain.rules.provenance import Universe
from trading_bot.research.promotion import Criterion

SURVIVORS = replace(a_finding().survivors, universe=Universe.SURVIVORS)


def said(findings):
    return {name: " ".join(texts) for name, texts in measured(findings)}


def page(findings):
    return "".join(str(part) for part in honesty_html(findings))


def test_each_check_has_a_sentence_with_its_number():
    found = said(a_finding())

    assert "4 (3 by sweep, 1 by backtest)" in found["Trials"]
    assert "The best of so many without an edge is expected to show 0.17 a year." in found["Trials"]
    assert "6 splits of 504 days, the best of 4 ends below the median in" in found["Trials"]
    assert found["Look-ahead"].startswith("14 decisions compared at 1 moment, with the")
    text = "With 2 sessions: 19 signals, 1 on one side only, the first 2026-10-29 10:00 toy long TCS."
    assert text in found["Warm-up"]
    assert "With 5 sessions: 20 signals, the same." in found["Warm-up"]
    assert "0 of 99 permuted markets give as much" in found["Bar permutation"]
    assert "2.00%" in found["Trade shuffling"]
    assert "+812.50" in found["Costs doubled"]


def test_a_decision_that_moved_is_told():
    moved = replace(CUT, moved="2026-10-29 10:00 signal raised was not made")

    text = said(a_finding(look_ahead=LookAhead(cuts=(moved,))))["Look-ahead"]

    assert "With the market after 2026-10-29 10:00 missing: 2026-10-29 10:00 signal raised was not" in text


def test_the_page_shows_every_criterion_with_its_verdict():
    text = page(a_finding())

    assert "1 of 9 criteria of promotion is not met." in text
    assert text.count("\u2713 met") == 8
    assert text.count("\u2717 not met") == 1
    assert "Every criterion of promotion is met." in page(a_good_finding())


def test_each_criterion_says_what_it_asks():
    conditions = tuple(
        Criterion(name=one.name, passed=True, reason=one.met) for one in recorded_conditions(a_run(), {})
    )

    text = page(a_finding(conditions=conditions))

    assert text.count("<small>") == text.count("?</small>") == 9 + 4


def test_what_was_left_out_is_said_where_it_is_missed():
    text = page(a_skipped_finding())

    assert text.count("not measured: left out (--quick)") == 4
    assert text.count("? not measured") == 4
    assert "\u2717 not met" not in text
    assert "Bar permutation" not in said(a_skipped_finding())


def test_who_is_missing_from_the_data_is_warned_of():
    assert "Survivorship" not in page(a_finding())
    assert "Survivorship" in page(a_finding(survivors=SURVIVORS))


@pytest.mark.parametrize(
    "changes", [{"returns": np.zeros(9)}, {"choice": None, "why_not": {"overfitting": "why"}}]
)
def test_there_is_a_page_whatever_could_not_be_measured(changes):
    assert page(a_finding(**changes))


def test_the_terminal_names_what_is_not_met():
    text = console_text(a_result(three_trades()), Path("r"), a_finding(survivors=SURVIVORS))

    assert "honesty: 8 of 9 criteria of promotion met" in text
    assert "costs doubled: makes -0.1% then, more than 0 needed" in text
    assert "note: The shares were chosen with today's knowledge" in text
    assert text.isascii()


def test_the_report_holds_it_all_and_the_evidence(tmp_path):
    findings = a_finding()

    folder = write_backtest(
        a_result(three_trades()), tmp_path, "run", findings=findings, record={"version": 1}
    )

    assert json.loads((folder / "summary.json").read_text())["honesty"]["passed"] is False
    assert "Honesty checks" in (folder / "report.html").read_text()
    assert json.loads((folder / "evidence.json").read_text()) == {"version": 1}
