"""A sweep that is over: its sets, what came of them, and how they rank."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from trading_bot.backtest.sweeps.figures import COMPILED, Figures
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Plan, Refused
from trading_bot.backtest.sweeps.trials import Attempt
from trading_bot.research.arrays import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What was played and what came of it; figures in the order of the plan's sets."""

    data: str
    """The folder."""
    market: Market
    plan: Plan
    refused: Refused
    figures: tuple[Figures, ...]
    best_fills: tuple[Ints, ...]
    """Every fill of the best set, by share: rows of (candle, signed units, price in paise)."""
    seconds: float
    earlier: int = 0
    """Sets that an interrupted run of the same sweep had played before."""
    asked: Mapping[str, str | None] = field(default_factory=dict)
    """Folder and days as they were asked for."""

    @property
    def attempt(self) -> Attempt:
        """What the record of trials gets."""
        return Attempt(
            "sweep",
            self.data,
            self.market,
            self.plan.strategy,
            self.plan.policy,
            self.plan.sets,
            self.figures,
            self.asked,
        )

    @property
    def ranked(self) -> tuple[int, ...]:
        """Numbers of the sets, the best first."""
        return ranked(self.figures)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of what the sets vary or fix, in the order in which they were given."""
        return tuple(self.plan.sets[0])

    @property
    def by_engine(self) -> Counter[str]:
        """Sets that the engine played, by the reason."""
        return Counter(one.path for one in self.figures if one.path != COMPILED)

    def net(self, number: int) -> Decimal:
        """What a set gained in rupees, fees taken, what is held at its last close."""
        return self.figures[number].equity - self.plan.policy.cash


def ranked(figures: tuple[Figures, ...]) -> tuple[int, ...]:
    """Numbers by Sharpe ratio, those without one last; of equals the first."""

    def rank(number: int) -> tuple[bool, float]:
        ratio = figures[number].sharpe
        return (ratio is None, -(ratio or 0.0))

    return tuple(sorted(range(len(figures)), key=rank))
