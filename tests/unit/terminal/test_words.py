from decimal import Decimal

import pytest

from trading_bot.terminal.words import age_text, money_text, price_text, time_text, window_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("1234567.8", "+12,34,567.80"),
        ("-999.995", "-1,000.00"),
        ("-0.001", "0.00"),
        ("100000", "+1,00,000.00"),
    ],
)
def test_money_is_grouped_as_in_india(amount, text):
    assert money_text(Decimal(amount)) == text


@pytest.mark.parametrize(("age_s", "text"), [(None, "-"), (0.25, "250 ms"), (45, "45 s"), (300, "5 min")])
def test_ages_have_the_unit_that_fits(age_s, text):
    assert age_text(age_s) == text


def test_unknown_values_are_dashes():
    assert (money_text(None), price_text(None), price_text(0), time_text(None)) == ("-", "-", "-", "-")


def test_times_prices_and_windows():
    assert time_text(0) == "05:30:00"
    assert time_text(0, seconds=False) == "05:30"
    assert price_text(293_450) == "2,934.50"
    assert (window_text(1), window_text(60), window_text(1800)) == ("1s", "1m", "30m")
