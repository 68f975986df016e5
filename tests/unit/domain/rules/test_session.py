"""Windows of a session."""

from datetime import date, time

import pytest
from pydantic import TypeAdapter, ValidationError

from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.rules.session import (
    ClosingAuctionHours,
    DayHours,
    Hours,
    HoursRow,
    PreOpen,
    PreOpenHours,
    Window,
)

ON = date(2026, 8, 3)
AUCTION = ClosingAuctionHours.model_validate(
    {
        "reference": ["15:15", "15:20"],
        "order_entry": ["15:20", "15:25"],
        "limit_only": ["15:25", "15:30"],
        "random_close": ["15:28", "15:30"],
        "matching": ["15:30", "15:35"],
    }
)


def session_of(*continuous, eligible=True):
    hours = DayHours("test", continuous, None, AUCTION, None)
    return hours.session(ON, Segment.NSE_EQ, closing_auction_eligible=eligible)


def test_a_day_of_two_windows_opens_with_the_first_and_closes_with_the_last():
    session = session_of((time(9, 15), time(10)), (time(11, 30), time(12, 30)))

    assert (session.open_ms, session.close_ms) == (ms_at(ON, time(9, 15)), ms_at(ON, time(12, 30)))


def test_windows_behind_the_start_of_the_auction_fall_away():
    session = session_of((time(9, 15), time(15, 15)), (time(15, 15), time(15, 30)))

    assert session.continuous == (Window(ms_at(ON, time(9, 15)), ms_at(ON, time(15, 15))),)


def test_shares_outside_the_auction_trade_through_it():
    assert session_of((time(9, 15), time(15, 30)), eligible=False).close_ms == ms_at(ON, time(15, 30))


@pytest.mark.parametrize("span", [["15:30", "09:15"], ["09:15", "09:15"]])
def test_a_window_that_does_not_end_after_its_start_is_refused(span):
    with pytest.raises(ValidationError, match="not after its start"):
        TypeAdapter(Hours).validate_python(span)


def between(start, end):
    return Window(ms_at(ON, start), ms_at(ON, end))


def test_the_last_price_of_the_day_is_that_of_the_auction_where_there_is_one():
    hours = (time(9, 15), time(15, 30))

    assert session_of(hours).end_ms == ms_at(ON, time(15, 35))
    assert session_of(hours, eligible=False).end_ms == ms_at(ON, time(15, 30))


@pytest.mark.parametrize("limit_only", [None, (time(9, 5), time(9, 8))])
def test_the_pre_open_of_a_day_has_the_hours_of_its_row(limit_only):
    spans = {
        "order_entry": (time(9), time(9, 8)),
        "random_close": (time(9, 7), time(9, 8)),
        "matching": (time(9, 8), time(9, 12)),
    }

    assert PreOpenHours(**spans, limit_only=limit_only).on_day(ON) == PreOpen(
        **{name: between(*span) for name, span in spans.items()},
        limit_only=between(*limit_only) if limit_only else None,
    )


@pytest.mark.parametrize("empty", [{"segments": []}, {"continuous": []}, {"source": ""}])
def test_hours_without_segment_window_or_source_are_refused(empty):
    row = {"segments": ["NSE_EQ"], "valid_from": ON, "continuous": [["09:15", "15:30"]], "source": "s"}

    HoursRow.model_validate(row | {"confidence": "H"})
    with pytest.raises(ValidationError, match=f"{next(iter(empty))}.*at least 1|at least 1"):
        HoursRow.model_validate(row | {"confidence": "H"} | empty)
