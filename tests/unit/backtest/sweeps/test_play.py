"""Compiled sets against the engine, and sets that the engine has to play."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from random import Random

import numpy as np
import pytest

from tests.fakes.sweep_market import assert_is_the_engines, columns, random_sets, walking
from tests.fakes.walks import START_MS
from trading_bot.backtest.sweeps.figures import figures_of_fills
from trading_bot.backtest.sweeps.interpreted import engine_fills
from trading_bot.backtest.sweeps.market import market_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.domain.instrument import InstrumentKind
from trading_bot.domain.money import round_to_paisa

pytest.importorskip("numba", reason="numba is not installed: without it there is no compiled form")

from trading_bot.backtest.sweeps.play import Player


def plan(*sets, policy=None):
    return plan_of("ema_cross", policy or declared_policy(), sets)[0]


@cache
def walked():
    return walking(1, 2, without=range(300, 1_100, 3))


def test_every_trade_and_every_paisa_are_the_engines():
    assert_is_the_engines(walked(), plan(*random_sets(1, 5)))


@pytest.mark.parametrize("tick", [7, 1_100])
def test_stops_go_to_the_tick_as_the_engine_rounds_them(tick):
    assert_is_the_engines(walking(4, minutes=1_500, tick=tick), plan(*random_sets(2, 3)))


def test_the_first_candle_that_is_not_ignored_may_bring_an_entry():
    values = {"fast": 5, "slow": 13}
    first = Player(walked()).fills(plan({**values, "ignored": 50}), 0)[0][0, 0]

    decided = plan({**values, "ignored": int(first) - 1}, {**values, "ignored": int(first)})

    assert [Player(walked()).fills(decided, number)[0][0, 0] == first for number in (0, 1)] == [True, False]
    assert_is_the_engines(walked(), decided)


def test_a_stop_that_may_have_been_rounded_to_the_wrong_side_is_the_engines():
    """Where each candle has the same range, every stop lies on a tick as exactly as numbers can say."""
    closes = [10_000 + 60 * (1 if number // 7 % 2 else -1) for number in range(300)]
    rows = [(START_MS + 60_000 * n, close, 10_100, 9_900, close) for n, close in enumerate(closes)]

    (figures,) = Player(market_of([(walked().instruments[0], columns(rows))])).figures(
        plan({"fast": 2, "slow": 5, "ignored": 0})
    )

    assert figures.path == "a stop lies too close to a tick"
    assert figures.trades > 10


def test_prices_at_the_lowest_tick_leave_no_room_for_a_stop():
    random, rows = Random(3), []
    for number in range(2_000):
        opened, close = random.randint(1, 5), random.randint(1, 5)
        at_ms = START_MS + 60_000 * number
        rows.append((at_ms, opened, max(opened, close), min(opened, close), close))
    one = replace(walked().instruments[0], tick_size=1)

    assert_is_the_engines(
        market_of([(one, columns(rows))]),
        plan(*({"fast": 2, "slow": 3, "ignored": 50, "atr_stop_multiple": stop} for stop in (0.13, 4.1))),
    )


def test_a_fee_of_odd_parts_stays_exact():
    policy = declared_policy(fee=Decimal("0.000123457"))

    (figures,) = Player(walked()).figures(plan({"fast": 4, "slow": 11}, policy=policy))

    assert figures.flow - round_to_paisa(figures.flow) != 0
    assert_is_the_engines(walked(), plan({"fast": 4, "slow": 11}, policy=policy))


@pytest.mark.parametrize(
    ("values", "policy", "why"),
    [
        ({"atr_target_multiple": 2}, declared_policy(), "risk.exits.atr_target_multiple = 2"),
        ({}, declared_policy(quantity=200_000), "max_position_fraction may bind"),
        ({}, declared_policy(cash=Decimal(60_000)), "max_position_fraction may bind"),
        ({}, declared_policy(quantity=0), "fixed_quantity is 0"),
    ],
)
def test_what_has_no_compiled_form_is_played_by_the_engine_which_says_so(values, policy, why):
    market, asked = walking(1, minutes=1_200), plan({"fast": 5, "slow": 13, **values}, policy=policy)

    (figures,) = Player(market).figures(asked)

    (case,) = asked.cases()
    assert why in figures.path
    assert figures == figures_of_fills(engine_fills(case, market), case.policy, market, figures.path)
    np.testing.assert_array_equal(Player(market).fills(asked, 0)[0], engine_fills(case, market)[0])


@pytest.mark.parametrize(
    "limit",
    [{"max_daily_loss": 0.000_01}, {"max_consecutive_losses": 2}],
    ids=lambda limit: next(iter(limit)),
)
def test_what_ran_into_a_limit_is_played_again_by_the_engine(limit):
    declared = declared_policy()
    limits = declared.risk.limits.model_copy(update=limit)
    policy = replace(declared, risk=declared.risk.model_copy(update={"limits": limits}))

    (figures,) = Player(walking(1, minutes=1_200)).figures(plan({"fast": 5, "slow": 13}, policy=policy))

    assert figures.path == f"risk.limits.{next(iter(limit))} may bind"


def test_a_strategy_without_a_compiled_form_is_played_by_the_engine():
    asked, _ = plan_of("tests.fakes.sweep_market:Contrary", declared_policy(), [{"fast": 5, "slow": 13}])

    (figures,) = Player(walked()).figures(asked)

    assert figures.path == "contrary has no compiled form"
    assert figures.trades > 10


def test_an_index_is_left_to_the_engine_which_does_not_trade_it():
    market = walking(1, minutes=600)
    index = replace(market.instruments[0], kind=InstrumentKind.INDEX)

    (figures,) = Player(market_of([(index, market.table)])).figures(
        plan({"fast": 3, "slow": 5, "ignored": 0})
    )

    assert (figures.trades, figures.path) == (0, "S0 is an index")


def test_without_the_compiler_the_engine_plays(monkeypatch):
    monkeypatch.setattr("trading_bot.backtest.sweeps.play.find_spec", lambda _name: None)

    (figures,) = Player(walking(1, minutes=600)).figures(plan({"fast": 3, "slow": 5}))

    assert "numba is not installed" in figures.path


def test_the_sum_of_shares_is_the_result_of_the_account():
    asked = plan({"fast": 6, "slow": 17})
    alone = [Player(walking(seed)).figures(asked)[0] for seed in (1, 2)]

    (both,) = Player(walking(1, 2)).figures(asked)

    assert both.trades == sum(one.trades for one in alone)
    assert both.flow == sum(one.flow for one in alone)
    assert both.drawdown < sum(one.drawdown for one in alone)
