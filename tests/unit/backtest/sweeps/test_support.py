"""What the compiled form leaves to the engine, rule by rule."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.sweeps.support import extremes_of, objection
from trading_bot.risk.overlays.settings import VixSettings

MARKET = walking(1, minutes=800)
(SHARE,) = extremes_of(MARKET)


def objected(policy=None, share=SHARE):
    ((case),) = plan_of("ema_cross", policy or declared_policy(), [{}])[0].cases()
    return objection(case, (share,))


def with_rules(section, **rules):
    policy = declared_policy()
    changed = getattr(policy.risk, section).model_copy(update=rules)
    return replace(policy, risk=policy.risk.model_copy(update={section: changed}))


def test_extremes_are_those_of_the_candles():
    candles = MARKET.candles(0)

    assert SHARE.highest == candles.highs.max() + 5
    assert SHARE.widest >= (candles.highs - candles.lows).max()
    assert (SHARE.candles, SHARE.day_candles) == (800, 375)


def test_the_declared_policy_is_played():
    assert objected() == ""


@pytest.mark.parametrize(
    ("section", "rule", "value"),
    [
        ("sizing", "max_position_fraction", 0.001),
        ("sizing", "capital_per_symbol", 0.001),
        ("sizing", "max_risk_per_trade", 0.000_01),
        ("limits", "max_open_risk", 0.000_01),
        ("limits", "max_trades_per_symbol_per_day", 194),
        ("limits", "max_trades_per_day", 194),
        ("limits", "max_entries_per_hour", 30),
        ("limits", "symbol_spacing_s", 121),
    ],
)
def test_a_rule_that_may_bind_is_left_to_the_engine(section, rule, value):
    assert objected(with_rules(section, **{rule: value})) == f"risk.{section}.{rule} may bind"


@pytest.mark.parametrize(
    ("section", "rule", "value"),
    [
        ("limits", "max_trades_per_symbol_per_day", 195),
        ("limits", "max_trades_per_day", 195),
        ("limits", "max_entries_per_hour", 31),
        ("limits", "symbol_spacing_s", 120),
        ("limits", "max_entries_per_minute", 1),
        ("limits", "max_concurrent_positions", 1),
    ],
)
def test_a_rule_that_cannot_bind_is_not(section, rule, value):
    assert objected(with_rules(section, **{rule: value})) == ""


@pytest.mark.parametrize(
    ("section", "rule", "value"),
    [
        ("exits", "on_opposite_signal", False),
        ("exits", "atr_trail_multiple", 1.0),
        ("entries", "directions", "both"),
        ("windows", "square_off", True),
    ],
)
def test_another_policy_has_no_compiled_form(section, rule, value):
    assert (
        objected(with_rules(section, **{rule: value}))
        == f"risk.{section}.{rule} = {value} has no compiled form"
    )


def test_overlays_are_left_to_the_engine():
    assert (
        objected(with_rules("overlays", vix=VixSettings(enabled=True)))
        == "risk.overlays has no compiled form"
    )


def test_an_account_that_is_too_small_is_left_to_the_engine():
    policy = replace(declared_policy(), cash=Decimal(90_000))

    assert objected(policy) == "the cash may bind"


@pytest.mark.parametrize("change", [{"lot_size": 75}, {"freeze_quantity": 60}])
def test_an_order_in_parts_is_left_to_the_engine(change):
    share = SHARE._replace(instrument=replace(SHARE.instrument, **change))

    assert objected(share=share) == "100 units of S0 are not one order"


def test_numbers_that_might_not_hold_are_left_to_the_engine():
    assert objected(share=SHARE._replace(candles=2**50)) == "the range of whole numbers may bind"
