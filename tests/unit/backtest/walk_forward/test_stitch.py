"""Tests of windows, joined to one record."""

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.figures import daily_equity_of_fills
from trading_bot.backtest.sweeps.market import market_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.walk_forward.played_sets import Tried
from trading_bot.backtest.walk_forward.search import Found
from trading_bot.backtest.walk_forward.stitch import _held, part_of, stitched
from trading_bot.backtest.walk_forward.windows import Folds, Lengths, windows_of
from trading_bot.research.daily import day_of

MARKET = walking(1, 2, minutes=12 * 375)
POLICY = declared_policy()
ANCHORED = Lengths(4, 2, anchored=True)


def parts(lengths, *chosen, market=MARKET):
    for number, window in enumerate(windows_of(market, lengths)):
        values = chosen[number % len(chosen)]
        plan, _ = plan_of("ema_cross", POLICY, [values])
        (figures,) = Player(window.train.market).figures(plan)
        tried = Tried(values, figures, figures.sharpe)
        yield part_of(window, Found(tried, 1, (tried,)), "ema_cross", POLICY)


def test_one_set_in_all_windows_is_that_set_played_through():
    values = {"fast": 6, "slow": 17}
    plan, _ = plan_of("ema_cross", POLICY, [values])
    daily = daily_equity_of_fills(Player(MARKET).fills(plan, 0), POLICY, MARKET)

    record = stitched(list(parts(ANCHORED, values)), POLICY)

    assert record.days.tolist() == daily.days[4:].tolist()
    carried_in = record.switching[0]
    gained = daily.closes[4:] - daily.closes[3] - carried_in
    np.testing.assert_allclose(record.equity - record.begin, gained, atol=1e-6)
    assert record.switching == (carried_in, 0.0, 0.0, 0.0)
    assert carried_in > 0


def test_a_change_of_position_between_two_sets_costs_the_fee_at_the_last_close():
    made = list(parts(ANCHORED, {"fast": 6, "slow": 17}, {"fast": 9, "slow": 40}))
    before = {"A": (100, 50_000), "B": (100, 10_000)}
    after = {"B": (100, 10_000), "C": (100, 20_000)}
    two = [replace(made[0], held_before={}, held_after=before), replace(made[1], held_before=after)]

    record = stitched(two, POLICY)

    assert record.switching == (0.0, pytest.approx(0.0003 * 100 * (500 + 200)))
    net = sum(part.changes.sum() for part in two) - record.switching[1]
    assert record.equity[-1] == pytest.approx(record.begin + net)


def with_a_candle_of_its_own(*minutes):
    """Twelve days of one share, the fifth and sixth without it; of another share only these candles."""
    table = MARKET.candles(0)
    days = day_of(table.start_ms)
    kept = ~np.isin(days, MARKET.days[[4, 5]])
    return market_of(
        [
            (MARKET.instruments[0], [column[kept] for column in table]),
            (MARKET.instruments[1], [column[list(minutes)] for column in MARKET.candles(1)]),
        ]
    )


@pytest.mark.parametrize("first", [4 * 375 + 9, 5 * 375 + 9])
def test_a_day_on_which_only_a_share_with_a_single_candle_traded_brings_nothing(first):
    """The other candle comes later: in this window the share cannot be played."""
    market = with_a_candle_of_its_own(first, 11 * 375)
    values = {"fast": 6, "slow": 17}

    made = list(parts(ANCHORED, values, market=market))
    record = stitched(made, POLICY)

    assert [len(part.changes) for part in made] == [len(part.window.test_days) for part in made]
    assert len(record.equity) == len(record.days)
    at = record.days.tolist().index(int(MARKET.days[first // 375]))
    carried_in = record.switching[0] if at == 0 else 0.0
    assert np.diff(record.equity, prepend=record.begin)[at] == pytest.approx(-carried_in)


def test_what_is_held_as_a_test_begins_is_what_was_bought_before_it():
    for part in parts(ANCHORED, {"fast": 6, "slow": 17}):
        plan, _ = plan_of("ema_cross", POLICY, [part.found.best.values])
        window = part.window
        before = int(day_of(np.array([window.test_from_ms]))[0]) - 1
        (figures,) = Player(window.played.between(window.played.days[0], before)).figures(plan)
        assert sum(units for units, _ in part.held_before.values()) == figures.held


def test_what_is_bought_at_the_first_open_of_a_test_is_not_held_before_it():
    window = windows_of(MARKET, ANCHORED)[0]
    first = np.searchsorted(window.played.candles(0).start_ms, window.test_from_ms)
    nothing = np.empty((0, 3), np.int64)

    held = [
        _held(window, [np.array([[at, 100, 5_000]]), nothing], window.test_from_ms)
        for at in (first - 1, first)
    ]

    assert held == [{"NSE_EQ|S0": (100, window.played.candles(0).closes[first - 1])}, {}]


def test_a_test_is_blind_to_what_comes_after_it():
    changed = np.array(MARKET.table)
    late = MARKET.table[0] >= windows_of(MARKET, ANCHORED)[1].test_from_ms
    changed[1:, late] += 50_000
    other = replace(MARKET, table=changed)

    first, second = (next(parts(ANCHORED, {"fast": 6, "slow": 17}, market=one)) for one in (MARKET, other))

    np.testing.assert_array_equal(first.changes, second.changes)
    assert first.found == second.found


def test_one_set_in_all_folds_is_that_set_on_all_days():
    """Every day is tested once; coming from a set to itself costs nothing."""
    values = {"fast": 6, "slow": 17}
    plan, _ = plan_of("ema_cross", POLICY, [values])
    daily = daily_equity_of_fills(Player(MARKET).fills(plan, 0), POLICY, MARKET)

    record = stitched(list(parts(Folds(4, 1), values)), POLICY)

    assert record.switching == (0.0, 0.0, 0.0, 0.0)
    np.testing.assert_array_equal(record.days, daily.days)
    np.testing.assert_allclose(record.equity, daily.closes, atol=1e-6)
