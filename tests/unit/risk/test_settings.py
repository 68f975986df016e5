from datetime import date, time

import pytest
from pydantic import ValidationError

from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.risk.settings import WindowSettings
from trading_bot.risk.windows import trading_hours

ON = date(2026, 11, 19)
SHARE = Instrument(key="NSE_EQ|X", symbol="X", name="X", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY)


@pytest.mark.parametrize("name", ["auction_shares", "other_shares", "derivatives"])
@pytest.mark.parametrize(
    ("last_entry", "flat_by"),
    [("15:00", "15:00"), ("15:05", "15:00"), ("09:00", "15:00"), ("15:00", "15:31")],
)
def test_a_window_must_be_in_order_and_inside_the_session(name, last_entry, flat_by):
    with pytest.raises(ValidationError, match=f"{name}_last_entry .* must come before {name}_flat_by"):
        WindowSettings(**{f"{name}_last_entry": last_entry, f"{name}_flat_by": flat_by})


@pytest.mark.parametrize(
    ("limit", "last"), [("14:00", time(14, 0)), ("15:00", time(14, 45)), (None, time(14, 45))]
)
def test_the_earlier_of_both_entry_limits_holds(limit, last):
    session = [(ms_at(ON, time(9, 15)), ms_at(ON, time(15, 30)))]

    hours = trading_hours(SHARE, ON, session, WindowSettings(no_new_entry_after=limit))

    assert hours.last_entry_ms == ms_at(ON, last)


def test_an_entry_limit_says_nothing_about_an_evening_session():
    session = [(ms_at(ON, time(18, 0)), ms_at(ON, time(19, 0)))]

    hours = trading_hours(SHARE, ON, session, WindowSettings(no_new_entry_after="11:00"))

    assert hours.may_enter(ms_at(ON, time(18, 5)))
