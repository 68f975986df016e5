"""A walk-forward from a folder of prices to its report."""

import json
from dataclasses import replace

import pytest

from tests.fakes.price_folder import Shown, price_folder
from trading_bot.backtest.sweeps.grid import Axis
from trading_bot.backtest.walk_forward.sampler import Sampler
from trading_bot.bootstrap.backtesting.walk_forward import run_walk_forward
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.settings.options import WalkForwardOptions
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

pytest.importorskip("optuna", reason="Optuna is not installed")

NOW_MS = 1_795_059_000_000


@pytest.fixture
def walk_forward(tmp_path):
    settings = Settings(run=RunSettings(data_dir=tmp_path / "data"))
    asked = WalkForwardOptions(
        data=price_folder(tmp_path / "prices", AAA=1, BBB=2),
        strategy="ema_cross",
        axes=(Axis("fast", (3, 5)), Axis("slow", (9, 14)), Axis("ignored", (50,))),
        train=2,
        test=1,
        sampler=Sampler.GRID,
    )

    def run(**changes):
        written, shown = [], Shown()
        code = run_walk_forward(settings, replace(asked, **changes), written.append, shown.progress, NOW_MS)
        return code, shown.notes, written[-1]

    return run


def test_searches_that_cannot_be_read_are_told_with_the_way_out(walk_forward, tmp_path):
    (tmp_path / "data" / "research").mkdir(parents=True)
    (tmp_path / "data" / "research" / "studies.db").write_text("no database, as somebody left it here")

    with pytest.raises(
        SettingsError, match=r"studies.db: earlier searches cannot be read.*\n  fix: .*move it away"
    ):
        walk_forward()


def test_one_fold_is_told_by_its_number(walk_forward):
    with pytest.raises(SettingsError, match="--folds 1 leaves no day to choose on"):
        walk_forward(train=None, test=None, folds=1)


def test_windows_are_chosen_played_reported_and_recorded(walk_forward, tmp_path):
    code, notes, text = walk_forward()

    assert code == 0
    assert (notes[0], len(notes)) == (("walkforward", 3), 4)
    assert "3 windows over 3,750 candles" in text
    assert "4 trials of ema_cross" in text
    (report,) = (tmp_path / "data" / "reports").iterdir()
    assert {path.name for path in report.iterdir()} == {
        "windows.csv",
        "equity.csv",
        "walkforward.json",
        "walkforward.png",
    }
    assert len((report / "windows.csv").read_text().splitlines()) == 4
    equity = (report / "equity.csv").read_text().splitlines()
    assert (len(equity), equity[1].split(",")[0]) == (4, "2024-01-03")
    summary = json.loads((report / "walkforward.json").read_text())
    assert float(equity[-1].split(",")[1]) == pytest.approx(1e8 + summary["net"])


def test_a_second_run_tries_nothing_again_and_comes_to_the_same(walk_forward, tmp_path):
    trials = tmp_path / "data" / "research" / "trials.jsonl"
    _, _, first = walk_forward()
    recorded = trials.read_text()

    _, _, second = walk_forward()

    assert trials.read_text() == recorded
    assert second.splitlines()[2:-1] == first.splitlines()[2:-1]


@pytest.mark.parametrize(
    ("changes", "error", "why"),
    [
        ({"axes": ()}, SettingsError, "nothing to choose"),
        ({"axes": (Axis("fats", (3,)),)}, SettingsError, "^ema_cross has no parameter 'fats'"),
        ({"strategy": "confluence"}, SettingsError, "^confluence wants candles of 15m"),
        ({"train": 9}, HistoryError, "shorten --train"),
        ({"train": None}, SettingsError, "either --train and --test, or --folds"),
        ({"folds": 3}, SettingsError, "either --train and --test, or --folds"),
        ({"embargo": 0.1}, SettingsError, "--embargo is for --folds"),
        ({"train": None, "test": None, "folds": 6}, HistoryError, "change --folds"),
    ],
)
def test_what_cannot_be_walked_is_refused(walk_forward, changes, error, why):
    with pytest.raises(error, match=why):
        walk_forward(**changes)


def test_folds_are_purged_played_reported_and_every_set_recorded_once(walk_forward, tmp_path):
    code, notes, text = walk_forward(train=None, test=None, folds=3, embargo=0.1)

    assert code == 0
    assert len(notes) == 4
    assert "3 windows over 3,750 candles" in text
    (report,) = (tmp_path / "data" / "reports").iterdir()
    summary = json.loads((report / "walkforward.json").read_text())
    told = [summary[name] for name in ("scheme", "folds", "gap_days", "embargo")]
    assert told == ["purged", 3, 0, 0.1]
    windows = [line.split(",") for line in (report / "windows.csv").read_text().splitlines()]
    assert [row[windows[0].index("train_days")] for row in windows[1:]] == ["2", "2", "4"]
    assert len((report / "equity.csv").read_text().splitlines()) == 6
    assert len((tmp_path / "data" / "research" / "trials.jsonl").read_text().splitlines()) == 4
