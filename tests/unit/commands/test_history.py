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
