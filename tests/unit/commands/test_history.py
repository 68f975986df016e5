from datetime import date
from pathlib import Path

import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import CandleQuestion


def test_a_check_asks_for_the_folders_days_and_symbols_that_were_named(desk):
    desk.backend.answers["history_check"] = ("sound prices", True)
    parsed, run = parse_arguments(
        [
            "history",
            "check",
            "prices",
            "--against",
            "daily",
            "--symbols",
            "ACME",
            "--from",
            "2026-01-05",
            "--json",
        ]
    )

    assert run(parsed, desk.context) == 0
    ((_, question, as_json),) = desk.backend.questions
    assert (question.folders, question.against) == ((Path("prices"),), (Path("daily"),))
    assert (question.symbols, question.first_on, question.last_on) == (("ACME",), date(2026, 1, 5), None)
    assert as_json
    assert desk.written == ["sound prices"]


def test_a_check_that_refuses_something_fails(desk):
    desk.backend.answers["history_check"] = ("REFUSED prices", False)
    parsed, run = parse_arguments(["history", "check", "prices"])

    assert run(parsed, desk.context) == 1


def test_a_download_asks_for_what_was_named(desk):
    desk.backend.answers["download"] = 0
    parsed, run = parse_arguments(
        [
            "download",
            "--source",
            "upstox",
            "--tickers",
            "A.NS,B.NS",
            "C",
            "--interval",
            "5m",
            "--keep-days",
            "30",
        ]
    )

    assert run(parsed, desk.context) == 0
    ((_, options, with_bars),) = desk.backend.questions
    assert (options.symbols, str(options.interval)) == (("A.NS", "B.NS", "C"), "5m")
    assert (options.keep_days, options.csv_folder, with_bars) == (30, None, False)


def test_days_of_yahoo_become_csv_files_under_the_data_folder(desk):
    desk.backend.answers["download"] = 1
    parsed, run = parse_arguments(["download"])

    assert run(parsed, desk.context) == 1
    assert desk.backend.questions[0][1].csv_folder == desk.folder / "data" / "raw"


def test_the_store_is_listed_taken_into_and_pruned(desk):
    desk.backend.answers |= {"stored_history": "[]", "prune_history": "3 candles dropped"}
    for words in (
        ["history", "list", "--json"],
        ["history", "import", "prices", "--adjust", "--accept-defects"],
        ["history", "prune", "--keep-days", "400", "--symbols", "A,B"],
    ):
        parsed, run = parse_arguments(words)
        assert run(parsed, desk.context) == 0

    listed, taken, pruned = desk.backend.questions
    assert listed == ("stored_history", True)
    assert (taken[1].folder, taken[1].adjust, taken[1].accept_defects) == (Path("prices"), True, True)
    assert pruned == ("prune_history", 400, ("A", "B"))
    assert desk.written == ["[]", "3 candles dropped"]


def test_market_capitalisations_are_asked_for_and_shown(desk):
    desk.backend.answers |= {"download_market_caps": 1, "market_caps": "ACME 5"}
    for words in ("download --market-caps --tickers A.NS B", "history caps --on 2026-11-27"):
        parsed, run = parse_arguments(words.split())
        run(parsed, desk.context)

    assert desk.backend.questions == [
        ("download_market_caps", ("A.NS", "B")),
        ("market_caps", date(2026, 11, 27), False),
    ]
    assert desk.written == ["ACME 5"]


def test_what_is_for_candles_is_refused_for_market_capitalisations(desk):
    parsed, run = parse_arguments(["download", "--market-caps", "--source", "upstox", "--keep-days", "5"])

    with pytest.raises(SettingsError, match="leave out --source, --keep-days"):
        run(parsed, desk.context)


def test_candles_are_shown_as_they_are_asked_for(desk):
    desk.backend.answers["candles"] = "ACME 5"
    words = "history show ACME --data d --interval WEEK --from 2026-01-05 --csv c.csv --rows 3 --json"
    parsed, run = parse_arguments(words.split())

    assert run(parsed, desk.context) == 0
    ((_, question, as_json),) = desk.backend.questions
    assert question == CandleQuestion(
        symbol="ACME",
        data=Path("d"),
        interval="week",
        first_on=date(2026, 1, 5),
        csv=Path("c.csv"),
        rows=3,
    )
    assert as_json


@pytest.mark.parametrize("interval", ["year", "0m", "6h"])
def test_an_interval_that_there_is_not_ends_with_two(interval, capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["history", "show", "ACME", "--interval", interval])

    assert "is not an interval" in capsys.readouterr().err
