from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.money import ZERO, paise, paise_from_wire, round_to_paisa, rupees

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
