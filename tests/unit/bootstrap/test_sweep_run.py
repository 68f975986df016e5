"""A sweep from a folder of prices to its report."""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.fakes.price_folder import Shown, price_folder
from trading_bot.backtest.sweeps.grid import Axis
from trading_bot.bootstrap.backtesting.sweep import run_sweep
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.settings.options import SweepOptions
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

NOW_MS = 1_795_059_000_000


@pytest.fixture
def sweep(tmp_path):
    settings = Settings(run=RunSettings(data_dir=tmp_path / "data"))
    prices = price_folder(tmp_path / "prices", minutes=900, AAA=1, BBB=2)

    def run(*axes, shown=None, **changes):
        written, shown = [], shown or Shown()
        options = {"data": prices, "strategy": "ema_cross", "axes": axes, "jobs": 1} | changes
        code = run_sweep(settings, SweepOptions(**options), written.append, shown.progress, NOW_MS)
        return code, shown.notes, written[-1]

    return run


def test_all_sets_are_played_shown_reported_and_recorded(sweep, tmp_path):
    code, notes, text = sweep(Axis("fast", (3, 5)), Axis("slow", (9, 14, 20)))

    assert code == 0
    assert (notes[0], len(notes)) == (("sweep", 6), 7)
    assert notes[-1] == f"{6 * 1_800:,} candles"
    assert "6 sets over 1,800 candles of 2" in text
    (report,) = (tmp_path / "data" / "reports").iterdir()
    assert {path.name for path in report.iterdir()} == {
        "sweep.csv",
        "fills.csv",
        "sweep.json",
        "heat_map.png",
    }
    trials = (tmp_path / "data" / "research" / "trials.jsonl").read_text().splitlines()
    assert len(trials) == len((report / "sweep.csv").read_text().splitlines()) - 1 == 6
    assert json.loads((report / "sweep.json").read_text())["symbols"] == ["AAA", "BBB"]


class Interrupting(Shown):
    """The person at the keyboard ends it after so many sets."""

    def __init__(self, sets):
        super().__init__()
        self._sets = sets

    def advance(self, note):
        super().advance(note)
        if len(self.notes) > self._sets:
            raise KeyboardInterrupt


AXES = Axis("fast", (3, 5)), Axis("slow", (9, 14, 20))


def interrupted(sweep, sets=2, **changes):
    with pytest.raises(KeyboardInterrupt):
        sweep(*AXES, shown=Interrupting(sets), **changes)


def files_of(tmp_path, name):
    return [path.read_text() for path in sorted((tmp_path / "data" / "reports").glob(f"*/{name}"))]


def test_an_interrupted_sweep_goes_on_and_comes_to_the_same(sweep, tmp_path):
    sweep(*AXES)
    interrupted(sweep)

    code, notes, text = sweep(*AXES)

    assert (code, notes[0]) == (0, ("sweep", 4))
    assert "6 sets over 1,800 candles" in text
    assert "2 sets of them before it was interrupted" in text
    assert len(set(files_of(tmp_path, "sweep.csv"))) == len(set(files_of(tmp_path, "fills.csv"))) == 1
    assert [json.loads(one)["played_before"] for one in files_of(tmp_path, "sweep.json")] == [0, 2]
    assert len((tmp_path / "data" / "research" / "trials.jsonl").read_text().splitlines()) == 2 * 6


def test_one_that_is_interrupted_twice_plays_each_set_once(sweep):
    interrupted(sweep)
    interrupted(sweep)

    assert sweep(*AXES)[1][0] == ("sweep", 2)
    assert sweep(*AXES)[1][0] == ("sweep", 6), "it is over: nothing is kept of it"


@pytest.mark.parametrize(
    "changes",
    [
        {"is_anew": True},
        {"fee": Decimal("0.001")},
        {"quantity": 7},
        {"symbols": ("AAA",)},
        {"last": date(2024, 1, 2)},
    ],
)
def test_another_question_begins_anew(sweep, changes):
    interrupted(sweep)

    assert sweep(*AXES, **changes)[1][0] == ("sweep", 6)


def test_other_code_begins_anew(sweep, monkeypatch):
    interrupted(sweep)
    monkeypatch.setattr("trading_bot.bootstrap.backtesting.sweep.source_hash", lambda: "another")

    assert sweep(*AXES)[1][0] == ("sweep", 6)


def test_two_sweeps_of_one_second_keep_a_report_each(sweep, tmp_path):
    sweep(Axis("fast", (3,)))
    sweep(Axis("fast", (4,)))

    assert len(list((tmp_path / "data" / "reports").iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_played(sweep, tmp_path):
    (tmp_path / "data").write_text("")

    with pytest.raises(SettingsError, match=r"reports: cannot be made: .*\n  fix: set run.data_dir"):
        sweep(Axis("fast", (3,)), data=tmp_path / "nowhere")


def test_a_record_that_cannot_be_written_is_said_before_anything_is_played(sweep, tmp_path):
    (tmp_path / "data" / "research" / "trials.jsonl").mkdir(parents=True)

    with pytest.raises(SettingsError, match=r"trials.jsonl: the record of trials is no file"):
        sweep(Axis("fast", (3,)), data=tmp_path / "nowhere")


def test_a_quantity_that_cannot_be_is_said_in_one_line(sweep):
    with pytest.raises(SettingsError) as caught:
        sweep(Axis("fast", (3,)), quantity=999_999_999)

    assert str(caught.value).startswith("--cash, --quantity: sizing.fixed_quantity = 999999999: ")
    assert "\n" not in str(caught.value)


def test_shares_and_days_can_be_chosen(sweep):
    _, _, text = sweep(Axis("fast", (3,)), symbols=("BBB",), first=date(2024, 1, 2), last=date(2024, 1, 2))

    assert "1 set over 375 candles of 1 share in" in text


def test_a_share_that_is_named_twice_is_played_once(sweep):
    _, _, text = sweep(Axis("fast", (3,)), symbols=("BBB", "bbb"), last=date(2024, 1, 1))

    assert "1 set over 375 candles of 1 share in" in text


@pytest.mark.parametrize(
    ("changes", "error", "why"),
    [
        ({"first": date(2030, 1, 1)}, HistoryError, "no rows in the range"),
        ({"axes": (Axis("fast", (3,)), Axis("fast", (4,)))}, SettingsError, "fast is set twice"),
        ({"cash": 5}, SettingsError, "base_capital"),
        ({"strategy": "ema_cros"}, SettingsError, "did you mean ema_cross"),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_reason(sweep, changes, error, why):
    with pytest.raises(error, match=why):
        sweep(Axis("fast", (3,)), **changes)


def test_what_the_check_of_history_refuses_chooses_no_numbers(sweep, tmp_path):
    """A split that nobody took out of the prices, as a backtest refuses it; insisting is possible."""
    (path,) = (tmp_path / "prices").glob("AAA.*")
    head, *rows = path.read_text().splitlines()
    split = [row.split(",") for row in rows[375:]]
    after = [
        ",".join([ts, *(f"{float(price) / 5:.2f}" for price in prices), volume])
        for ts, *prices, volume in split
    ]
    path.write_text("\n".join([head, *rows[:375], *after]) + "\n")

    with pytest.raises(HistoryError, match="the data are not sound"):
        sweep(Axis("fast", (3,)))

    assert sweep(Axis("fast", (3,)), accept_defects=True)[0] == 0
