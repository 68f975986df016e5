import pytest

from tests.fakes.venue_day import instant
from trading_bot.domain.rules.session import Window
from trading_bot.simulator.venue.exchange.session_plan import AuctionPlan, Phase, SessionPlan

AUCTION = AuctionPlan(
    reference_start_ms=instant("15:00"),
    entry_start_ms=instant("15:20"),
    limit_only_ms=instant("15:25"),
    entry_end_ms=instant("15:29"),
    end_ms=instant("15:35"),
)


@pytest.mark.parametrize(
    ("clock", "phase"),
    [
        ("09:14:59.999", Phase.BEFORE_OPEN),
        ("09:15", Phase.CONTINUOUS),
        ("15:14:59.999", Phase.CONTINUOUS),
        ("15:15", Phase.AUCTION_REFERENCE),
        ("15:20", Phase.AUCTION_ENTRY),
        ("15:25", Phase.AUCTION_LIMIT_ONLY),
        ("15:29", Phase.AUCTION_MATCHING),
        ("15:35", Phase.CLOSED),
    ],
)
def test_phases_of_a_day_that_ends_in_an_auction(clock, phase):
    plan = SessionPlan(continuous=(Window(instant("09:15"), instant("15:15")),), auction=AUCTION)

    assert plan.phase(instant(clock)) is phase
    assert plan.close_ms == instant("15:35")


def test_a_day_of_two_windows_pauses_between_them():
    plan = SessionPlan(
        continuous=(
            Window(instant("09:15"), instant("10:00")),
            Window(instant("11:30"), instant("12:30")),
        )
    )

    assert plan.phase(instant("10:30")) is Phase.PAUSED
    assert plan.phase(instant("12:00")) is Phase.CONTINUOUS
    assert plan.phase(instant("12:30")) is Phase.CLOSED
    assert plan.close_ms == instant("12:30")
