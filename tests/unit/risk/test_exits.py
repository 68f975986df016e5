from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engine_driver import SHARE
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderType, Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitPlan, Trade
from trading_bot.risk.exits import exit_buffer, exit_plan, marketable_price, stop_terms, trailed_stop
from trading_bot.risk.settings import ExitPolicy, ExitSettings

SETTINGS = ExitSettings()
prices = st.integers(1, 1_000_000).map(lambda steps: steps * SHARE.tick_size)


def trade(direction: Direction, stop: int, trail: int | None, entry: int = 100_000) -> Trade:
    return Trade(
        trade_id=1,
        strategy="s",
        instrument_key=SHARE.key,
        direction=direction,
        product=Product.INTRADAY,
        planned_quantity=1,
        planned_at_ms=0,
        reference_price=entry,
        plan=ExitPlan(stop_price=stop, target_price=None, trail_distance=trail),
        stop_price=stop,
        best_price=entry,
    )


def test_distances_are_multiples_of_the_true_range():
    plan = exit_plan(SHARE, Direction.LONG, 100_000, 500.0, SETTINGS)

    assert plan == ExitPlan(stop_price=99_000, target_price=102_000, trail_distance=750)


@pytest.mark.parametrize(
    ("direction", "plan"),
    [
        (Direction.LONG, ExitPlan(stop_price=98_990, target_price=102_000, trail_distance=760)),
        (Direction.SHORT, ExitPlan(stop_price=101_010, target_price=98_000, trail_distance=760)),
    ],
)
def test_between_ticks_a_stop_goes_outwards_and_a_target_inwards(direction, plan):
    assert exit_plan(SHARE, direction, 100_000, 501.5, SETTINGS) == plan


def test_fixed_distances_are_fractions_of_the_price():
    settings = ExitSettings(policy=ExitPolicy.FIXED)

    plan = exit_plan(SHARE, Direction.SHORT, 100_000, 0.0, settings)

    assert plan == ExitPlan(stop_price=102_000, target_price=96_000, trail_distance=None)


@given(st.sampled_from(Direction), prices, st.floats(0, 1e5))
def test_a_plan_lies_on_ticks_with_the_stop_on_the_losing_side(direction, price, atr):
    plan = exit_plan(SHARE, direction, price, atr, SETTINGS)

    assert SHARE.is_on_tick(plan.stop_price)
    assert SHARE.is_on_tick(plan.target_price)
    assert plan.stop_price > 0
    assert (price - plan.stop_price) * direction.sign > 0 or plan.stop_price == SHARE.tick_size


def test_the_stop_is_at_least_one_tick_away():
    assert exit_plan(SHARE, Direction.LONG, 100_000, 0.0, SETTINGS).stop_price == 99_990


@pytest.mark.parametrize(
    ("direction", "stop", "best", "moved"),
    [
        (Direction.LONG, 99_000, 101_100, 100_100),
        (Direction.LONG, 99_000, 100_990, None),
        (Direction.LONG, 100_050, 101_100, None),
        (Direction.SHORT, 101_000, 98_900, 99_900),
        (Direction.SHORT, 101_000, 99_010, None),
        (Direction.LONG, 99_000, 101_000, 100_000),
        (Direction.SHORT, 101_000, 99_000, 100_000),
        (Direction.LONG, 100_000, 101_100, 100_100),
        (Direction.LONG, 100_000, 101_090, None),
        (Direction.LONG, 99_000, 101_105, 100_100),
        (Direction.SHORT, 101_000, 98_895, 99_900),
    ],
)
def test_a_stop_trails_from_break_even_and_not_for_trifles(direction, stop, best, moved):
    assert trailed_stop(SHARE, trade(direction, stop, 1_000), best, SETTINGS) == moved


def test_without_a_trailing_distance_a_stop_stays():
    assert trailed_stop(SHARE, trade(Direction.LONG, 99_000, None), 200_000, SETTINGS) is None


@given(st.sampled_from(Direction), prices, prices, st.integers(1, 1_000))
def test_a_trailed_stop_is_never_looser(direction, stop, best, distance):
    open_trade = trade(direction, stop, distance * 10)

    moved = trailed_stop(SHARE, open_trade, best, SETTINGS)

    assert moved is None or (moved - stop) * direction.sign > 0


@pytest.mark.parametrize(("side", "limit"), [(Side.SELL, 99_000), (Side.BUY, 101_000)])
def test_a_stops_limit_lies_past_its_trigger(side, limit):
    terms = stop_terms(SHARE, side, 10, 100_000, SETTINGS)

    assert (terms.order_type, terms.trigger_price, terms.price) == (OrderType.STOP_LIMIT, 100_000, limit)


@pytest.mark.parametrize(("side", "limit"), [(Side.SELL, 99_000), (Side.BUY, 101_020)])
def test_between_ticks_a_stops_limit_goes_further_past_its_trigger(side, limit):
    assert stop_terms(SHARE, side, 10, 100_010, SETTINGS).price == limit


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, 100_120), (Side.SELL, 99_900)])
def test_between_ticks_a_marketable_price_goes_further_past_the_last(side, price):
    assert marketable_price(SHARE, side, 100_010, 0.001) == price


def test_a_stops_limit_stays_a_price():
    penny = replace(SHARE, tick_size=5)

    assert stop_terms(penny, Side.SELL, 1, 5, SETTINGS).price == 5


@pytest.mark.parametrize(
    ("side", "band", "trigger", "limit"),
    [
        (Side.SELL, (98_000, 120_000), 100_000, 99_000),
        (Side.SELL, (99_505, 120_000), 100_000, 99_510),
        (Side.SELL, (100_205, 120_000), 100_210, 100_210),
        (Side.BUY, (80_000, 100_495), 100_000, 100_490),
        (Side.BUY, (80_000, 99_795), 99_790, 99_790),
    ],
)
def test_a_stop_stays_inside_the_price_band(side, band, trigger, limit):
    """Faults 65 and 66, V8."""
    terms = stop_terms(SHARE, side, 10, 100_000, SETTINGS, band=band)

    assert (terms.trigger_price, terms.price) == (trigger, limit)


@pytest.mark.parametrize(
    ("side", "band", "price"),
    [
        (Side.BUY, None, 100_100),
        (Side.SELL, None, 99_900),
        (Side.BUY, (90_000, 100_055), 100_050),
        (Side.SELL, (99_945, 110_000), 99_950),
    ],
)
def test_a_marketable_price_goes_past_the_last_one_but_not_out_of_the_band(side, band, price):
    assert marketable_price(SHARE, side, 100_000, 0.001, band) == price


def test_the_ladder_of_an_exit_grows_and_ends():
    buffers = [exit_buffer(step, SETTINGS) for step in range(8)]

    assert buffers[:3] == [0.001, 0.002, 0.004]
    assert buffers[5] == buffers[6] == buffers[7]


@pytest.mark.parametrize("direction", list(Direction))
def test_without_a_multiple_there_is_no_target(direction):
    settings = ExitSettings(atr_target_multiple=0)

    assert exit_plan(SHARE, direction, 100_000, 500.0, settings).target_price is None
