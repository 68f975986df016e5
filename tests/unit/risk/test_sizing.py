from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engine_driver import SHARE
from trading_bot.risk.settings import SizingSettings
from trading_bot.risk.sizing import SizeCap, SizingQuestion, exact, size_of

WIDE = SizingSettings(max_risk_per_trade=0.1, max_position_fraction=1, capital_per_symbol=1, max_leverage=5)


def question(**changes) -> SizingQuestion:
    fields = {
        "instrument": SHARE,
        "entry_price": 100_000,
        "stop_distance": 1_000,
        "symbol_exposure": Decimal(0),
        "total_exposure": Decimal(0),
        "open_risk_room": Decimal(10_000_000),
        "available_funds": Decimal(10_000_000),
        "margin_rate": Decimal(1),
    }
    return SizingQuestion(**(fields | changes))


def test_caps_are_named_as_the_settings_that_they_come_from():
    assert [cap.value for cap in SizeCap] == [
        "risk_per_trade",
        "max_position_fraction",
        "capital_per_symbol",
        "max_leverage",
        "available_funds",
        "max_open_risk",
        "fixed_quantity",
        "overlays",
    ]


@pytest.mark.parametrize(
    ("changes", "settings", "cap", "quantity"),
    [
        ({"stop_distance": 50_000}, {"max_risk_per_trade": 0.01}, SizeCap.RISK_PER_TRADE, 20),
        ({}, {"max_position_fraction": 0.05}, SizeCap.POSITION_FRACTION, 50),
        ({"symbol_exposure": Decimal(180_000)}, {"capital_per_symbol": 0.2}, SizeCap.SYMBOL_ALLOWANCE, 20),
        ({"total_exposure": Decimal(1_490_000)}, {"max_leverage": 1.5}, SizeCap.LEVERAGE, 10),
        (
            {"available_funds": Decimal(3_000), "margin_rate": Decimal("0.2")},
            {},
            SizeCap.AVAILABLE_FUNDS,
            15,
        ),
        ({"open_risk_room": Decimal(55)}, {}, SizeCap.OPEN_RISK, 5),
    ],
)
def test_the_tightest_cap_decides_and_is_named(changes, settings, cap, quantity):
    size = size_of(question(**changes), WIDE.model_copy(update=settings))

    assert (size.bound_by, size.quantity) == (cap, quantity)


@pytest.mark.parametrize("changes", [{"symbol_exposure": Decimal(10**8)}, {"open_risk_room": Decimal(-5)}])
def test_where_nothing_is_left_the_size_is_zero(changes):
    assert size_of(question(**changes), WIDE).quantity == 0


@given(
    st.integers(5, 10_000_000), st.integers(5, 1_000_000), st.integers(0, 10**7), st.sampled_from([1, 25, 75])
)
def test_a_size_is_whole_lots_within_every_cap(price, distance, funds, lot):
    instrument = replace(SHARE, lot_size=lot)
    settings = SizingSettings()

    size = size_of(
        question(
            instrument=instrument,
            entry_price=price,
            stop_distance=distance,
            available_funds=Decimal(funds),
        ),
        settings,
    )

    assert size.quantity % lot == 0
    assert size.quantity * price <= 5_000_000
    assert size.quantity * distance <= 1_000_000
    assert size.quantity * price <= funds * 100


def test_a_ratio_is_what_the_user_wrote():
    assert exact(0.1) == Decimal("0.1")


@pytest.mark.parametrize(("wanted", "size"), [(7, 7), (1_000_000, 50), (0, 50)])
def test_a_fixed_quantity_is_one_more_cap(wanted, size):
    settings = SizingSettings(fixed_quantity=wanted)

    answer = size_of(question(), settings)

    assert answer.quantity == size
    assert (answer.bound_by is SizeCap.FIXED) == (wanted == size)
