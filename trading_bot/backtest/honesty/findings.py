"""Everything that a backtest found out about itself, and the verdict on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trading_bot.backtest.honesty.costs import CostsDoubled
from trading_bot.backtest.honesty.look_ahead import LookAhead
from trading_bot.backtest.honesty.luck import Choice, Permutation, Tried
from trading_bot.backtest.honesty.survivors import Survivors
from trading_bot.backtest.honesty.warm_up import WarmUpCheck
from trading_bot.research.arrays import Floats
from trading_bot.research.promotion import Criterion, Evidence, Verdict, promote
from trading_bot.research.shuffling import ShuffledDrawdowns

EXCEEDED_BY_ONE_IN_TWENTY = 0.95
SOUND = "sound result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was measured; None is what was not, and `why_not` says why, by the name of the criterion."""

    returns: Floats
    trades: int
    problems: tuple[str, ...]
    tried: Tried
    choice: Choice | None
    look_ahead: LookAhead | None
    warm_up: WarmUpCheck | None
    permutation: Permutation | None
    costs: CostsDoubled
    shuffled: ShuffledDrawdowns | None
    survivors: Survivors
    conditions: tuple[Criterion, ...]
    """Whether the conditions of the test allow a promotion at all."""
    why_not: Mapping[str, str]

    @property
    def evidence(self) -> Evidence:
        """The same as the criteria of promotion want it."""
        choice = None if self.choice is None else self.choice.overfitting
        return Evidence(
            returns=self.returns,
            trades=self.trades,
            trials=self.tried.trials,
            overfit_probability=None if choice is None else choice.probability,
            loss_probability=None if choice is None else choice.probability_of_loss,
            permutation_p=None if self.permutation is None else self.permutation.p,
            doubled_cost_return=self.costs.total_return,
            looks_ahead=None if self.look_ahead is None else bool(self.look_ahead.moved),
            warm_up_change=None if self.warm_up is None else self.warm_up.change,
            shuffled_drawdown=None
            if self.shuffled is None
            else self.shuffled.quantile(EXCEEDED_BY_ONE_IN_TWENTY),
        )

    @property
    def verdict(self) -> Verdict:
        """Every criterion, with the reason where something was not measured."""
        return judged(self.evidence, self.problems, self.conditions, self.why_not)


def judged(
    evidence: Evidence,
    problems: tuple[str, ...],
    conditions: tuple[Criterion, ...],
    why_not: Mapping[str, str],
) -> Verdict:
    """The criteria of promotion, before them that the result is sound at all, and of no easier world."""
    sound = Criterion(
        name=SOUND,
        passed=not problems,
        reason=problems[0] if problems else "flat every evening, equal to the venue's ledger",
    )
    measured = (_explained(one, why_not.get(one.name)) for one in promote(evidence).criteria)
    return Verdict(criteria=(sound, *conditions, *measured))


def _explained(criterion: Criterion, why_not: str | None) -> Criterion:
    if criterion.passed or not why_not:
        return criterion
    return Criterion(name=criterion.name, passed=False, reason=f"not measured: {why_not}")


def amount(value: Decimal | None) -> str | None:
    """Rupees as text."""
    return None if value is None else f"{value:.2f}"
