"""What a sweep plays: a strategy, its sets, and the policy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple

from pydantic import ValidationError

from trading_bot.backtest.sweeps.grid import ParameterSet
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.domain.candles.interval import interval_text
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.section import complaints
from trading_bot.strategies.registry import StrategyFactory, strategy_factory
from trading_bot.strategies.strategy import Strategy

TIMEFRAME_S = MS_PER_MINUTE // MS_PER_SECOND
_OF_EXITS = ("atr_stop_multiple", "atr_target_multiple")
"""Rules of exits that a sweep may vary. Trailing is not played at closes."""


class Case(NamedTuple):
    """One set, ready to play."""

    strategy: Strategy
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A strategy by its name, and the sets to play."""

    strategy: str
    policy: Policy
    sets: tuple[ParameterSet, ...]

    def cases(self) -> Iterator[Case]:
        """The sets, ready to play. Raises SettingsError."""
        made = strategy_factory(self.strategy)
        return (_case(made, self.policy, values) for values in self.sets)

    def parts(self, size: int) -> tuple["Plan", ...]:
        """The same in plans of at most `size` sets."""
        firsts = range(0, len(self.sets), size)
        return tuple(replace(self, sets=self.sets[first : first + size]) for first in firsts)


class Refused(NamedTuple):
    """Sets that cannot be."""

    sets: int
    why: str
    """Of the first."""


def plan_of(strategy: str, policy: Policy, sets: Iterable[ParameterSet]) -> tuple[Plan, Refused]:
    """Plan the sets that the strategy's settings allow, and count the others.

    Raises SettingsError for an unknown strategy or parameter, for a strategy that the policy cannot play, and
    when no set is left.
    """
    made = strategy_factory(strategy)
    _require_playable(strategy, made({}))
    known = _parameters(made)
    kept, refusals = [], []
    for one in sets:
        _require_known(strategy, one, known)
        try:
            _require_playable(strategy, _case(made, policy, one).strategy)
        except SettingsError as error:
            refusals.append(str(error))
        else:
            kept.append(one)
    if not kept:
        raise SettingsError(f"no set can be played: {refusals[0] if refusals else 'none was named'}")
    plan = Plan(strategy=strategy, policy=policy, sets=tuple(kept))
    return plan, Refused(len(refusals), refusals[0] if refusals else "")


def require_choosable(strategy: str, parameters: Iterable[str]) -> None:
    """Raise SettingsError for an unknown strategy or parameter, or a strategy that a sweep cannot play."""
    made = strategy_factory(strategy)
    _require_playable(strategy, made({}))
    _require_known(strategy, parameters, _parameters(made))


def _case(made: StrategyFactory, policy: Policy, values: ParameterSet) -> Case:
    of_exits = {name: value for name, value in values.items() if name in _OF_EXITS}
    strategy = made({name: value for name, value in values.items() if name not in of_exits})
    if not of_exits:
        return Case(strategy, policy)
    try:
        exits = type(policy.risk.exits).model_validate(policy.risk.exits.model_dump() | of_exits)
    except ValidationError as error:
        raise SettingsError(f"risk.exits: {complaints(error)}") from error
    return Case(strategy, replace(policy, risk=policy.risk.model_copy(update={"exits": exits})))


def _parameters(made: StrategyFactory) -> tuple[str, ...]:
    settings_type = getattr(type(made({})), "settings_type", None)
    return (*getattr(settings_type, "model_fields", ()), *_OF_EXITS)


def _require_known(strategy: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            alike = get_close_matches(name, known)
            hint = f"did you mean {', '.join(alike)}?" if alike else f"there are {', '.join(known)}"
            raise SettingsError(f"{strategy} has no parameter {name!r}; {hint}")


def _require_playable(name: str, strategy: Strategy) -> None:
    if strategy.timeframe_s != TIMEFRAME_S:
        raise SettingsError(
            f"{name} wants candles of {interval_text(strategy.timeframe_s)}: a sweep plays those of "
            f"{interval_text(TIMEFRAME_S)} only"
        )
    if strategy.warm_up.required:
        raise SettingsError(
            f"{name} needs {strategy.warm_up.required} candles before it may act: a sweep begins with the"
            " first candle, and plays strategies that need none"
        )
    if getattr(strategy, "close_days", 0):
        raise SettingsError(
            f"{name} looks at the closes of whole days before: a sweep knows none, and plays strategies that"
            " need none"
        )
