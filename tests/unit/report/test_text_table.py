"""Aligned columns."""

import pytest

from trading_bot.report.text_table import aligned


def test_columns_are_as_wide_as_their_widest_cell():
    assert aligned([("a", "1"), ("long", "22")], right=(1,)) == ["  a      1", "  long  22"]


def test_lines_end_without_blanks():
    assert aligned([("a", ""), ("b", "wide")]) == ["  a", "  b  wide"]


def test_no_rows_give_no_lines():
    assert aligned([]) == []


def test_rows_of_different_length_are_refused():
    with pytest.raises(ValueError, match="zip"):
        aligned([("a",), ("b", "c")])
