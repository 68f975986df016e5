"""Findings as plain values for other programs, and back to what is judged. Money in rupees as text."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from trading_bot.backtest.honesty.findings import Findings, amount
from trading_bot.backtest.honesty.luck import Choice, Permutation, Tried
from trading_bot.backtest.honesty.warm_up import WarmUpCheck
from trading_bot.research.deflated_sharpe import SharpeSample, Trials, deflated_sharpe, sharpe_sample
from trading_bot.research.promotion import Bar, Evidence, Verdict
from trading_bot.research.ratios import TRADING_DAYS

_YEARLY = TRADING_DAYS**0.5


def findings_document(findings: Findings) -> dict[str, Any]:
    """Everything that was found, without the daily returns."""
    verdict, evidence = findings.verdict, findings.evidence
    ahead, shuffled = findings.look_ahead, findings.shuffled
    return {
        "passed": verdict.passed,
        "criteria": criteria_document(verdict),
        "look_ahead": None
        if ahead is None
        else {
            "cuts": len(ahead.cuts),
            "decisions": ahead.decisions,
            "moved": [cut.text for cut in ahead.moved],
        },
        "warm_up": None if findings.warm_up is None else _warm_up(findings.warm_up),
        "trials": _tried(findings.tried),
        "deflated_sharpe": _deflated(evidence),
        "overfitting": None if findings.choice is None else _choice(findings.choice),
        "permutation": None if findings.permutation is None else _permutation(findings.permutation),
        "shuffled_drawdown": None
        if shuffled is None
        else {
            "observed": shuffled.observed,
            "median": shuffled.quantile(0.5),
            "one_in_twenty": evidence.shuffled_drawdown,
            "as_deep": shuffled.luck,
        },
        "costs_doubled": {
            "charges_only": amount(findings.costs.charges_only),
            "everything": amount(findings.costs.everything),
            "total_return": findings.costs.total_return,
            "trades": findings.costs.trades_again,
        },
        "survivors": {
            "universe": findings.survivors.universe.value,
            "left": {name: f"{day}" for name, day in findings.survivors.left.items()},
            "came": {name: f"{day}" for name, day in findings.survivors.came.items()},
            "warnings": list(findings.survivors.warnings),
        },
        "not_measured": dict(findings.why_not),
    }


def criteria_document(verdict: Verdict) -> list[dict[str, Any]]:
    """Every criterion with its reason."""
    return [{"name": one.name, "passed": one.passed, "reason": one.reason} for one in verdict.criteria]


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """What is judged, to the last digit."""
    return {
        "returns": evidence.returns.tolist(),
        "trades": evidence.trades,
        "trials": None
        if evidence.trials is None
        else {"count": evidence.trials.count, "variance": evidence.trials.variance},
        "overfit_probability": evidence.overfit_probability,
        "loss_probability": evidence.loss_probability,
        "permutation_p": evidence.permutation_p,
        "doubled_cost_return": evidence.doubled_cost_return,
        "looks_ahead": evidence.looks_ahead,
        "warm_up_change": evidence.warm_up_change,
        "shuffled_drawdown": evidence.shuffled_drawdown,
    }


def evidence_from(document: Mapping[str, Any]) -> Evidence:
    """The evidence that was written. Raises KeyError, TypeError or ValueError for anything else."""
    trials = document["trials"]
    names = (
        "trades",
        "overfit_probability",
        "loss_probability",
        "permutation_p",
        "doubled_cost_return",
        "looks_ahead",
        "warm_up_change",
        "shuffled_drawdown",
    )
    return Evidence(
        returns=np.array(document["returns"], dtype=np.float64),
        trials=None if trials is None else Trials(count=trials["count"], variance=trials["variance"]),
        **{name: document[name] for name in names},
    )


def sample_of(evidence: Evidence) -> SharpeSample | None:
    """The measured Sharpe ratio; None where nothing varies."""
    return sharpe_sample(evidence.returns) if len(evidence.returns) > 1 else None


def _deflated(evidence: Evidence) -> dict[str, Any] | None:
    sample, trials = sample_of(evidence), evidence.trials
    if sample is None or trials is None:
        return None
    return {
        "probability": deflated_sharpe(sample, trials),
        "above_zero": sample.probability_above(0.0),
        "best_by_luck": trials.expected_maximum * _YEARLY,
        "days_needed": sample.minimum_periods(trials.expected_maximum, Bar().certainty),
    }


def _tried(tried: Tried) -> dict[str, Any]:
    return {
        "count": tried.trials.count,
        "by_kind": dict(tried.kinds),
        "spread": tried.trials.variance**0.5 * _YEARLY,
        "unreadable": tried.unreadable,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    found = choice.overfitting
    return {
        "trials": choice.trials,
        "days": choice.days,
        "mean_correlation": choice.correlation,
        "independent_trials": choice.independent,
        "splits": len(found.logits),
        "probability": found.probability,
        "probability_of_loss": found.probability_of_loss,
        "degradation": found.degradation,
    }


def _permutation(permutation: Permutation) -> dict[str, Any]:
    return {
        "markets": len(permutation.permuted),
        "as_good": permutation.as_good,
        "p_alone": permutation.alone,
        "p": permutation.p,
        "observed_sharpe": permutation.observed * _YEARLY,
        "median_sharpe": float(np.median(permutation.permuted)) * _YEARLY,
    }


def _warm_up(check: WarmUpCheck) -> dict[str, Any]:
    return {
        "days": len(check.days),
        "first_day": f"{check.days[0]}",
        "last_day": f"{check.days[-1]}",
        "usual_sessions": check.usual,
        "longest_sessions": check.longest,
        "signals": check.signals,
        "change": check.change,
        "runs": [
            {
                "sessions": run.sessions,
                "signals": run.signals,
                "changed": run.changed,
                "share": run.share,
                "first": run.first,
            }
            for run in check.runs
        ],
    }
