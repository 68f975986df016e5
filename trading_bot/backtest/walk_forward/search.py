"""Looks for the best set on one stretch of candles with Optuna; what was tried is kept and taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from trading_bot.backtest.sweeps.grid import Axis, sets_of
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.walk_forward.played_sets import WHOLE, Places, PlayedSets, Stretch, Tried
from trading_bot.backtest.walk_forward.sampler import Pruner, Sampler
from trading_bot.domain.errors import HistoryError, SettingsError, UserFacingError
from trading_bot.domain.ist import date_of
from trading_bot.report.wording import plural
from trading_bot.research.daily import start_of_day


class Found(NamedTuple):
    """The best of what was tried."""

    best: Tried
    trials: int
    """Sets that could be played, each once, those that were given up included."""
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
    pruner: Pruner = Pruner.NONE
    storage: Path | None = None
    """A SQLite file in which studies outlive the process; None keeps nothing."""

    def best(self, stretch: Stretch, name: str) -> Found:
        """Search on a stretch; `name` tells the study from all others in the storage.

        Raises HistoryError when no set has a Sharpe ratio there, SettingsError when the strategy refuses all.
        """
        stored = self._stored(name)
        known = list(stored.get_trials(deepcopy=False)) if stored is not None else []
        study = self._study(len(known))
        study.add_trials(known)
        sets = PlayedSets(strategy=self.strategy, policy=self.policy, axes=self.axes, stretch=stretch)
        for trial in known:
            is_pruned = trial.state is _optuna().trial.TrialState.PRUNED
            sets.played(self._places(trial.params), trial.last_step if is_pruned else WHOLE)
        before = len(sets)
        for _ in range(self._missing(study, len(known))):
            self._try(study, sets)
        if stored is not None:
            stored.add_trials(study.get_trials(deepcopy=False)[len(known) :])
        ranked = [one for one in sets if one.is_whole and one.score is not None]
        if not ranked:
            raise _nothing_found(sets, stretch)
        best = max(ranked, key=lambda one: one.score or 0.0)
        return Found(best, len(list(sets)), tuple(sets.since(before)))

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

    def _try(self, study: Any, sets: PlayedSets) -> None:
        """Play the next set, stage by stage where sets are given up."""
        trial, states = study.ask(), _optuna().trial.TrialState
        chosen = {axis.name: trial.suggest_int(axis.name, 0, len(axis.values) - 1) for axis in self.axes}
        places = self._places(chosen)
        for stage in range(WHOLE) if self.pruner is not Pruner.NONE else ():
            tried = sets.played(places, stage)
            if tried is None or tried.is_whole or tried.score is None:
                continue
            trial.report(tried.score, stage)
            if trial.should_prune():
                study.tell(trial, state=states.PRUNED)
                return
        tried = sets.played(places)
        if tried is None or tried.score is None:
            study.tell(trial, state=states.FAIL)
        else:
            study.tell(trial, tried.score)

    def _places(self, chosen: dict[str, int]) -> Places:
        return tuple(chosen[axis.name] for axis in self.axes)

    def _axis(self, name: str) -> Sequence[int | float]:
        return next(axis.values for axis in self.axes if axis.name == name)

    def _study(self, known: int) -> Any:
        samplers, pruners = _optuna().samplers, _optuna().pruners
        made = {
            Sampler.TPE: samplers.TPESampler,
            Sampler.EVOLUTION: samplers.NSGAIISampler,
            Sampler.RANDOM: samplers.RandomSampler,
            Sampler.GRID: samplers.RandomSampler,  # its sets are given
        }[self.sampler]
        pruner = {
            Pruner.NONE: pruners.NopPruner,
            Pruner.MEDIAN: pruners.MedianPruner,
            Pruner.HALVING: lambda: pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
        }[self.pruner]()
        return _optuna().create_study(
            direction="maximize", sampler=made(seed=self.seed + known), pruner=pruner
        )

    def _stored(self, name: str) -> Any:
        if self.storage is None:
            return None
        self.storage.parent.mkdir(parents=True, exist_ok=True)
        return _optuna().create_study(
            study_name=name, storage=f"sqlite:///{self.storage}", direction="maximize", load_if_exists=True
        )


def _nothing_found(sets: PlayedSets, stretch: Stretch) -> UserFacingError:
    played = len(list(sets))
    if not played:
        return SettingsError(sets.refusal)
    first, last = (date_of(start_of_day(int(stretch.market.days[place]))) for place in (0, -1))
    return HistoryError(
        f"of {plural(played, 'set')} none has a Sharpe ratio from {first} to {last}, where one was to be "
        "chosen: nothing was traded, or it is a single day; give more days or other values"
    )


def search_error() -> type[Exception]:
    """What Optuna raises of its own, of its storage for example. Raises SettingsError where it is missing."""
    error: type[Exception] = _optuna().exceptions.OptunaError
    return error


def _optuna() -> Any:
    try:
        optuna: Any = import_module("optuna")  # an extra
    except ImportError as error:
        raise SettingsError(
            "walkforward searches with Optuna, which is not installed.\n  fix: pip install optuna"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
