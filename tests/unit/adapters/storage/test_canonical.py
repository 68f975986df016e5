import json
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.storage.canonical import canonical_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Colour(StrEnum):
    RED = "red"


@given(values)
def test_text_reads_back_as_the_same_value(value):
    assert json.loads(canonical_json(value)) == value


@given(values)
def test_reading_and_writing_again_gives_the_same_text(value):
    text = canonical_json(value)

    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_show(value):
    backwards = dict(reversed(value.items()))

    assert canonical_json(backwards) == canonical_json(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_keep_every_digit(amount):
    text = json.loads(canonical_json({"amount": amount}))["amount"]

    assert Decimal(text) == amount


def test_text_has_no_spaces_and_sorted_keys():
    assert canonical_json({"b": [1, None], "a": Colour.RED}) == '{"a":"red","b":[1,null]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(ValueError, match=r"canonical|compliant"):
        canonical_json({"value": value})


def test_a_value_without_json_form_is_refused():
    with pytest.raises(TypeError, match="object has no canonical form"):
        canonical_json({"value": object()})
