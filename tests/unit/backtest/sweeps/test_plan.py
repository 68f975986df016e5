import pytest

from trading_bot.backtest.sweeps.plan import Refused, plan_of
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.domain.errors import SettingsError

POLICY = declared_policy()


def planned(*sets, strategy="ema_cross"):
    return plan_of(strategy, POLICY, sets)


def test_numbers_reach_the_strategy_and_the_exits():
    plan, refused = planned({"fast": 5, "slow": 9, "atr_stop_multiple": 2.5}, {"fast": 6})

    one, other = plan.cases()
    assert (one.strategy.settings.fast, one.policy.risk.exits.atr_stop_multiple) == (5, 2.5)
    assert (other.strategy.settings.fast, other.policy.risk.exits.atr_stop_multiple) == (6, 3)
    assert refused == Refused(0, "")


def test_sets_that_cannot_be_are_left_out_and_counted_with_the_first_reason():
    plan, refused = planned({"fast": 9, "slow": 9}, {"fast": 5, "slow": 9}, {"fast": 1})

    assert plan.sets == ({"fast": 5, "slow": 9},)
    assert refused.sets == 2
    assert "shorter than slow" in refused.why


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"fats": 5}, "no parameter 'fats'; did you mean fast"),
        ({"atr_trail_multiple": 1}, "no parameter 'atr_trail_multiple'"),
        ({"fast": 1}, "no set can be played"),
        ({"atr_stop_multiple": 99}, "no set can be played: risk.exits"),
        ({"timeframe_s": 300}, "candles of 5m"),
    ],
)
def test_what_cannot_be_played_is_refused(values, why):
    with pytest.raises(SettingsError, match=why):
        planned(values)


def test_a_strategy_that_has_to_be_warmed_up_is_refused():
    with pytest.raises(SettingsError, match="candles of 15m"):
        planned({}, strategy="confluence")
    with pytest.raises(SettingsError, match="may act"):
        planned({}, strategy="tests.fakes.sweep_market:Patient")
    with pytest.raises(SettingsError, match="closes of whole days"):
        planned({}, strategy="tests.fakes.sweep_market:LooksBack")


def test_a_plan_falls_into_parts_that_are_the_whole():
    plan, _ = planned(*({"fast": fast} for fast in range(5, 12)))

    parts = plan.parts(3)

    assert [len(part.sets) for part in parts] == [3, 3, 1]
    assert sum((part.sets for part in parts), ()) == plan.sets
