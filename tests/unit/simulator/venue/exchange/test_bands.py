import pytest

from tests.fakes.venue_day import LISTED, VenueDay

BANDS = {
    "a share without derivatives keeps its fixed band": ("market PLAIN 119.95", "PLAIN", (8_000, 12_000)),
    "a share with derivatives has a dynamic one": ("market SBIN 101.00", "SBIN", (9_000, 11_000)),
    "which flexes near its upper edge and slides": ("market SBIN 109.90", "SBIN", (9_500, 11_500)),
    "and near its lower edge": ("market SBIN 90.05", "SBIN", (8_500, 10_500)),
    "and again": ("market SBIN 114.90", "SBIN", (10_000, 12_000)),
    "a future has one as well": ("market FUT 100.00", "FUT", (9_000, 11_000)),
    "an option up to 50 has 20 rupees either side": ("market CALL 30.00", "CALL", (1_000, 5_000)),
    "but nothing below a tick": ("market CALL 10.00", "CALL", (5, 3_000)),
    "an option above 50 has two fifths": ("market CALL 60.00", "CALL", (3_600, 8_400)),
    "an index has none": ("market NIFTY 100.00", "NIFTY", (0, 0)),
}


@pytest.mark.parametrize(("line", "symbol", "band"), BANDS.values(), ids=BANDS.keys())
def test_price_band(line, symbol, band):
    day = VenueDay(f"10:00 {line}")

    assert day.venue.band(LISTED[symbol].key) == band


def test_before_the_first_trade_the_previous_close_is_the_reference():
    assert VenueDay().venue.band(LISTED["SBIN"].key) == (9_000, 11_000)
