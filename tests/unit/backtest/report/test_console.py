from pathlib import Path

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from trading_bot.backtest.report.console import console_text

FOLDER = Path("reports/run")
WORST = a_result(
    [a_trade(exited=None)],
    days=(DAYS[0], DAYS[2].replace(day=30)),
    closes={"TCS": (300, 100)},
    problems=tuple(f"problem {number}" for number in range(40)),
    denials={f"reason_{number}": 9 for number in range(20)},
    alerts={f"alert {number}": 2 for number in range(20)},
    notices={f"rate {number}": 2 for number in range(20)},
)


@pytest.mark.parametrize("result", [a_result(), a_result(three_trades()), a_result(days=DAYS[:1]), WORST])
def test_it_fits_on_a_terminal(result):
    text = console_text(result, FOLDER)

    assert len(text.splitlines()) < 25
    assert text.isascii()


def test_it_tells_the_result_and_where_the_report_is():
    text = console_text(a_result(three_trades()), FOLDER)

    assert "backtest 29 Oct 2026 to 02 Nov 2026, candle fidelity: by hand" in text
    assert "+80.00 rupees net (+0.08%) in 3 days and 3 trades; buying and holding: +3.00%." in text
    assert "1,125 bars of 2 symbols, 6 signals, 3 trades" in text
    assert "denied signals: 2 (position exists 2)" in text
    assert text.endswith("report: reports/run/report.html")
    assert "denied" not in console_text(a_result(denials={}), FOLDER)


def test_charges_that_are_assumed_take_one_line():
    assumed = {"stamp duty: assumed": 3, "gst: assumed": 2}

    text = console_text(a_result(three_trades(), notices=assumed), FOLDER)

    assert "  note: stamp duty: assumed (3 days), and 1 more such rate: see the report\n" in text
    assert "gst" not in text


def test_problems_come_before_the_result():
    text = console_text(WORST, FOLDER)

    assert text.index("! problem 2") < text.index("! and 37 more problems") < text.index("rupees net")
    assert "40 alerts of 20 kinds" in text
