import json

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from trading_bot.backtest.report.write import write_backtest

FILES = [
    "backtest_summary.csv",
    "equity.csv",
    "equity_curve.png",
    "report.html",
    "summary.json",
    "trades.csv",
]


@pytest.mark.parametrize(
    "result",
    [
        a_result(three_trades()),
        a_result(days=DAYS[:1], closes={"TCS": (300_000,)}),
        a_result([a_trade(exited=None)], problems=("10 units are still held",)),
    ],
    ids=["trades", "nothing on one day", "still held"],
)
def test_every_backtest_has_all_its_files(result, tmp_path):
    folder = write_backtest(result, tmp_path / "reports", "run-1")

    assert folder == tmp_path / "reports" / "run-1"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert json.loads((folder / "summary.json").read_text())["run_id"] == "run-1"
    assert (folder / "equity_curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_newest_report_of_a_session_stays_the_latest(tmp_path):
    (tmp_path / "session").mkdir()
    (tmp_path / "latest").symlink_to("session")

    write_backtest(a_result(), tmp_path, "run-1")

    assert (tmp_path / "latest").readlink().name == "session"


def test_a_run_id_that_is_no_plain_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="run id"):
        write_backtest(a_result(), tmp_path, "../up")

    assert list(tmp_path.iterdir()) == []
