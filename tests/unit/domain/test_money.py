from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.money import ZERO, grouped, paise, paise_from_wire, round_to_paisa, rupees

amounts = st.integers(-(10**12), 10**12)


@given(amounts)
def test_paise_become_rupees_and_come_back(amount):
    assert paise(rupees(amount)) == amount


@given(st.integers(0, 10**10))
def test_a_price_from_the_wire_is_the_nearest_paisa(amount):
    assert paise_from_wire(amount / 100) == amount


def test_a_fraction_of_a_paisa_is_not_a_price():
    with pytest.raises(ValueError, match="not a whole number"):
        paise("1.005")


def test_text_and_whole_rupees_are_taken():
    assert paise("12.30") == 1_230
    assert paise(12) == 1_200


@pytest.mark.parametrize(("exact", "rounded"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00")])
def test_halves_round_away_from_zero(exact, rounded):
    assert round_to_paisa(Decimal(exact)) == Decimal(rounded)


def test_nothing_is_nothing():
    assert ZERO == 0


@pytest.mark.parametrize(
    ("amount", "places", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1_000, 0, "1,000"),
        (99_999, 0, "99,999"),
        (1_00_000, 0, "1,00,000"),
        (12_34_56_789, 0, "12,34,56,789"),
        (Decimal("-1234567.8"), 2, "-12,34,567.80"),
        (Decimal("-0.004"), 2, "0.00"),
        (1234.5, 4, "1,234.5000"),
    ],
)
def test_digits_are_grouped_as_in_india(amount, places, text):
    assert grouped(amount, places) == text


@pytest.mark.parametrize(("amount", "text"), [(1_234, "+1,234"), (-1_234, "-1,234"), (0, "0")])
def test_a_sign_stands_before_what_is_not_zero(amount, text):
    assert grouped(amount, 0, signed=True) == text
