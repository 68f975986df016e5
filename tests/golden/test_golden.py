"""Golden runs: every number that a trader reads, on real data and on made-up prices. V7, V11, V19."""

import csv
from datetime import datetime

import pytest

from tests.golden.runs import RUNS, side_by_side
from trading_bot.adapters.history import open_history


@pytest.mark.parametrize("golden", RUNS, ids=[one.name for one in RUNS])
def test_a_run_comes_to_what_it_came_to_before(golden, request, tmp_path):
    shared = request.getfixturevalue("shared_data") if golden.data else tmp_path

    now = golden.figures(shared, tmp_path)

    moved = side_by_side(golden.name, golden.pinned, now)
    assert not moved, f"\n{moved}"
    if golden.name == "candles":
        assert outside_their_candles(tmp_path, shared / golden.data) == []


def outside_their_candles(scratch, prices):
    """Entries and exits of a report that are not among the prices of their minute, nor 0.1% off."""
    (table,) = (scratch / "data" / "reports").glob("backtest-*/trades.csv")
    folder, found = open_history(prices), []
    for trade in csv.DictReader(table.read_text().splitlines()):
        for at, price in ((trade["entry_at"], "entry_price"), (trade["exit_at"], "exit_price")):
            moment = datetime.fromisoformat(at)
            on, start_ms = moment.date(), int(moment.timestamp()) // 60 * 60_000
            minute = folder.minute_candles(trade["symbol"], on, on).between(start_ms, start_ms + 60_000)
            paise = 100 * float(trade[price])
            if not minute.low[0] * 0.999 <= paise <= minute.high[0] * 1.001:
                found.append((trade["symbol"], at, trade[price], minute.candles()))
    return found


def test_what_moved_is_shown_old_beside_new_with_what_to_do():
    text = side_by_side("candles", {"trades": "45", "net": "-728.96"}, {"trades": "46", "net": "-728.96"})

    assert text.splitlines()[:3] == [
        "golden run candles: 1 of 2 numbers moved",
        "          pinned  now",
        "  trades  45      46",
    ]
    assert "`make golden` pins the new ones in tests/golden/pinned/candles.json" in text
    assert "git bisect run" in text


def test_numbers_that_come_or_go_have_moved_and_none_is_no_text():
    text = side_by_side("candles", {"old": "1"}, {"new": "2"})

    assert [line.split() for line in text.splitlines()[2:4]] == [["old", "1", "-"], ["new", "-", "2"]]
    assert side_by_side("candles", {"a": "1"}, {"a": "1"}) == ""
