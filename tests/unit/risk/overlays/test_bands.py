"""Near a share's price limits."""

import pytest

from trading_bot.domain.signal import Direction
from trading_bot.risk.overlays.bands import near_band

_BAND = (90_000, 110_000)


@pytest.mark.parametrize(
    ("direction", "price", "is_denied"),
    [
        (Direction.LONG, 108_900, True),
        (Direction.LONG, 108_899, False),
        (Direction.LONG, 111_000, True),
        (Direction.LONG, 90_000, False),
        (Direction.SHORT, 90_900, True),
        (Direction.SHORT, 90_901, False),
        (Direction.SHORT, 110_000, False),
    ],
)
def test_an_entry_towards_a_near_limit_is_denied(direction, price, is_denied):
    assert (near_band(direction, price, _BAND, 0.01) is not None) is is_denied


@pytest.mark.parametrize(("band", "margin"), [(None, 0.01), (_BAND, 0)])
def test_an_unknown_band_and_no_margin_say_nothing(band, margin):
    assert near_band(Direction.LONG, 110_000, band, margin) is None


def test_the_lower_limit_is_called_so():
    detail = near_band(Direction.SHORT, 90_450, _BAND, 0.01).detail

    assert detail == "904.50 is 0.50% from the lower limit of 900.00, 1.00% needed"


def test_the_denial_tells_how_near_and_how_far_it_should_be():
    denied = near_band(Direction.LONG, 109_450, _BAND, 0.01)

    assert denied.reason == "overlay_circuits"
    assert denied.detail == "1094.50 is 0.50% from the upper limit of 1100.00, 1.00% needed"


def test_only_a_margin_above_zero_asks_for_anything():
    assert near_band(Direction.LONG, 1, _BAND, 1) is not None
    assert near_band(Direction.LONG, 110_000, _BAND, -0.01) is None


def test_beyond_the_limit_nothing_is_left():
    assert near_band(Direction.SHORT, 89_000, _BAND, 0.01).detail.startswith("890.00 is 0.00% from the lower")
