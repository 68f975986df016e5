from datetime import time

import pytest
from pydantic import ValidationError

from trading_bot.domain.section import ClockTime, Section


class Opening(Section):
    """When it opens."""

    at: ClockTime
    """The time."""


@pytest.mark.parametrize("written", ["09:15", "09:15:00", time(9, 15)])
def test_a_time_is_written_in_hours_and_minutes(written):
    assert Opening(at=written).at == time(9, 15)


@pytest.mark.parametrize("written", ["9:15", "24:00", "0915", 915, "09:15:30", ""])
def test_anything_else_is_no_time(written):
    with pytest.raises(ValidationError, match="HH:MM"):
        Opening(at=written)


def test_unknown_keys_are_refused():
    with pytest.raises(ValidationError, match="Extra inputs"):
        Opening(at="09:15", on="today")


def test_docstrings_describe_the_fields():
    assert Opening.model_fields["at"].description == "The time."
