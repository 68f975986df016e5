"""Windows of a session."""

from datetime import date, time

import pytest
from pydantic import TypeAdapter, ValidationError

from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.session import ClosingAuctionHours, DayHours, Hours, Window

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


@pytest.mark.parametrize(("at_ms", "inside"), [(9, False), (10, True), (19, True), (20, False)])
def test_a_window_holds_its_start_but_not_its_end(at_ms, inside):
    assert Window(10, 20).contains(at_ms) is inside


def test_a_break_between_two_windows_is_not_continuous_trading():
    session = session_of((time(9, 15), time(10)), (time(11, 30), time(12, 30)))

    assert session.is_continuous_at(ms_at(ON, time(9, 59, 59)))
    assert not session.is_continuous_at(ms_at(ON, time(10)))
    assert session.is_continuous_at(ms_at(ON, time(11, 30)))
    assert (session.open_ms, session.close_ms) == (ms_at(ON, time(9, 15)), ms_at(ON, time(12, 30)))


def test_windows_behind_the_start_of_the_auction_fall_away():
    session = session_of((time(9, 15), time(15, 15)), (time(15, 20), time(15, 30)))

    assert session.continuous == (Window(ms_at(ON, time(9, 15)), ms_at(ON, time(15, 15))),)


def test_shares_outside_the_auction_trade_through_it():
    assert session_of((time(9, 15), time(15, 30)), eligible=False).close_ms == ms_at(ON, time(15, 30))


@pytest.mark.parametrize("span", [["15:30", "09:15"], ["09:15", "09:15"]])
def test_a_window_that_does_not_end_after_its_start_is_refused(span):
    with pytest.raises(ValidationError, match="not after its start"):
        TypeAdapter(Hours).validate_python(span)
