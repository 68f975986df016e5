"""Rows that hold for a span of days."""

from dataclasses import dataclass
from datetime import date

import pytest

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.rules.dated import holds_on, refuse_overlaps, row_on, uncovered


@dataclass(frozen=True)
class Row:
    valid_from: date
    valid_until: date | None = None


FIRST = Row(date(2024, 1, 1), date(2024, 1, 31))
SECOND = Row(date(2024, 2, 1), date(2024, 2, 29))
OPEN_ENDED = Row(date(2024, 6, 1))


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (date(2023, 12, 31), False),
        (date(2024, 1, 1), True),
        (date(2024, 1, 31), True),
        (date(2024, 2, 1), False),
    ],
)
def test_both_ends_of_a_span_belong_to_it(on, holds):
    assert holds_on(FIRST, on) is holds


def test_a_row_without_an_end_holds_for_good():
    assert row_on([FIRST, OPEN_ENDED], date(2030, 1, 1)) is OPEN_ENDED


def test_no_row_holds_in_a_gap():
    assert row_on([FIRST, SECOND, OPEN_ENDED], date(2024, 4, 1)) is None


def test_adjoining_rows_do_not_overlap():
    refuse_overlaps([SECOND, FIRST, OPEN_ENDED], "rows")


@pytest.mark.parametrize("other", [Row(date(2024, 1, 31)), Row(date(2023, 1, 1)), FIRST])
def test_two_rows_on_one_day_are_refused(other):
    with pytest.raises(ValueError, match="rows: two rows hold on"):
        refuse_overlaps([FIRST, other], "rows")


def test_a_row_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="lies before valid_from"):
        refuse_overlaps([Row(date(2024, 2, 1), date(2024, 1, 1))], "rows")


def test_a_refusal_names_the_merged_spans_and_the_file():
    error = uncovered("The lot", date(2024, 4, 1), [OPEN_ENDED, SECOND, FIRST], "contracts.toml")

    assert isinstance(error, UncoveredDateError)
    assert str(error) == (
        "The lot is not known for 2024-04-01: covered is 2024-01-01 to 2024-02-29, 2024-06-01 to now. "
        "Add a row with its source to config/market/contracts.toml"
    )


def test_a_refusal_without_any_rows_says_that_nothing_is_covered():
    assert "covered is nothing" in str(uncovered("The lot", date(2024, 4, 1), [], "contracts.toml"))
