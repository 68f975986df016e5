import pytest

from tests.fakes.scripted_market import CALL, LISTED, ON, PlainRules, at
from trading_bot.domain.instrument import Segment
from trading_bot.domain.market_data import MarketPhase
from trading_bot.simulator.server.session.day_phase import (
    next_change_ms,
    phase_of,
    session_end_ms,
    session_phase,
)
from trading_bot.simulator.server.session.listing import Listing

PLAN = PlainRules().plan(ON)


@pytest.mark.parametrize(
    ("clock", "phase"),
    [
        ("09:14:59", "pre_open"),
        ("09:15", "open"),
        ("15:15", "closing_auction"),
        ("15:36", "closing_auction"),
        ("15:40", "closed"),
    ],
)
def test_the_session_goes_through_its_phases(clock, phase):
    assert session_phase(PLAN, Listing(LISTED), at(clock)) == phase


def test_derivatives_alone_have_no_closing_auction():
    listing = Listing([CALL])

    assert session_phase(PLAN, listing, at("15:20")) == "open"
    assert session_end_ms(PLAN, listing) == at("15:40")


def test_a_segment_is_closed_before_its_first_phase():
    assert phase_of(PLAN, Segment.NSE_EQ, at("08:00")).phase is MarketPhase.NORMAL_CLOSE
    assert phase_of(PLAN, Segment.NSE_EQ, at("09:12")).phase is MarketPhase.PRE_OPEN_END


def test_the_next_change_is_the_nearest_later_one():
    assert next_change_ms(PLAN, at("09:15")) == at("15:15")
    assert next_change_ms(PLAN, at("15:30")) is None
