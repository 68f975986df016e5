import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.simulator.market.depth import around, synthetic_depth


@given(
    price=st.integers(1, 5_000_000),
    tick_size=st.sampled_from([1, 5, 10, 50, 100, 500]),
    spread_steps=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_depth_is_ordered_on_the_tick_and_around_the_price(price, tick_size, spread_steps, seed):
    prices = np.full(20, price)
    depth = synthetic_depth(
        prices,
        tick_size=tick_size,
        spread_steps=spread_steps,
        typical_quantity=100,
        rng=np.random.default_rng(seed),
    )
    bids, asks = depth.bid_prices, depth.ask_prices

    assert not (bids % tick_size).any()
    assert not (asks % tick_size).any()
    assert (np.diff(asks, axis=1) > 0).all()
    assert (np.diff(bids, axis=1) < 0)[bids[:, 1:] > 0].all()
    assert (bids[:, 0] <= prices).all()
    assert (asks[:, 0] > bids[:, 0]).all()
    assert (asks[:, 0] - bids[:, 0] <= (spread_steps + 1) * tick_size)[bids[:, 0] > 0].all()
    assert ((depth.bid_quantities > 0) == (bids > 0)).all()
    assert (depth.ask_quantities > 0).all()


def test_an_empty_side_stays_empty():
    depth = around(
        np.array([0, 100]), np.array([105, 0]), tick_size=5, typical_quantity=10, rng=np.random.default_rng(1)
    )

    assert depth.bid_prices[0].tolist() == [0] * 5
    assert depth.ask_quantities[1].tolist() == [0] * 5
    assert depth.ask_prices[0, 0] == 105
