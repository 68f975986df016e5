from datetime import date
from pathlib import Path

from trading_bot.commands.arguments import parse_arguments


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
