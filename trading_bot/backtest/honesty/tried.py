"""What was tried before: sweeps and backtests leave lines, and a best one is judged by them all."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from trading_bot.backtest.honesty.luck import Choice, Tried, choice
from trading_bot.backtest.result import BacktestResult
from trading_bot.backtest.sweeps.trials import (
    BACKTEST,
    append_lines,
    identity_of,
    plain_returns,
    recorded,
    trials_from,
)
from trading_bot.domain.ist import datetime_of
from trading_bot.research.arrays import Floats

_LEAST_ALIKE = 0.5
"""The part of all trials whose daily returns have to be known for the choice among them to be judged."""


class Trial(NamedTuple):
    """A backtest as one of many tries."""

    strategies: tuple[str, ...]
    settings: Mapping[str, Any]
    """What distinguishes it from other tries of the same strategies."""
    policy: Mapping[str, Any]
    """What it was found under."""
    asked: Mapping[str, str | None]
    """Folder and days as they were asked for."""
    data: str
    """A digest of the candles."""
    folder: str
    result: BacktestResult
    returns: Floats
    """Of each day."""
    sharpe: float | None
    """Annual."""

    @property
    def name(self) -> str:
        """The strategies as one."""
        return "+".join(self.strategies)

    def line(self, at_ms: int) -> dict[str, Any]:
        """What is kept of it."""
        result = self.result
        return {
            "at": datetime_of(at_ms).isoformat(timespec="seconds"),
            "kind": BACKTEST,
            "data": self.data,
            "folder": self.folder,
            "symbols": list(result.symbols),
            "candles": result.bars,
            "strategy": self.name,
            "days": len(self.returns),
            "asked": dict(self.asked),
            "policy": dict(self.policy),
            "set": dict(self.settings),
            "trades": len(result.trades),
            "equity": str(result.cash + result.net),
            "sharpe": self.sharpe,
            "path": result.fidelity,
            "first": f"{result.days[0]}",
            "last": f"{result.days[-1]}",
            "returns": plain_returns(self.returns),
        }


def record_trial(path: Path, trial: Trial, at_ms: int) -> None:
    """Add the backtest to what was tried."""
    append_lines(path, [trial.line(at_ms)])


def tried(path: Path, trial: Trial) -> tuple[Tried, Choice | str]:
    """Everything on record of these strategies on any of these shares, this backtest included.

    With it, the choice among those whose daily returns are known for the same days of the same shares, or
    why it cannot be cross-validated.
    """
    names = {*trial.strategies, trial.name}
    found, unreadable = recorded(path, names, trial.result.symbols)
    own = json.loads(json.dumps(trial.line(0)))
    found[identity_of(own)] = own
    count = Tried(
        trials=trials_from(found.values(), len(trial.returns)),
        kinds=Counter(str(one.get("kind", "sweep")) for one in found.values()),
        unreadable=unreadable,
    )
    if count.trials.count == 1:
        return count, "not applicable: one trial"
    alike = [daily for one in found.values() if (daily := _daily(one, own)) is not None]
    if len(alike) < _LEAST_ALIKE * count.trials.count:
        missing = count.trials.count - len(alike)
        return count, (
            f"the daily returns of {missing} of {count.trials.count} trials are not on record for these days "
            "and shares; sweep or backtest them again on the same ones"
        )
    return count, choice(alike)


def _daily(one: Mapping[str, Any], own: Mapping[str, Any]) -> Floats | None:
    """The daily returns of a line; None where they are not those of the same days and shares."""
    days = (one.get("first"), one.get("last"), sorted(one["symbols"]))
    if days != (own["first"], own["last"], sorted(own["symbols"])):
        return None
    try:
        returns = np.array(one.get("returns"), dtype=np.float64)
    except (TypeError, ValueError):
        return None
    is_whole = returns.shape == (len(own["returns"]),) and bool(np.isfinite(returns).all())
    return returns if is_whole else None


def text_of(tried_: Tried) -> str:
    """How much was tried, in words."""
    kinds: Sequence[str] = [f"{number} by {kind}" for kind, number in tried_.kinds.most_common()]
    lines = "1 line is" if tried_.unreadable == 1 else f"{tried_.unreadable} lines are"
    doubt = f"; {lines} unreadable, there may be more" if tried_.unreadable else ""
    return f"{tried_.trials.count} ({', '.join(kinds)}){doubt}"
