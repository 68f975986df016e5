"""The strategies of a run, made from their settings."""

from collections.abc import Callable, Mapping

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence import Confluence
from trading_bot.strategies.ema_cross import EmaCross
from trading_bot.strategies.registry import strategy_factory
from trading_bot.strategies.strategy import Strategy

_WITH_SECTIONS: Mapping[str, tuple[str, Callable[[Settings], Strategy]]] = {
    "confluence": ("[confluence]", lambda settings: Confluence(settings.confluence)),
    "ema_cross": ("[strategies.ema_cross]", lambda settings: EmaCross(settings.strategies.ema_cross)),
}


def chosen_strategies(settings: Settings) -> tuple[Strategy, ...]:
    """Every strategy that is configured, in its order, with the settings of its table.

    Tables of strategies that do not run are read as well, so that a misspelt one is told. Raises
    SettingsError for a name that is not installed, and for a table that does not fit.
    """
    made = {name: _made(name, table) for name, table in settings.strategies.own.items()}
    try:
        return tuple(
            _WITH_SECTIONS[name][1](settings)
            if name in _WITH_SECTIONS
            else made[name]
            if name in made
            else strategy_factory(name)({})
            for name in settings.run.strategies
        )
    except SettingsError as error:
        raise SettingsError(f"run.strategies: {error}") from error


def strategies_of_closed_candles(settings: Settings) -> tuple[Strategy, ...]:
    """Every strategy, where there are no ticks.

    Raises SettingsError for one that looks at forming candles.
    """
    chosen = chosen_strategies(settings)
    for strategy in chosen:
        if strategy.provisional_interval_s:
            raise SettingsError(
                f"strategy {strategy.name!r} looks at candles that still form, every "
                f"{strategy.provisional_interval_s} s, and candles alone do not show how they formed.\n"
                "  fix: provisional_interval_s = 0, or --fidelity tick"
            )
    return chosen


def _made(name: str, table: Mapping[str, object]) -> Strategy:
    if name in _WITH_SECTIONS:
        section, _ = _WITH_SECTIONS[name]
        raise SettingsError(f"[strategies.own.{name}] is not read.\n  fix: write {section} instead")
    try:
        return strategy_factory(name)(table)
    except SettingsError as error:
        raise SettingsError(f"strategies.own: {error}") from error
