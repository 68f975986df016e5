import json

import pytest

from tests.fakes.engine_driver import KEY
from tests.fakes.scripted_day import candles, result_of, whole_day
from trading_bot.domain.errors import UserFacingError
from trading_bot.report.write import write_report

FILES = ["equity.csv", "orders.csv", "report.html", "summary.json", "trades.csv"]


@pytest.fixture(scope="module")
def day():
    return whole_day()


def write(day, reports, run_id):
    return write_report(result_of(day, run_id=run_id), {KEY: candles()}, reports)


def test_a_report_has_its_five_files_and_latest_points_at_it(day, tmp_path):
    folder = write(day, tmp_path / "reports", "first")

    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert json.loads((tmp_path / "reports/latest/summary.json").read_text())["run_id"] == "first"


def test_latest_moves_to_the_newest_report(day, tmp_path):
    write(day, tmp_path, "first")
    write(day, tmp_path, "second")

    assert (tmp_path / "latest").readlink().name == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "latest", "second"]


def test_a_report_of_the_same_run_is_replaced_whole(day, tmp_path):
    folder = write(day, tmp_path, "first")
    (folder / "stale.txt").write_text("old")

    write(day, tmp_path, "first")

    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "latest"]


@pytest.mark.parametrize("run_id", ["", "../up", "a/b", ".hidden", "latest", "x" * 101])
def test_a_run_id_that_is_no_plain_name_is_refused(day, tmp_path, run_id):
    with pytest.raises(ValueError, match="run id"):
        write(day, tmp_path, run_id)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_called_latest_is_not_touched(day, tmp_path):
    (tmp_path / "latest").mkdir()

    with pytest.raises(UserFacingError, match="is not a link"):
        write(day, tmp_path, "first")
