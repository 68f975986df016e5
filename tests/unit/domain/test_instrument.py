from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Product, Rounding, Segment


def future(lot: int = 25, freeze: int | None = 1_800, tick: int = 5) -> Instrument:
    return Instrument(
        key="NSE_FO|1",
        symbol="NIFTY",
        name="Nifty",
        segment=Segment.NSE_FO,
        kind=InstrumentKind.FUTURE,
        lot_size=lot,
        tick_size=tick,
        freeze_quantity=freeze,
    )


@given(st.integers(1, 500), st.integers(1, 10_000), st.integers(1, 200))
def test_slices_add_up_stay_within_the_freeze_and_are_whole_lots(lot, freeze, lots):
    instrument = future(lot, freeze)

    slices = instrument.slices(lots * lot)

    assert sum(slices) == lots * lot
    assert all(part % lot == 0 and part <= max(freeze, lot) for part in slices)
    assert all(part == slices[0] for part in slices[:-1])


def test_without_a_freeze_there_is_one_slice():
    assert future(freeze=None).slices(100_000) == (100_000,)


@pytest.mark.parametrize("quantity", [0, -25, 30])
def test_a_quantity_that_is_not_whole_lots_is_refused(quantity):
    with pytest.raises(ValueError, match="multiple of lot 25"):
        future().slices(quantity)


@given(st.decimals(1, 10_000_000, places=3), st.sampled_from([1, 5, 10, 50]))
def test_rounding_goes_to_the_tick_in_the_direction_asked_for(price, tick):
    instrument = future(tick=tick)

    down, up, nearest = (instrument.round_price(price, way) for way in ("down", "up", "nearest"))

    assert all(instrument.is_on_tick(rounded) for rounded in (down, up, nearest))
    assert down <= price <= up
    assert up - down in (0, tick)
    assert abs(Decimal(nearest) - price) * 2 <= tick


def test_rounding_takes_what_indicators_compute():
    assert future().round_price(1_002.5, Rounding.NEAREST) == 1_005


@given(st.floats(0, 1e9))
def test_whole_lots_never_exceed_the_quantity(quantity):
    whole = future().whole_lots(quantity)

    assert whole <= quantity < whole + 25 + 1


def test_less_than_nothing_is_no_lot():
    assert future().whole_lots(-30) == 0


def test_segments_know_what_trades_in_them():
    assert [segment for segment in Segment if segment.is_cash] == [Segment.NSE_EQ, Segment.BSE_EQ]
    assert [segment for segment in Segment if segment.is_derivatives] == [Segment.NSE_FO, Segment.BSE_FO]
    assert [segment for segment in Segment if segment.is_index] == [Segment.NSE_INDEX, Segment.BSE_INDEX]


def test_an_index_cannot_be_ordered():
    index = Instrument(
        key="NSE_INDEX|Nifty 50",
        symbol="NIFTY",
        name="Nifty",
        segment=Segment.NSE_INDEX,
        kind=InstrumentKind.INDEX,
    )

    assert not index.is_tradable
    assert future().is_tradable


@pytest.mark.parametrize(
    ("kind", "spelled"),
    [
        (Segment, "NSE_EQ BSE_EQ NSE_FO BSE_FO NSE_INDEX BSE_INDEX"),
        (InstrumentKind, "equity index future option"),
        (OptionRight, "CE PE"),
        (Product, "I D"),
        (Rounding, "down up nearest"),
    ],
)
def test_words_of_the_wire_and_of_the_journal_never_change(kind, spelled):
    assert [member.value for member in kind] == spelled.split()


def test_a_share_of_which_nothing_else_is_known_trades_one_by_one_in_steps_of_five_paise():
    share = Instrument(
        key="NSE_EQ|X", symbol="X", name="X", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY
    )

    assert (share.lot_size, share.tick_size, share.freeze_quantity) == (1, 5, None)
    assert not share.closing_auction_eligible


def test_only_options_are_carried():
    option = replace(future(), kind=InstrumentKind.OPTION)

    assert option.product is Product.DELIVERY
    assert future().product is Product.INTRADAY


@given(st.integers(0, 10_000_000), st.sampled_from([1, 5, 10, 50]), st.sampled_from(Rounding))
def test_a_price_on_the_tick_stays_where_it_is(price, tick, rounding):
    instrument = future(tick=tick)
    on_tick = price - price % tick

    assert instrument.round_price(on_tick, rounding) == on_tick


def test_half_a_tick_goes_away_from_zero():
    assert future(tick=5).round_price(Decimal("2.5"), Rounding.NEAREST) == 5
    assert future(tick=5).round_price(Decimal("2.4"), Rounding.NEAREST) == 0


def test_a_freeze_smaller_than_a_lot_is_one_lot():
    assert future(lot=25, freeze=10).slices(50) == (25, 25)


def test_the_last_slice_is_the_rest():
    assert future(lot=25, freeze=60).slices(125) == (50, 50, 25)
    assert future(lot=25, freeze=50).slices(100) == (50, 50)
