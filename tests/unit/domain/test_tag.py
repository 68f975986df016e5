from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.tag import Tag, parse_tag

tags = st.builds(
    Tag, st.dates(date(2000, 1, 1), date(2089, 9, 1)), st.integers(0, 32**3 - 1), st.integers(0, 32**4 - 1)
)


@given(tags)
def test_a_tag_is_read_back_as_it_was_written(tag):
    assert parse_tag(str(tag)) == tag


@given(tags, tags)
def test_different_tags_are_spelled_differently(one, other):
    assert (str(one) == str(other)) is (one == other)


@given(tags)
def test_a_tag_fits_what_brokers_take(tag):
    text = str(tag)

    assert len(text) == 12
    assert text.isalnum()
    assert text.isascii()


@pytest.mark.parametrize("text", [None, "", "tb", "mine", "xx9jv0010001", "tb9jv001000i", "tb9jv00100011"])
def test_what_others_wrote_is_not_a_tag_of_ours(text):
    assert parse_tag(text) is None


@pytest.mark.parametrize("number", [-1, 32**4])
def test_a_number_that_does_not_fit_is_refused(number):
    with pytest.raises(ValueError, match="does not fit"):
        str(Tag(date(2026, 11, 19), 1, number))
