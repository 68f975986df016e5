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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("list", "the store is empty: see `download`"),
        ("caps", "no market capitalisation is known"),
        ("prune --keep-days 5", "there is no store of candles, so nothing was dropped"),
    ],
)
def test_looking_into_a_store_that_is_not_there_makes_none(shell, words, said):
    assert shell(f"history {words}") == 0

    assert said in shell.output()
    assert not list(shell.folder.rglob("history.db"))


def test_what_there_is_nothing_of_is_no_comparison(shell, prices):
    """A misspelt folder would look like one that agrees."""
    assert shell(f"history check {prices} --against {prices}x") == 2
    text = shell.error()
    assert "nothing can be compared with" in text
    assert "does not exist" in text


def test_candles_are_not_written_over_a_folder(shell, prices):
    assert shell(f"history show RELIANCE --data {prices} --csv {prices}") == 2
    assert f"--csv {prices}: cannot be written: Is a directory" in shell.error()


def test_days_that_run_backwards_are_not_an_empty_range(shell, prices):
    backwards = "--from 2015-01-06 --to 2015-01-02"

    assert shell(f"history show RELIANCE --data {prices} {backwards}") == 2
    assert "fix: exchange the two" in shell.error()
    assert shell(f"history check {prices} {backwards}") == 2


def test_words_that_make_no_sense_are_told_with_those_that_do(shell, capsys):
    for words, said in (
        ("history prune --keep-days 99999999", "'99999999' is not a number of days: 1 to 36,500"),
        (
            "history show RELIANCE --interval day",
            "'day' is not an interval: 1m to 300m, 1h to 5h, or 1d, or week",
        ),
        ("backtest --fidelity tack", "'tack' is none of candle, tick"),
    ):
        with pytest.raises(SystemExit):
            shell(words)
        assert said in capsys.readouterr().err


def test_a_provenance_that_is_wrong_is_told_in_one_line(shell, prices):
    (prices / "provenance.toml").write_text('adjustment = "maybe"\n', encoding="utf-8")

    assert shell(f"history import {prices}") == 2
    assert "adjustment = 'maybe'" in shell.error()


def test_the_list_writes_intervals_as_the_choice_of_a_series_does(shell, prices):
    shell(f"history import {prices}")
    shell.output()

    shell("history list")

    assert shell.output().startswith(
        "RELIANCE       1d          9 candles  2015-01-01 to 2015-01-13  folder "
    )


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


def test_prices_under_a_scenario_do_not_become_the_market(shell, prices):
    """The store does not keep what was laid over them: a test on them would look like one on real prices."""
    (prices / "provenance.toml").write_text('stress = "gaps"\n', encoding="utf-8")

    assert shell(f"history import {prices} --accept-defects") == 2
    assert "the scenario gaps was laid over these prices" in shell.error()


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


def test_prices_of_which_nobody_says_what_they_are_are_not_adjusted(shell, prices):
    unknown = prices.rename(prices.with_name("prices"))

    assert shell(f"history import {unknown} --adjust") == 2
    assert "nobody says whether its prices are adjusted" in shell.error()


def test_the_store_is_checked_as_a_folder_is(shell, prices):
    shell(f"history import {prices}")
    shell.output()

    assert shell("history check data/history.db --json") == 0
    (found,) = shell.json()["folders"]
    assert found["path"] == "data/history.db#folder unadjusted/none/1d"
    assert (found["kind"], found["adjustment"], found["series"][0]["rows"]) == ("candles", "none", 9)


def test_days_are_shown_as_weeks_and_months_whole_ones_whatever_day_is_asked_from(shell, prices):
    shell(f"history import {prices}")
    shell.output()

    assert shell("history show reliance --interval week --from 2015-01-07 --json") == 0
    weeks = shell.json()
    assert [week["date"] for week in weeks] == ["2015-01-05", "2015-01-12"]
    assert [week["volume"] for week in weeks] == ["500", "200"]
    assert shell("history show RELIANCE.NS --interval month --rows 1") == 0
    assert shell.output().splitlines()[-1].split() == [
        "2015-01-01",
        "880.00",
        "890.00",
        "870.00",
        "880.50",
        "900",
    ]


def test_shown_candles_can_be_written_and_read_again(shell, prices):
    assert shell(f"history show RELIANCE --data {prices} --interval week --csv weeks/RELIANCE.csv") == 0
    assert shell.output() == "RELIANCE: 3 candles written to weeks/RELIANCE.csv\n"

    assert shell("history show RELIANCE --data weeks --json") == 0
    assert [week["date"] for week in shell.json()] == ["2014-12-29", "2015-01-05", "2015-01-12"]


def test_shorter_candles_cannot_be_made_of_longer_ones(shell, prices):
    assert shell(f"history show RELIANCE --data {prices} --interval 5m") == 2
    assert "candles of 1d; no 5m can be made of them" in shell.error()


def test_without_figures_it_is_said_how_to_get_them(shell):
    assert shell("history caps --on 2015-01-05") == 0
    assert "as of 2015-01-05: see `download --market-caps`" in shell.output()
