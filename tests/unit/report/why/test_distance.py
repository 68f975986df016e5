import pytest

from trading_bot.domain.gate import Gate
from trading_bot.report.why.distance import Distance, distance_of


def distance(measured, needed):
    return distance_of(Gate("gate", passed=False, measured=measured, needed=needed))


def found(threshold, amount, unit="", *, low):
    return Distance(threshold=threshold, amount=pytest.approx(amount), is_too_low=low, unit=unit)


@pytest.mark.parametrize(
    ("measured", "needed", "expected"),
    [
        (0.33, ">= 0.6 or <= -0.6; RSI 49.4 short", found(0.6, 0.27, low=True)),
        (-0.33, ">= 0.6 or <= -0.6", found(-0.6, 0.27, low=False)),
        (150, ">= 220 candles", found(220, 70, "candles", low=True)),
        (0.05, "<= 0.04 of the close", found(0.04, 0.01, "of the close", low=False)),
        (-0.02, "> 0: close above EMA(200)", found(0, 0.02, low=True)),
        (0.002, "0 to 0.001 of the price", found(0.001, 0.001, "of the price", low=False)),
        (-0.0005, "0 to 0.001 of the price", found(0, 0.0005, "of the price", low=True)),
        (0.0004, "0 to 0.001 of the price", found(0.001, 0.0006, "of the price", low=True)),
        (3, "< 1e-3", found(0.001, 2.999, low=False)),
    ],
)
def test_the_nearest_threshold_and_how_far_it_is(measured, needed, expected):
    assert distance(measured, needed) == expected


@pytest.mark.parametrize(
    ("measured", "needed"),
    [
        (None, ">= 0.6"),
        ("long", "one of: long, short"),
        (1.0, "skipped: no volume"),
        (True, ">= 1"),
        ("Supertrend flip", "a trigger for short within 3 candles"),
    ],
)
def test_what_is_no_number_has_no_distance(measured, needed):
    assert distance(measured, needed) is None
