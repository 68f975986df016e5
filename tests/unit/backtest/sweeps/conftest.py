"""A sweep that is over."""

import pytest

from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.grid import Axis, sets_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.sweeps.result import SweepResult, ranked


@pytest.fixture(scope="session")
def swept():
    """Make a result from axes, on one share."""
    market = walking(1, minutes=1_200)

    def made(*axes):
        plan, refused = plan_of("ema_cross", declared_policy(), sets_of([Axis(*axis) for axis in axes]))
        player = Player(market)
        figures = tuple(player.figures(plan))
        return SweepResult(
            data="prices",
            market=market,
            plan=plan,
            refused=refused,
            figures=figures,
            best_fills=tuple(player.fills(plan, ranked(figures)[0])),
            seconds=1.5,
        )

    return made
