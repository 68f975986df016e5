from decimal import Decimal

import pytest

from tests.fakes.venue_day import CALL, SBIN
from trading_bot.domain.order import Side
from trading_bot.simulator.venue.broker.protection import AUTOMATIC, protected_limit, protection_pct
from trading_bot.simulator.venue.settings import VenueSettings

WIDE = (5, 10_000_000)


@pytest.mark.parametrize(
    ("instrument", "reference", "pct"),
    [
        (SBIN, 4_995, "3"),
        (SBIN, 5_000, "2"),
        (SBIN, 50_000, "1"),
        (SBIN, 1_000_000, "0.5"),
        (CALL, 495, "15"),
        (CALL, 500, "10"),
        (CALL, 1_000, "5"),
    ],
)
def test_automatic_protection_follows_the_slabs(instrument, reference, pct):
    assert protection_pct(AUTOMATIC, instrument, reference, VenueSettings()) == Decimal(pct)


def test_a_wanted_percentage_is_taken_as_it_is():
    assert protection_pct(Decimal("7.5"), SBIN, 10_000, VenueSettings()) == Decimal("7.5")


@pytest.mark.parametrize(
    ("side", "reference", "pct", "band", "limit"),
    [
        (Side.BUY, 10_000, 1, WIDE, 10_100),
        (Side.SELL, 10_000, 1, WIDE, 9_900),
        (Side.BUY, 10_010, 1, WIDE, 10_115),
        (Side.SELL, 10_010, 1, WIDE, 9_905),
        (Side.BUY, 10_000, 5, (9_000, 10_200), 10_200),
        (Side.SELL, 10_000, 5, (9_800, 11_000), 9_800),
        (Side.BUY, 10_000, 0, (9_000, 11_000), 11_000),
        (Side.SELL, 10_000, 0, (9_000, 11_000), 9_000),
    ],
)
def test_the_limit_is_on_the_tick_and_inside_the_band(side, reference, pct, band, limit):
    assert protected_limit(side, SBIN, reference, Decimal(pct), band) == limit
