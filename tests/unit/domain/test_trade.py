from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitPlan, ExitReason, Trade

LONG = Trade(
    trade_id=1,
    strategy="s",
    instrument_key="K",
    direction=Direction.LONG,
    product=Product.INTRADAY,
    planned_quantity=10,
    planned_at_ms=0,
    reference_price=1_000,
    plan=ExitPlan(stop_price=900, target_price=1_200, trail_distance=100),
    stop_price=900,
    best_price=1_000,
)
SHORT = replace(LONG, direction=Direction.SHORT)


@given(st.sampled_from([LONG, SHORT]), st.integers(1, 2_000))
def test_a_stop_tightens_or_stays_and_never_loosens(trade, stop_price):
    if (stop_price - trade.stop_price) * trade.direction.sign < 0:
        with pytest.raises(ValueError, match="looser"):
            trade.with_stop(stop_price, 1_000)
    else:
        assert trade.with_stop(stop_price, 1_010).stop_price == stop_price


def test_the_score_of_a_short_trade_is_negative_as_that_of_its_signal():
    assert replace(LONG, score=0.75).signed_score == 0.75
    assert replace(SHORT, score=0.75).signed_score == -0.75


def test_a_moved_stop_is_a_trailed_one():
    assert not LONG.is_stop_trailed
    assert LONG.with_stop(950, 1_100).is_stop_trailed


def test_a_long_trade_buys_first_and_a_short_one_sells_first():
    assert (LONG.entry_side, LONG.exit_side) == (Side.BUY, Side.SELL)
    assert (SHORT.entry_side, SHORT.exit_side) == (Side.SELL, Side.BUY)


def test_a_trade_with_a_reason_is_exiting():
    assert not LONG.is_exiting
    assert replace(LONG, exit_reason=ExitReason.TARGET).is_exiting


def test_directions_are_opposite():
    assert Direction.LONG.opposite is Direction.SHORT
    assert Direction.SHORT.opposite is Direction.LONG
