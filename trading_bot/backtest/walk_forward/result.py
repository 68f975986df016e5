"""A walk-forward that is over."""

from dataclasses import dataclass

from trading_bot.backtest.sweeps.figures import annual_sharpe
from trading_bot.backtest.sweeps.grid import Axis
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.walk_forward.sampler import Pruner, Sampler
from trading_bot.backtest.walk_forward.stitch import Part, Stitched
from trading_bot.backtest.walk_forward.windows import Folds, Lengths
from trading_bot.research.daily import DailyEquity


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkForwardResult:
    """What was chosen, and what it brought where nothing had been chosen on."""

    data: str
    market: Market
    strategy: str
    policy: Policy
    axes: tuple[Axis, ...]
    lengths: Lengths | Folds
    sampler: Sampler
    pruner: Pruner
    seed: int
    record: Stitched
    seconds: float

    @property
    def parts(self) -> tuple[Part, ...]:
        """The windows."""
        return self.record.parts

    def test_sharpe(self, number: int) -> float | None:
        """The annual Sharpe ratio of one window's test."""
        part = self.parts[number]
        closes = self.record.begin + part.changes.cumsum()
        return annual_sharpe(DailyEquity(part.window.test_days, self.record.begin, closes))
