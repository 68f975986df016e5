"""Near a share's price limits."""

import pytest

from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Direction
from trading_bot.risk.overlays.bands import band_gate, near_band

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


@pytest.mark.parametrize("band", [None, _BAND])
def test_without_a_margin_nothing_is_said(band):
    assert near_band(Direction.LONG, 110_000, band, 0) is None


@pytest.mark.parametrize("direction", list(Direction))
def test_a_limit_that_is_not_known_is_not_far_away(direction):
    denied = near_band(direction, 100_000, None, 0.01)

    assert denied.reason == "band_unknown"
    assert denied.detail == "how far its price limits are is not known, 1.00% needed"


@pytest.mark.parametrize(
    ("direction", "price", "gate"),
    [
        (Direction.LONG, 108_900, Gate("overlay_circuits", False, 0.01, "> 0.01; from 1089.00 to the upper")),
        (Direction.SHORT, 108_900, Gate("overlay_circuits", True, 0.21, "> 0.01; from 1089.00 to the lower")),
        (Direction.LONG, 120_000, Gate("overlay_circuits", False, 0, "> 0.01; from 1200.00 to the upper")),
    ],
)
def test_the_trace_has_how_far_the_limit_is(direction, price, gate):
    found = band_gate(direction, price, _BAND, 0.01)

    assert found[:3] == gate[:3]
    assert found.needed.startswith(gate.needed)


def test_the_trace_has_that_the_limit_is_not_known():
    gate = band_gate(Direction.LONG, 100_000, None, 0.01)

    assert gate == Gate("overlay_circuits", False, None, "> 0.01; the price limits are not known")


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
