"""Looks for the best set on one stretch of candles with Optuna; what was tried is kept and taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.grid import Axis, ParameterSet, sets_of
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.walk_forward.sampler import Sampler
from trading_bot.domain.errors import HistoryError, SettingsError


class Tried(NamedTuple):
    """One set and what came of it."""

    values: ParameterSet
    figures: Figures


class Found(NamedTuple):
    """The best of what was tried."""

    best: Tried
    trials: int
    """Sets that could be played, each once."""
    new: tuple[Tried, ...]
    """Those of them that an earlier run had not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for, and how long."""

    strategy: str
    policy: Policy
    axes: tuple[Axis, ...]
    sampler: Sampler
    trials: int
    """Sets of each window that are asked for, for samplers other than the grid."""
    seed: int
    storage: Path | None = None
    """A SQLite file in which studies outlive the process; None keeps nothing."""

    def best(self, market: Market, name: str) -> Found:
        """Search on a market; `name` tells the study from all others in the storage.

        Raises HistoryError when no set has a Sharpe ratio there, SettingsError for axes that cannot be.
        """
        stored = self._stored(name)
        known = list(stored.get_trials(deepcopy=False)) if stored is not None else []
        study = self._study(None, len(known))
        study.add_trials(known)
        player, played = Player(market), dict[tuple[int, ...], Tried | None]()
        for trial in known:
            self._play(player, self._indices(trial.params), played)
        before = len(played)
        for _ in range(self._missing(study, len(known))):
            self._try(study, player, played)
        if stored is not None:
            stored.add_trials(study.get_trials(deepcopy=False)[len(known) :])
        every = [one for one in played.values() if one is not None]
        new = tuple(one for one in list(played.values())[before:] if one is not None)
        ranked = [one for one in every if one.figures.sharpe is not None]
        if not ranked:
            raise HistoryError(f"{name}: no set traded there; give more days or other values")
        return Found(max(ranked, key=lambda one: one.figures.sharpe or 0.0), len(every), new)

    @property
    def asked(self) -> int:
        """Sets of each window, repetitions included."""
        return len(list(sets_of(self.axes))) if self.sampler is Sampler.GRID else self.trials

    def _missing(self, study: Any, known: int) -> int:
        missing = max(0, self.asked - known)
        if self.sampler is Sampler.GRID and missing:
            for values in list(sets_of(self.axes))[known:]:
                study.enqueue_trial({name: self._axis(name).index(value) for name, value in values.items()})
        return missing

    def _try(self, study: Any, player: Player, played: dict[tuple[int, ...], Tried | None]) -> None:
        trial = study.ask()
        chosen = {axis.name: trial.suggest_int(axis.name, 0, len(axis.values) - 1) for axis in self.axes}
        tried = self._play(player, self._indices(chosen), played)
        ratio = None if tried is None else tried.figures.sharpe
        if ratio is None:
            study.tell(trial, state=_optuna().trial.TrialState.FAIL)
        else:
            study.tell(trial, ratio)

    def _play(
        self, player: Player, places: tuple[int, ...], played: dict[tuple[int, ...], Tried | None]
    ) -> Tried | None:
        """What comes of a set, None where the strategy refuses it; each is played once."""
        if places not in played:
            values = {axis.name: axis.values[place] for axis, place in zip(self.axes, places, strict=True)}
            try:
                plan, _ = plan_of(self.strategy, self.policy, [values])
            except SettingsError:
                played[places] = None
            else:
                played[places] = Tried(values, player.figures(plan)[0])
        return played[places]

    def _indices(self, chosen: dict[str, int]) -> tuple[int, ...]:
        return tuple(chosen[axis.name] for axis in self.axes)

    def _axis(self, name: str) -> Sequence[int | float]:
        return next(axis.values for axis in self.axes if axis.name == name)

    def _study(self, storage: Any, known: int) -> Any:
        samplers = _optuna().samplers
        made = samplers.RandomSampler if self.sampler is Sampler.RANDOM else samplers.TPESampler
        return _optuna().create_study(
            direction="maximize", storage=storage, sampler=made(seed=self.seed + known)
        )

    def _stored(self, name: str) -> Any:
        if self.storage is None:
            return None
        self.storage.parent.mkdir(parents=True, exist_ok=True)
        return _optuna().create_study(
            study_name=name, storage=f"sqlite:///{self.storage}", direction="maximize", load_if_exists=True
        )


def _optuna() -> Any:
    try:
        optuna: Any = import_module("optuna")  # an extra
    except ImportError as error:
        raise SettingsError(
            "walkforward searches with Optuna, which is not installed.\n  fix: pip install optuna"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
