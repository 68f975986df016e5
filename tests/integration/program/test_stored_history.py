"""`history import`, `list`, `prune` and `check` on files and a store on disk."""

from pathlib import Path

import pytest

DAYS = [
    "2015-01-01",
    "2015-01-02",
    "2015-01-05",
    "2015-01-06",
    "2015-01-07",
    "2015-01-08",
    "2015-01-09",
    "2015-01-12",
    "2015-01-13",
]


@pytest.fixture
def prices(shell) -> Path:
    """Nine sessions of RELIANCE as traded."""
    folder = shell.folder / "unadjusted"
    folder.mkdir()
    lines = ["date,open,high,low,close,volume", *(f"{day},880,890,870,880.5,100" for day in DAYS)]
    (folder / "RELIANCE.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_folder_goes_into_the_store_with_its_origin(shell, prices):
    assert shell(f"history import {prices}") == 0
    assert shell.output() == "RELIANCE: 9 candles added, 0 changed, 0 the same\n"

    assert shell("history list --json") == 0
    (series,) = shell.json()
    assert (series["symbol"], series["rows"], series["adjustment"]) == ("RELIANCE", 9, "none")
    assert (series["first"], series["last"]) == ("2015-01-01", "2015-01-13")


def test_prices_are_adjusted_on_the_way_in_when_asked(shell, prices):
    """Halved by the bonus of 2017, and a little by the rights of 2020."""
    shell(f"history import {prices} --adjust")
    shell.output()

    shell("history list")

    assert "adjustment splits as of 2021-04-30" in shell.output()


def test_what_is_not_sound_is_refused_unless_insisted_on(shell, prices):
    text = (prices / "RELIANCE.csv").read_text(encoding="utf-8").splitlines()
    (prices / "RELIANCE.csv").write_text("\n".join([*text[:3], *text[8:]]) + "\n", encoding="utf-8")

    assert shell(f"history import {prices}") == 2
    assert "missing: 5 sessions" in shell.error()
    assert shell(f"history import {prices} --accept-defects") == 0


def test_old_days_are_pruned(shell, prices):
    shell(f"history import {prices}")
    shell.output()

    assert shell("history prune --keep-days 100 --symbols reliance") == 0
    assert shell.output().startswith("9 candles before")
    assert shell("history list") == 0


def test_an_empty_store_says_how_to_fill_it(shell):
    assert shell("history list") == 0
    assert "history import" in shell.output()


def test_a_check_shows_what_is_wrong_and_fails(shell, prices):
    assert shell(f"history check {prices} --json") == 0
    assert shell.json()["refused"] is False

    assert shell("history check nowhere") == 1
    assert "does not exist" in shell.output()
