from datetime import date, time

import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.settings.options import WhyQuestion


def run(desk, words):
    arguments, function = parse_arguments(words.split())
    return function(arguments, desk.context)


@pytest.mark.parametrize(
    ("words", "question", "as_json"),
    [
        ("why RELIANCE", WhyQuestion(symbol="RELIANCE"), False),
        (
            "why RELIANCE 10:15 --on 2026-11-18 --json",
            WhyQuestion(symbol="RELIANCE", on=date(2026, 11, 18), until=time(10, 15), is_whole_minute=True),
            True,
        ),
        ("why RELIANCE 10:15:30", WhyQuestion(symbol="RELIANCE", until=time(10, 15, 30)), False),
    ],
)
def test_a_symbol_a_moment_and_a_day_are_asked_for(desk, words, question, as_json):
    desk.backend.answers["why"] = "because"

    assert run(desk, words) == 0
    assert desk.written == ["because"]
    assert desk.backend.questions == [("why", question, as_json)]


@pytest.mark.parametrize("moment", ["25:00", "noon", "10", "10:15:61"])
def test_what_is_no_time_of_the_day_is_refused(moment, capsys):
    with pytest.raises(SystemExit) as caught:
        parse_arguments(["why", "RELIANCE", moment])

    assert caught.value.code == 2
    assert f"{moment!r} is not a time of the day: write HH:MM" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "days"), [("metrics", 20), ("metrics --days 3", 3)])
def test_metrics_ask_for_the_newest_sessions(desk, words, days):
    desk.backend.answers["metrics"] = "figures"

    assert run(desk, words) == 0
    assert desk.written == ["figures"]
    assert desk.backend.questions == [("metrics", days, False)]


def test_metrics_of_no_days_are_refused():
    with pytest.raises(SystemExit):
        parse_arguments(["metrics", "--days", "0"])
