"""The record of everything that was tried: a best one says little without the number of the others."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.grid import ParameterSet
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.domain.ist import date_of, datetime_of
from trading_bot.research.deflated_sharpe import Trials
from trading_bot.research.ratios import TRADING_DAYS

BACKTEST = "backtest"
"""The kind of a line that a backtest left."""
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


class Record(NamedTuple):
    """What was tried of one strategy on any of some shares."""

    trials: Trials
    earlier: int
    """Of them, in earlier sweeps."""
    unreadable: int
    """Lines that may be more."""


def append_trials(path: Path, attempt: Attempt, at_ms: int) -> None:
    """Add a line for each set; the file and its folder are made where they are missing."""
    common = _common(attempt, at_ms)
    keeps_returns = len(attempt.sets) * len(attempt.market.days) <= _RETURNS_MOST
    append_lines(
        path,
        (
            common | {"set": values} | _figures(figures) | (_returns(figures) if keeps_returns else {})
            for values, figures in zip(attempt.sets, attempt.figures, strict=True)
        ),
    )


def record_of(path: Path, attempt: Attempt) -> Record:
    """Every set that was tried, now and before, each on its data once."""
    symbols = {one.symbol for one in attempt.market.instruments}
    before, unreadable = recorded(path, {attempt.strategy}, symbols)
    found = {name: trial["sharpe"] for name, trial in before.items()}
    now = {
        _identity(attempt.market.digest, values): figures.sharpe
        for values, figures in zip(attempt.sets, attempt.figures, strict=True)
    }
    earlier = len(found.keys() - now.keys())
    return Record(trials_from((found | now).values()), earlier, unreadable)


def recorded(
    path: Path, strategies: Collection[str], symbols: Collection[str]
) -> tuple[dict[str, dict[str, Any]], int]:
    """The newest line of each trial of these strategies on any of these shares, and how many cannot be read.

    A set is another trial on other data; a backtest of the same settings is the same one.
    """
    found: dict[str, dict[str, Any]] = {}
    unreadable = 0
    for line in _lines(path):
        trial = _trial(line)
        if trial is None:
            unreadable += 1
        elif trial["strategy"] in strategies and set(symbols) & set(trial["symbols"]):
            found[identity_of(trial)] = trial
    return found, unreadable


def identity_of(trial: Mapping[str, Any]) -> str:
    """What makes two lines the same trial."""
    is_backtest = trial.get("kind") == BACKTEST
    return _identity(BACKTEST if is_backtest else trial["data"], trial["set"])


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
        "strategy": attempt.strategy,
        "policy": {"cash": str(policy.cash), "fee": str(policy.fee), "quantity": policy.quantity},
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
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
    return trial if is_whole else None


def _identity(data: str, values: Mapping[str, Any]) -> str:
    return f"{data} {json.dumps(values, sort_keys=True)}"


def trials_from(ratios: Iterable[float | None]) -> Trials:
    """Count trials, and the spread of their annual Sharpe ratios as ratios of one day."""
    every = list(ratios)
    known = np.array([ratio for ratio in every if ratio is not None]) / np.sqrt(TRADING_DAYS)
    return Trials(count=len(every), variance=float(known.var(ddof=1)) if known.size > 1 else 0.0)
