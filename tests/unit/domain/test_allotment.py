"""Sharing charges among trades, to the paisa."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.allotment import allot, share_charges
from trading_bot.domain.costs.charges import ChargedFill, Dealing
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment
from trading_bot.domain.order import Side

ON = date(2026, 11, 19)
RULES = load_market_rules()
SHARE = Instrument(key="NSE_EQ|1", symbol="A", name="A", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY)
OTHER = Instrument(key="NSE_EQ|2", symbol="B", name="B", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY)
OPTION = Instrument(key="NSE_FO|3", symbol="C", name="C", segment=Segment.NSE_FO, kind=InstrumentKind.OPTION)


def decimals(*amounts):
    return tuple(Decimal(amount) for amount in amounts)


def round_trip(instrument, quantity, buy_paise, sell_paise, name):
    fills = [
        ChargedFill(f"{name} in", Side.BUY, quantity, buy_paise),
        ChargedFill(f"{name} out", Side.SELL, quantity, sell_paise),
    ]
    return [Dealing(instrument=instrument, product=Product.INTRADAY, fills=fills)]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("41.00", (1, 1, 1), ("13.67", "13.67", "13.66")),
        ("0.05", (1, 2), ("0.02", "0.03")),
        ("0.04", (1, 2), ("0.01", "0.03")),
        ("10.00", (1, 3), ("2.50", "7.50")),
        ("1.00", (0, 5), ("0.00", "1.00")),
        ("1.00", (0, 0), ("0.50", "0.50")),
        ("0.00", (1, 2), ("0.00", "0.00")),
        ("0.01", (1, 1, 1), ("0.01", "0.00", "0.00")),
    ],
)
def test_what_is_left_goes_to_the_largest_remainders(total, weights, parts):
    assert allot(Decimal(total), decimals(*weights)) == decimals(*parts)


@pytest.mark.parametrize(
    ("total", "weights"), [("1.00", ()), ("1.00", (1, -1)), ("-1.00", (1,)), ("1.005", (1,))]
)
def test_what_cannot_be_shared_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"cannot share|whole number of paise"):
        allot(Decimal(total), decimals(*weights))


AMOUNTS = st.integers(0, 10_000_000).map(lambda paise: Decimal(paise).scaleb(-2))
WEIGHTS = st.lists(st.decimals(0, 1_000_000, places=6), min_size=1, max_size=12)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_exactly_and_stay_within_a_paisa_of_their_share(total, weights):
    parts = allot(total, weights)

    assert sum(parts) == total
    if any(weights):
        shares = [total * weight / sum(weights) for weight in weights]
        assert all(abs(part - share) <= Decimal("0.01") for part, share in zip(parts, shares, strict=True))


def test_a_single_trade_carries_the_whole_note():
    shared = share_charges(RULES.charges, ON, [round_trip(SHARE, 200, 82_000, 82_640, "a")])

    assert sum(shared.parts[0].values()) == shared.day.total == Decimal("105.52")
    assert shared.parts[0] == shared.day.by_kind


def test_trades_bear_only_the_note_of_their_own_segment():
    trades = [
        round_trip(SHARE, 200, 82_000, 82_640, "a"),
        round_trip(OPTION, 195, 11_235, 13_110, "b"),
    ]

    shared = share_charges(RULES.charges, ON, trades)

    assert [str(sum(part.values())) for part in shared.parts] == ["105.52", "106.15"]


def test_tax_on_a_share_is_one_amount_for_the_day_however_many_trades_made_it():
    trades = [round_trip(SHARE, 100, 82_000, 82_640, name) for name in "abc"]

    shared = share_charges(RULES.charges, ON, trades)

    assert [part["stt"] for part in shared.parts] == list(decimals("20.67", "20.67", "20.66"))
    assert shared.day.by_kind["stt"] == 62


TRADES = st.lists(
    st.builds(
        round_trip,
        st.sampled_from([SHARE, OTHER, OPTION]),
        st.integers(1, 2_000),
        st.integers(5, 500_000),
        st.integers(5, 500_000),
        st.uuids().map(str),
    ),
    min_size=1,
    max_size=6,
)


@given(TRADES)
def test_the_trades_of_a_day_bear_its_charges_line_by_line(trades):
    shared = share_charges(RULES.charges, ON, trades)

    for line, amount in shared.day.by_kind.items():
        assert sum(part[line] for part in shared.parts) == amount
    assert sum(sum(part.values()) for part in shared.parts) == shared.day.total


def test_the_brokers_fee_falls_on_the_trade_that_it_closed():
    """Fault 78, V7."""
    (own,) = round_trip(SHARE, 10, 10_000, 10_100, "a")
    (squared,) = round_trip(OTHER, 10, 10_000, 10_100, "b")
    entry, closing = squared.fills
    squared = replace(squared, fills=(entry, closing._replace(by_broker=True)))

    shared = share_charges(RULES.charges, ON, [[own], [squared]])

    assert [part.get("square_off") for part in shared.parts] == [0, Decimal("59.00")]
    assert sum(sum(part.values()) for part in shared.parts) == shared.day.total
