import json
from dataclasses import fields, replace

import numpy as np
import pytest

from tests.fakes.findings import CUT, RETURNS, SKIPPED, a_finding, a_good_finding, a_skipped_finding
from trading_bot.backtest.honesty.document import evidence_document, evidence_from, findings_document
from trading_bot.backtest.honesty.findings import judged
from trading_bot.backtest.honesty.look_ahead import LookAhead


def failures(findings):
    return {one.name: one.reason for one in findings.verdict.failed}


def test_what_meets_every_criterion_passes():
    assert a_good_finding().verdict.passed
    assert failures(a_finding()) == {"costs doubled": "makes -0.1% then, more than 0 needed"}


def test_a_result_that_is_not_to_be_believed_never_passes():
    assert failures(a_good_finding(problems=("10 units are still held", "more"))) == {
        "sound result": "10 units are still held"
    }


def test_a_decision_that_moved_with_the_future_fails():
    ahead = LookAhead(cuts=(CUT, replace(CUT, moved="2026-10-29 10:00 signal raised was not made")))

    assert failures(a_good_finding(look_ahead=ahead)) == {"look-ahead": "decisions depend on the future"}


def test_what_was_left_out_fails_with_the_reason():
    assert failures(a_skipped_finding()) == dict.fromkeys(SKIPPED, "not measured: left out (--quick)")


def test_a_reason_does_not_hide_what_was_measured_and_passed():
    assert a_good_finding(why_not={"overfitting": "whatever"}).verdict.passed


@pytest.mark.parametrize(
    "findings", [a_finding(), a_skipped_finding(), a_finding(choice=None, shuffled=None)]
)
def test_evidence_comes_back_from_a_file_as_it_was(findings):
    written = json.loads(json.dumps(evidence_document(findings.evidence), allow_nan=False))

    read = evidence_from(written)

    for one in fields(read):
        np.testing.assert_equal(getattr(read, one.name), getattr(findings.evidence, one.name))
    assert judged(read, (), (), findings.why_not) == findings.verdict


@pytest.mark.parametrize("missing", ["trials", "returns", "looks_ahead"])
def test_evidence_that_lacks_something_is_no_evidence(missing):
    document = evidence_document(a_finding().evidence)
    del document[missing]

    with pytest.raises(KeyError):
        evidence_from(document)


def test_every_figure_is_in_the_document():
    found = json.loads(json.dumps(findings_document(a_finding()), allow_nan=False))

    assert found["passed"] is False
    assert [one["name"] for one in found["criteria"] if not one["passed"]] == ["costs doubled"]
    assert found["look_ahead"] == {"cuts": 2, "decisions": 14, "moved": []}
    assert found["trials"]["by_kind"] == {"sweep": 3, "backtest": 1}
    assert found["trials"]["spread"] == pytest.approx(0.01 * 252**0.5)
    assert found["deflated_sharpe"]["probability"] > 0.975
    assert found["overfitting"]["splits"] == 6
    assert found["permutation"]["markets"] == 99
    assert found["warm_up"]["change"] == 0
    assert found["shuffled_drawdown"]["observed"] == 0.02
    assert found["costs_doubled"] == {
        "charges_only": "812.50",
        "everything": "-120.25",
        "total_return": pytest.approx(-0.0012025),
        "trades": 7,
    }
    assert found["survivors"]["universe"] == "complete"


def test_what_was_not_measured_is_null_with_the_reason():
    found = findings_document(a_skipped_finding())

    assert [found[key] for key in ("look_ahead", "warm_up", "permutation")] == [None] * 3
    assert found["costs_doubled"]["everything"] is None
    assert found["not_measured"] == SKIPPED


def test_returns_that_do_not_vary_have_no_deflated_ratio():
    assert findings_document(a_finding(returns=np.zeros(9)))["deflated_sharpe"] is None


def test_the_days_that_are_needed_are_those_that_the_criterion_asks_for():
    short = a_good_finding(returns=RETURNS[:90])

    needed = findings_document(short)["deflated_sharpe"]["days_needed"]

    assert f"{needed:,.0f} days would do" in failures(short)["deflated Sharpe ratio"]
