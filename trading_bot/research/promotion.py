"""The verdict on a strategy: may it be let near money, by which criteria, and why not.

Every criterion must pass. What was not measured does not pass: unknown is not "no". Passing says that luck,
costs and careless testing do not explain the result; it does not say that the market will stay as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trading_bot.research.arrays import Floats
from trading_bot.research.deflated_sharpe import SharpeSample, Trials, deflated_sharpe, sharpe_sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was measured of a strategy; None is what was not."""

    returns: Floats
    """Daily returns after all costs, as fractions, shape (n,)."""
    trades: int
    """Closed trades behind them."""
    trials: Trials | None
    """Everything that was tried before, counted; with Sharpe ratios of one day."""
    overfit_probability: float | None
    """Of choosing among the trials, 0 to 1. A single trial needs none."""
    loss_probability: float | None
    """Of the chosen trial out of sample, by the same cross-validation. A single trial needs none."""
    permutation_p: float | None
    """How often the best of the trials does as well on permuted bars, 0 to 1."""
    doubled_cost_return: float | None
    """Total return with charges and slippage doubled, as a fraction."""
    looks_ahead: bool | None
    """Whether decisions moved when only the future was changed."""
    warm_up_change: float | None
    """The share of decisions, 0 to 1, that a longer warm-up changes."""
    shuffled_drawdown: float | None
    """The maximum drawdown that 95% of the orders of its results stay at or below, as a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What is demanded. The defaults are those whose power the documentation shows."""

    days: int = 250
    trades: int = 30
    certainty: float = 0.975
    """The least deflated Sharpe ratio."""
    overfit: float = 0.2
    """The largest probability of overfitting, unless the choice hardly ever loses:"""
    loss: float = 0.05
    """the largest probability of loss out of sample that excuses it."""
    permutation_p: float = 0.025
    warm_up_change: float = 0.01
    shuffled_drawdown: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One demand, and how the evidence meets it."""

    name: str
    passed: bool
    reason: str
    """In words, with the figure and the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Every criterion, in order."""

    criteria: tuple[Criterion, ...]

    @property
    def passed(self) -> bool:
        """Whether all passed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Criterion, ...]:
        """Those that did not."""
        return tuple(criterion for criterion in self.criteria if not criterion.passed)


def promote(evidence: Evidence, bar: Bar | None = None) -> Verdict:
    """Judge the evidence by every criterion of the bar.

    The criteria are chosen so that of strategies without any edge at most 5% pass, however many trials there
    were, as long as all of them were counted. Raises ValueError for returns or figures that are not finite.
    """
    limits = bar or Bar()
    _demand_finite(evidence)
    return Verdict(criteria=tuple(judge(evidence, limits) for judge in _JUDGES))


def _length(evidence: Evidence, bar: Bar) -> Criterion:
    days = len(evidence.returns)
    return Criterion(
        name="length",
        passed=days >= bar.days and evidence.trades >= bar.trades,
        reason=f"days: {days} of {bar.days} needed, closed trades: {evidence.trades} of {bar.trades}",
    )


def _certainty(evidence: Evidence, bar: Bar) -> Criterion:
    name = "deflated Sharpe ratio"
    if evidence.trials is None:
        return _unknown(name, "nobody counted the trials")
    sample = sharpe_sample(evidence.returns) if len(evidence.returns) > 1 else None
    if sample is None:
        return _unknown(name, "the returns do not vary")
    certainty = deflated_sharpe(sample, evidence.trials)
    return Criterion(
        name=name,
        passed=certainty >= bar.certainty,
        reason=(
            f"{certainty:.1%} sure to be {_beaten(evidence.trials)}, of {bar.certainty:.1%} needed"
            f"{_wait(sample, evidence.trials, bar)}"
        ),
    )


def _beaten(trials: Trials) -> str:
    return "above 0" if trials.count == 1 else f"better than the best of {trials.count} trials by luck"


def _wait(sample: SharpeSample, trials: Trials, bar: Bar) -> str:
    """How much longer a record would have to be, where it is too short and not too poor."""
    days = sample.minimum_periods(trials.expected_maximum, bar.certainty)
    if days is None or days <= sample.periods:
        return ""
    return f"; at this ratio {days:,.0f} days would do"


def _choice(evidence: Evidence, bar: Bar) -> Criterion:
    name = "overfitting"
    if evidence.trials is not None and evidence.trials.count == 1:
        return Criterion(name=name, passed=True, reason="not applicable: one trial, nothing was chosen")
    overfit, loss = evidence.overfit_probability, evidence.loss_probability
    if overfit is None or loss is None:
        return _unknown(name, "the choice among the trials was not cross-validated")
    return Criterion(
        name=name,
        passed=overfit <= bar.overfit or loss <= bar.loss,
        reason=(
            f"out of sample the chosen trial is below the median in {overfit:.1%} of the splits, "
            f"{bar.overfit:.0%} allowed, or loses in {loss:.1%}, {bar.loss:.0%} allowed"
        ),
    )


def _permutation(evidence: Evidence, bar: Bar) -> Criterion:
    return _at_most(
        "bar permutation",
        evidence.permutation_p,
        bar.permutation_p,
        "is the chance of as much on a permuted market",
    )


def _costs(evidence: Evidence, bar: Bar) -> Criterion:
    del bar  # the demand is a profit: nothing to set
    name, made = "costs doubled", evidence.doubled_cost_return
    if made is None:
        return _unknown(name)
    return Criterion(name=name, passed=made > 0, reason=f"makes {made:+.1%} then, more than 0 needed")


def _look_ahead(evidence: Evidence, bar: Bar) -> Criterion:
    del bar  # none is allowed
    name = "look-ahead"
    if evidence.looks_ahead is None:
        return _unknown(name)
    words = (
        "decisions depend on the future" if evidence.looks_ahead else "a changed future changes no decision"
    )
    return Criterion(name=name, passed=not evidence.looks_ahead, reason=words)


def _warm_up(evidence: Evidence, bar: Bar) -> Criterion:
    words = "of decisions change with a longer one"
    return _at_most("warm-up", evidence.warm_up_change, bar.warm_up_change, words)


def _drawdown(evidence: Evidence, bar: Bar) -> Criterion:
    words = "is the drawdown that one order of its results in twenty exceeds"
    return _at_most("shuffled drawdown", evidence.shuffled_drawdown, bar.shuffled_drawdown, words)


_JUDGES: tuple[Callable[[Evidence, Bar], Criterion], ...] = (
    _length,
    _certainty,
    _choice,
    _permutation,
    _costs,
    _look_ahead,
    _warm_up,
    _drawdown,
)


def _at_most(name: str, share: float | None, limit: float, words: str) -> Criterion:
    if share is None:
        return _unknown(name)
    return Criterion(name=name, passed=share <= limit, reason=f"{share:.1%} {words}, {limit:.1%} allowed")


def _unknown(name: str, why: str = "not measured") -> Criterion:
    return Criterion(name=name, passed=False, reason=why)


def _demand_finite(evidence: Evidence) -> None:
    figures = (
        evidence.overfit_probability,
        evidence.loss_probability,
        evidence.permutation_p,
        evidence.doubled_cost_return,
        evidence.warm_up_change,
        evidence.shuffled_drawdown,
    )
    known = [figure for figure in figures if figure is not None]
    if not (np.isfinite(evidence.returns).all() and np.isfinite(known).all()):
        raise ValueError("evidence that is not finite: what is unknown is None")
