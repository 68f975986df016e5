"""Signals have to be identical; what became of them may differ, for a reason. V21."""

import pytest

from tests.fakes.parity_days import EveryPrice, backtest, wire
from trading_bot.backtest.parity import Cause, compare
from trading_bot.domain.signal import Direction


def compared(one, other):
    return compare(one.played(), other.played(), EveryPrice(), str.lower)


def only(comparison):
    (found,) = comparison.differences
    return found


def test_the_same_signals_raised_a_little_later_are_no_difference():
    one, other = wire().signal(raised="09:30:00.900", denied="spacing"), backtest().signal(denied="spacing")

    comparison = compared(one, other)

    assert comparison.differences == ()
    assert comparison.is_explained
    assert comparison.signals_alike == 1


@pytest.mark.parametrize(
    "changed",
    [{"score": 0.9999}, {"direction": Direction.SHORT}, {"reference": 10_005}],
    ids=["score", "direction", "close of the candle"],
)
def test_a_signal_that_says_something_else_is_never_explained(changed):
    comparison = compared(wire().signal(denied="spacing"), backtest().signal(denied="spacing", **changed))

    assert only(comparison).cause is Cause.SIGNAL
    assert comparison.signals_alike == 0
    assert not comparison.is_explained


def test_a_signal_of_one_side_only_is_said_with_its_side():
    comparison = compared(wire(), backtest().signal(denied="spacing"))

    assert only(comparison).cause is Cause.SIGNAL
    assert "only in the backtest: long at 100.00, score 1" in only(comparison).text


def test_a_signal_of_another_candle_is_another_signal():
    comparison = compared(wire().signal(denied="x"), backtest().signal(candle="09:30", denied="x"))

    assert [found.cause for found in comparison.differences] == [Cause.SIGNAL, Cause.SIGNAL]


def test_two_signals_of_one_candle_are_told_apart_by_their_turn():
    twice = [wire().signal(denied="x").signal(score=0.5, denied="x")]

    assert compared(twice[0], backtest().signal(denied="x").signal(score=0.5, denied="x")).differences == ()
    assert only(compared(twice[0], backtest().signal(denied="x"))).cause is Cause.SIGNAL


# --- what became of them --------------------------------------------------------------------------------


def test_a_limit_that_held_on_one_side_follows_from_what_that_side_still_held():
    one = wire().trade("B", exits=((10, 10_200, "10:00:04"),))
    other = backtest().trade("B", exits=((10, 10_200, "10:00:00.020"),))
    one.signal("A", candle="09:45", raised="10:00:02", denied="max_concurrent_positions")
    other.trade(
        "A", candle="09:45", raised="10:00:02", entries=((10, 10_000, "10:00:02.020"),), asked="10:30"
    )

    found = next(found for found in compared(one, other).differences if found.what == "denial")

    assert found.cause is Cause.NOT_TRADED
    assert found.text == (
        "max_concurrent_positions over the wire, traded in the backtest: only the wire held b then"
    )


def test_of_two_signals_for_one_place_the_other_one_came_first():
    one = wire().trade("A").signal("B", raised="09:30:00.010", denied="max_concurrent_positions")
    other = backtest().trade("B").signal("A", raised="09:30:00.010", denied="max_concurrent_positions")

    causes = {found.instrument_key: found for found in compared(one, other).differences}

    assert {found.cause for found in causes.values()} == {Cause.LATENCY}
    assert "b was judged first in the backtest" in causes["A"].text
    assert "a was judged first over the wire" in causes["B"].text


def test_a_spacing_follows_from_an_earlier_difference_in_the_share():
    one = wire().trade(exits=((10, 10_200, "10:00:01"),))
    other = backtest().trade(exits=((10, 10_190, "10:00:00.900"),))
    one.signal(candle="09:45", raised="10:00:30", denied="symbol_spacing")
    other.signal(candle="09:45", raised="10:00:30", denied="max_trades_per_symbol")

    found = compared(one, other).differences[-1]

    assert found.cause is Cause.FOLLOWS
    assert "follows from an earlier difference (a, exit at 10:00:00.900)" in found.text


def test_a_denial_before_which_nothing_differed_is_unexplained():
    comparison = compared(wire().signal(denied="symbol_spacing"), backtest().trade())

    assert only(comparison).cause is Cause.UNEXPLAINED
    assert not comparison.is_explained


def test_what_depends_on_the_signal_alone_is_never_explained_by_what_differed_before():
    one = wire().trade("B").signal("A", candle="10:00", raised="10:15", denied="direction_off")
    other = backtest().trade("B", exits=((10, 10_100, "10:00:09"),))
    other.signal("A", candle="10:00", raised="10:15", denied="max_concurrent_positions")

    assert compared(one, other).differences[-1].cause is Cause.UNEXPLAINED


def test_a_silent_feed_explains_a_denial_only_where_that_side_has_told_of_it():
    told = wire().notice("09:29:50", "feed silent").signal(denied="stale_data")
    untold = wire().signal(denied="stale_data")

    assert only(compared(told, backtest().trade())).cause is Cause.NOT_TRADED
    assert only(compared(untold, backtest().trade())).cause is Cause.UNEXPLAINED


def test_a_trade_without_a_signal_on_one_side_only_is_unexplained():
    assert only(compared(wire().trade(has_signal=False), backtest())).cause is Cause.UNEXPLAINED
