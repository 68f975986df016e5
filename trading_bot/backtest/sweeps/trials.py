"""The record of everything that was tried: a best one says little without the number of the others.

Whatever a person can choose again until the result pleases makes another trial: the set of numbers, rules and
code, the fee and what else a result was found under, the seed, shares, the folder, days that were named. Cash
and units scale a result and leave its ratio, so they make none; nor do days that a folder gained since, nor
the windows of a walk-forward. What a scenario of stress brought is nobody's to choose, and does not count.
"""

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.grid import ParameterSet
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.domain.ist import date_of, datetime_of
from trading_bot.research.deflated_sharpe import Trials, trials_of
from trading_bot.research.ratios import TRADING_DAYS

BACKTEST = "backtest"
"""The kind of a line that a backtest left."""
SHADOW = "shadow"
"""The kind of a line that a shadow left."""
_SCALING = frozenset({"cash", "quantity"})
"""What of a policy changes the size of a result and not its ratio."""
_RETURNS_MOST = 2_000_000
"""Daily returns of one attempt that are kept, some twenty bytes each; of a larger one none are."""


class Attempt(NamedTuple):
    """Sets that were tried together."""

    kind: str
    """Which command tried them."""
    folder: str
    market: Market
    strategy: str
    policy: Policy
    sets: Sequence[ParameterSet]
    figures: Sequence[Figures]
    asked: Mapping[str, str | None]
    """Folder and days as they were asked for, see `asked_for`."""


class Record(NamedTuple):
    """What was tried of one strategy on any of some shares."""

    trials: Trials
    earlier: int
    """Of them, before."""
    unreadable: int
    """Lines that may be more."""


def asked_for(folder: Path, first: date | None, last: date | None) -> dict[str, str | None]:
    """Which data were asked for; None where no day was named."""
    days = {"first": first, "last": last}
    return {"folder": str(folder.resolve())} | {
        name: None if day is None else f"{day}" for name, day in days.items()
    }


def append_trials(path: Path, attempt: Attempt, at_ms: int) -> None:
    """Add a line for each set; the file and its folder are made where they are missing."""
    common = _common(attempt, at_ms)
    keeps_returns = len(attempt.sets) * len(attempt.market.days) <= _RETURNS_MOST
    append_lines(
        path,
        (
            common | _figures(values, figures) | (_returns(figures) if keeps_returns else {})
            for values, figures in zip(attempt.sets, attempt.figures, strict=True)
        ),
    )


def record_of(path: Path, attempt: Attempt) -> Record:
    """Every set that was tried, now and before, each once."""
    symbols = {one.symbol for one in attempt.market.instruments}
    found, unreadable = recorded(path, {attempt.strategy}, symbols)
    common = _common(attempt, 0)
    lines = (
        common | _figures(values, figures)
        for values, figures in zip(attempt.sets, attempt.figures, strict=True)
    )
    now = {identity_of(line): line for line in lines}
    earlier = len(found.keys() - now.keys())
    return Record(trials_from((found | now).values(), len(attempt.market.days)), earlier, unreadable)


def recorded(
    path: Path, strategies: Collection[str], symbols: Collection[str]
) -> tuple[dict[str, dict[str, Any]], int]:
    """The line of each trial of these strategies on any of these shares, of several that with most days.

    With them, how many lines cannot be read. A walk-forward leaves a line for each window of days.
    """
    found: dict[str, dict[str, Any]] = {}
    unreadable = 0
    for line in _lines(path):
        trial = _trial(line)
        if trial is None:
            unreadable += 1
        elif _is_under_stress(trial):
            continue
        elif trial["strategy"] in strategies and set(symbols) & set(trial["symbols"]):
            known = found.setdefault(identity_of(trial), trial)
            if _days(trial) >= _days(known):
                found[identity_of(trial)] = trial
    return found, unreadable


def identity_of(trial: Mapping[str, Any]) -> str:
    """What makes two lines the same trial.

    Lines of before do not say what was asked for: those of sweeps are told apart by their data, those of
    backtests by their set alone. What a policy says is None is as if it did not say it: lines of before know
    less of what there may be.
    """
    asked, policy = trial.get("asked"), trial.get("policy")
    if isinstance(asked, dict) and isinstance(policy, dict):
        stated = {name: value for name, value in policy.items() if value is not None}
        found_under = {name: value for name, value in stated.items() if name not in _SCALING}
        is_shadow = trial.get("kind") == SHADOW  # whose days bring their shares along
        where = [[] if is_shadow else sorted(map(str, trial["symbols"])), asked, found_under]
    else:
        where = [BACKTEST if trial.get("kind") == BACKTEST else trial["data"]]
    return json.dumps([trial["strategy"], trial["set"], *where], sort_keys=True)


def append_lines(path: Path, trials: Iterable[Mapping[str, Any]]) -> None:
    """Add trials as they are; the file and its folder are made where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{json.dumps(trial)}\n" for trial in trials))


def _common(attempt: Attempt, at_ms: int) -> dict[str, Any]:
    market, policy = attempt.market, attempt.policy
    return {
        "at": datetime_of(at_ms).isoformat(timespec="seconds"),
        "kind": attempt.kind,
        "data": market.digest,
        "folder": attempt.folder,
        "symbols": [one.symbol for one in market.instruments],
        "candles": market.bars,
        "first": f"{date_of(int(market.times[0]))}",
        "last": f"{date_of(int(market.times[-1]))}",
        "days": len(market.days),
        "asked": dict(attempt.asked),
        "strategy": attempt.strategy,
        "policy": {"cash": str(policy.cash), "fee": str(policy.fee), "quantity": policy.quantity},
    }


def _figures(values: ParameterSet, figures: Figures) -> dict[str, Any]:
    played = {} if figures.returns is None else {"days": len(figures.returns)}
    return played | {
        "set": values,
        "trades": figures.trades,
        "held": figures.held,
        "flow": str(figures.flow),
        "fees": str(figures.fees),
        "equity": str(figures.equity),
        "drawdown": figures.drawdown,
        "sharpe": figures.sharpe,
        "path": figures.path,
    }


def _returns(figures: Figures) -> dict[str, Any]:
    found = figures.returns
    return {} if found is None else {"returns": plain_returns(found)}


def plain_returns(returns: npt.NDArray[np.floating[Any]]) -> list[float]:
    """To seven significant digits."""
    return [float(f"{value:.7g}") for value in returns.tolist()]


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file


def _trial(line: str) -> dict[str, Any] | None:
    try:
        trial = json.loads(line)
    except ValueError:
        return None
    wanted = {"strategy": str, "symbols": list, "data": str, "set": dict, "sharpe": float | int | None}
    is_whole = isinstance(trial, dict) and all(
        name in trial and isinstance(trial[name], kind) for name, kind in wanted.items()
    )
    return trial if is_whole and math.isfinite(trial["sharpe"] or 0) else None


def _is_under_stress(trial: Mapping[str, Any]) -> bool:
    policy = trial.get("policy")
    return isinstance(policy, dict) and policy.get("stress") is not None


def trials_from(lines: Iterable[Mapping[str, Any]], days: int) -> Trials:
    """Count trials, with the spread of their Sharpe ratios of one day as a record of so many days shows it.

    Luck moves the ratio of n days by 1 / sqrt(n): one of a week would widen the spread of those of two years.
    """
    return trials_of((_daily_ratio(line, days) for line in lines), days)


def _daily_ratio(line: Mapping[str, Any], days: int) -> float | None:
    if line["sharpe"] is None:
        return None
    scale = _days(line) / days if _days(line) and days else 1.0
    return float(line["sharpe"]) * math.sqrt(scale / TRADING_DAYS)


def _days(line: Mapping[str, Any]) -> int:
    """The days behind a line's ratio; 0 where it does not say, as lines of before may not."""
    returns, counted = line.get("returns"), line.get("days")
    if isinstance(counted, int) and counted > 0:
        return counted
    return len(returns) if isinstance(returns, list) else 0
