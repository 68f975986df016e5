from decimal import Decimal

import pytest

from trading_bot.report import wording


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("999.5", "999.50"),
        ("1000", "1,000.00"),
        ("123456.78", "1,23,456.78"),
        ("-12345678.9", "\u22121,23,45,678.90"),
    ],
)
def test_money_is_grouped_the_indian_way(amount, text):
    assert wording.money(Decimal(amount)) == text


def test_gains_carry_a_plus_and_nothing_carries_none():
    assert wording.signed_money(Decimal(1)) == "+1.00"
    assert wording.signed_money(Decimal(0)) == "0.00"
    assert wording.signed_ratio(-0.5) == "\u22120.50"


def test_counts_are_grouped():
    assert wording.count(182345) == "1,82,345"
    assert wording.count(-35) == "\u221235"


@pytest.mark.parametrize(
    ("span_s", "text"), [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (22_980, "6 h 23 min"), (-5, "0 s")]
)
def test_lengths_of_time_are_short(span_s, text):
    assert wording.duration(span_s * 1000) == text


def test_the_mean_price_has_four_places_and_needs_units():
    assert wording.mean_price(4_900_500, 35) == Decimal("1400.1429")
    assert wording.mean_price(0, 0) is None


def test_codes_that_nobody_named_are_still_readable():
    assert wording.charge_name("square_off") == "Square off"
    assert wording.reason_name("daily_loss") == "Daily loss"
    assert wording.reason_name("other_reason") == "Other reason"
