"""What a soak objects to in a day that is over. Faults 97 and 98, V7, V11 and V16."""

import json
from datetime import date

import pytest

from tests.soak.whole_days import log_problems, result_problems

_ON = date(2026, 11, 19)
_SUMMARY = {
    "on": "2026-11-19",
    "flat": True,
    "open_positions": 0,
    "reconciled": True,
    "net_pnl": "-1466.53",
    "orders": 40,
    "trades": 20,
    "problems": [],
}


def reported(folder, **changes):
    """A folder with the report of a day."""
    report = folder / "data/reports/latest"
    report.mkdir(parents=True)
    (report / "summary.json").write_text(json.dumps(_SUMMARY | changes))
    return folder


def logged(folder, name, *lines):
    """A log with these lines."""
    text = "".join(json.dumps({"at": "2026-11-28T16:46:04"} | line) + "\n" for line in lines)
    (folder / name).write_text(text)


def test_a_day_that_equals_the_ledger_is_as_it_must_be(tmp_path):
    facts, problems = result_problems(reported(tmp_path), _ON, {"net_pnl": "-1466.53"})

    assert problems == []
    assert facts == "40 orders, 20 trades, net -1466.53"


@pytest.mark.parametrize(
    ("changes", "ledger", "told"),
    [
        ({}, "-1466.52", "the ledger says"),
        ({"flat": False}, "-1466.53", "not flat"),
        ({"open_positions": 1}, "-1466.53", "not flat"),
        ({"reconciled": None}, "-1466.53", "not reconciled"),
        ({"on": "2026-11-18"}, "-1466.53", "the newest report is of"),
        ({"problems": ["something"]}, "-1466.53", "something"),
    ],
)
def test_a_day_that_is_not_is_told(tmp_path, changes, ledger, told):
    _, problems = result_problems(reported(tmp_path, **changes), _ON, {"net_pnl": ledger})

    assert len(problems) == 1
    assert told in problems[0]


def test_incidents_are_counted_and_errors_and_dropped_lines_are_problems(tmp_path):
    logged(tmp_path, "trading_bot.log.1", {"event": "incident_recorded", "kind": "feed_silent"})
    logged(
        tmp_path,
        "trading_bot.log",
        {"event": "incident_recorded", "kind": "feed_silent"},
        {"event": "log_lines_dropped count=3 in_total={'info': 3}"},
    )
    logged(tmp_path, "errors.log", {"event": "alert"}, {"event": "worker_failed"})

    facts, problems = log_problems(tmp_path)

    assert facts == "feed_silent 2"
    assert problems == ["log_lines_dropped count=3 in_total={'info': 3}", "2026-11-28T16:46:04 worker_failed"]
