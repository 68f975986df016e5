from datetime import date, time

import pytest

from tests.fakes.venue_day import FUTURE, ON, PLAIN, SBIN, instant
from trading_bot.domain.ist import ms_at
from trading_bot.simulator.session_plan import Phase, SessionPlan, TradingWindow, ordinary_plan
from trading_bot.simulator.settings import VenueSettings


@pytest.mark.parametrize(
    ("instrument", "clock", "phase"),
    [
        (SBIN, "09:14:59.999", Phase.BEFORE_OPEN),
        (SBIN, "09:15", Phase.CONTINUOUS),
        (SBIN, "15:14:59.999", Phase.CONTINUOUS),
        (SBIN, "15:15", Phase.AUCTION_REFERENCE),
        (SBIN, "15:20", Phase.AUCTION_ENTRY),
        (SBIN, "15:25", Phase.AUCTION_LIMIT_ONLY),
        (SBIN, "15:29", Phase.AUCTION_MATCHING),
        (SBIN, "15:35", Phase.CLOSED),
        (PLAIN, "15:29:59", Phase.CONTINUOUS),
        (PLAIN, "15:30", Phase.CLOSED),
        (FUTURE, "15:39:59", Phase.CONTINUOUS),
        (FUTURE, "15:40", Phase.CLOSED),
    ],
)
def test_phases_of_an_ordinary_day(instrument, clock, phase):
    assert ordinary_plan(instrument, ON, VenueSettings()).phase(instant(clock)) is phase


def test_before_the_closing_auction_existed_everything_traded_until_half_past_three():
    on = date(2026, 7, 31)
    plans = [ordinary_plan(instrument, on, VenueSettings()) for instrument in (SBIN, PLAIN, FUTURE)]

    assert {plan.close_ms for plan in plans} == {ms_at(on, time(15, 30))}
    assert [plan.auction for plan in plans] == [None] * 3


def test_a_day_of_two_windows_pauses_between_them():
    plan = SessionPlan(
        continuous=(
            TradingWindow(instant("09:15"), instant("10:00")),
            TradingWindow(instant("11:30"), instant("12:30")),
        )
    )

    assert plan.phase(instant("10:30")) is Phase.PAUSED
    assert plan.phase(instant("12:00")) is Phase.CONTINUOUS
    assert plan.close_ms == instant("12:30")
