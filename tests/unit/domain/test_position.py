from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.order import Fill, Side
from trading_bot.domain.position import Position
from trading_bot.domain.signal import Direction


def fill_of(side: Side, quantity: int, price: int) -> Fill:
    return Fill(
        trade_id="1",
        order_id="2",
        instrument_key="K",
        side=side,
        quantity=quantity,
        price=price,
        filled_at_ms=0,
    )


fills = st.lists(st.builds(fill_of, st.sampled_from(Side), st.integers(1, 1_000), st.integers(5, 10_000_000)))


def position_after(fills: list[Fill]) -> Position:
    position = Position(instrument_key="K")
    for fill in fills:
        position = position.apply(fill)
    return position


@given(fills)
def test_quantity_and_cash_are_the_sums_of_the_fills(fills):
    position = position_after(fills)

    assert position.quantity == sum(fill.side.sign * fill.quantity for fill in fills)
    assert position.cash == -sum(fill.side.sign * fill.value for fill in fills)


@given(fills, st.integers(5, 10_000_000))
def test_the_profit_is_exact_to_the_paisa_and_does_not_depend_on_the_order_of_fills(fills, last_price):
    profit = position_after(fills).gross_pnl(last_price)

    assert profit == position_after(fills[::-1]).gross_pnl(last_price)
    assert profit == Decimal(
        sum(fill.side.sign * fill.quantity * (last_price - fill.price) for fill in fills)
    ).scaleb(-2)


@given(fills)
def test_a_position_that_is_closed_is_flat_and_its_profit_needs_no_price(fills):
    position = position_after(fills)
    if not position.is_flat:
        side = Side.SELL if position.quantity > 0 else Side.BUY
        position = position.apply(fill_of(side, abs(position.quantity), 100))

    assert position.is_flat
    assert position.direction is None
    assert position.gross_pnl(1) == position.gross_pnl(999)


def test_entries_are_counted_and_exits_are_not():
    position = position_after(
        [fill_of(Side.BUY, 10, 100), fill_of(Side.SELL, 4, 120), fill_of(Side.BUY, 5, 130)]
    )

    assert (position.entry_quantity, position.entry_value) == (15, 1_650)
    assert position.average_entry_price == Decimal("1.10")


def test_a_single_unit_is_a_position_too():
    long, short = (position_after([fill_of(side, 1, 100)]) for side in (Side.BUY, Side.SELL))

    assert (long.direction, long.entry_quantity) == (Direction.LONG, 1)
    assert (short.direction, short.entry_quantity) == (Direction.SHORT, 1)
    assert position_after([fill_of(Side.BUY, 1, 100), fill_of(Side.BUY, 1, 120)]).entry_value == 220
    assert position_after([fill_of(Side.BUY, 1, 100), fill_of(Side.SELL, 1, 120)]).entry_value == 100
    assert position_after([fill_of(Side.SELL, 1, 100), fill_of(Side.SELL, 2, 120)]).entry_value == 340


def test_a_flat_position_has_no_entry_price():
    assert Position(instrument_key="K").average_entry_price is None


@given(fills.filter(bool), st.data())
def test_a_fill_that_is_taken_back_leaves_the_sum_of_the_others(fills, data):
    """Fault 62, V6, V7: whichever it was, and whatever came after it."""
    taken_back = data.draw(st.sampled_from(fills))
    others = list(fills)
    others.remove(taken_back)

    position = position_after(fills).without(taken_back)

    assert (position.quantity, position.cash) == (
        position_after(others).quantity,
        position_after(others).cash,
    )
    assert position.entry_quantity >= abs(position.quantity)


BUY, SELL = Side.BUY, Side.SELL


@pytest.mark.parametrize(
    ("traded", "taken_back", "left"),
    [
        pytest.param([(BUY, 1, 100)], (BUY, 1, 100), (0, 0, 0), id="all of it"),
        pytest.param(
            [(BUY, 10, 100), (BUY, 5, 130)], (BUY, 5, 130), (10, 10, 1_000), id="a part of the entry"
        ),
        pytest.param(
            [(BUY, 10, 100), (BUY, 5, 130), (SELL, 4, 120)],
            (BUY, 5, 130),
            (6, 10, 1_000),
            id="a part of the entry, after an exit",
        ),
        pytest.param([(BUY, 15, 100), (SELL, 4, 120)], (SELL, 4, 120), (15, 15, 1_500), id="an exit"),
        pytest.param([(BUY, 10, 100), (SELL, 4, 120)], (BUY, 10, 100), (-4, 4, 400), id="what was closed"),
        pytest.param(
            [(SELL, 10, 100), (SELL, 5, 130), (BUY, 15, 120)],
            (SELL, 5, 130),
            (5, 15, 1_650),
            id="a part of the entry, after all was closed",
        ),
        pytest.param([], (SELL, 10, 120), (10, 10, 1_200), id="an exit of a trade that has ended"),
    ],
)
def test_what_is_left_of_the_entries_when_a_fill_is_taken_back(traded, taken_back, left):
    """Fault 62, V7: units held and their entries; what turns the position leaves its entries alone."""
    position = position_after([fill_of(*fill) for fill in traded]).without(fill_of(*taken_back))

    assert (position.quantity, position.entry_quantity, position.entry_value) == left
