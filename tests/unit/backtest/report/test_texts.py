import pytest

from trading_bot.backtest.report.texts import (
    days_text,
    moment_text,
    percent_text,
    ratio_text,
    seconds_text,
    share_text,
)
from trading_bot.report.wording import plural


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (None, "\u2013"),
        (0.01234, "1.23%"),
        (-0.5, "\u221250.00%"),
        (-0.000001, "0.00%"),
        (1e6, "over 99,999%"),
    ],
)
def test_fractions_become_percentages(ratio, expected):
    assert percent_text(ratio) == expected


def test_a_gain_may_show_its_sign():
    assert percent_text(0.01, is_signed=True) == "+1.00%"


def test_what_is_not_defined_is_a_dash():
    assert {ratio_text(None), share_text(None), seconds_text(None)} == {"\u2013"}


def test_numbers_are_said_as_people_say_them():
    assert ratio_text(-1.234) == "\u22121.23"
    assert share_text(0.3333) == "33.3%"
    assert seconds_text(4_200.4) == "1 h 10 min"
    assert [days_text(days) for days in (0.4, 1.2, 32.3)] == ["less than a day", "1 day", "32 days"]
    assert moment_text(0) == "01 Jan 1970 05:30"
    assert [plural(1, "day"), plural(0, "day")] == ["1 day", "0 days"]
