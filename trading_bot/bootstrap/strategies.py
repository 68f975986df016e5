"""The strategies of a run, made from their settings."""

from collections.abc import Callable, Mapping

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.tree import Settings
from trading_bot.strategies.registry import strategy_factory
from trading_bot.strategies.strategy import Strategy


def _confluence(settings: Settings) -> Strategy:
    from trading_bot.strategies.confluence import Confluence  # noqa: PLC0415  # brings TA-Lib

    return Confluence(settings.confluence)


def _ema_cross(settings: Settings) -> Strategy:
    from trading_bot.strategies.ema_cross import EmaCross  # noqa: PLC0415  # brings TA-Lib

    return EmaCross(settings.strategies.ema_cross)


_WITH_SECTIONS: Mapping[str, tuple[str, Callable[[Settings], Strategy]]] = {
    "confluence": ("[confluence]", _confluence),
    "ema_cross": ("[strategies.ema_cross]", _ema_cross),
}


def chosen_strategies(settings: Settings) -> tuple[Strategy, ...]:
    """Every strategy that is configured, in its order, with the settings of its table.

    Raises SettingsError as `require_strategies` does.
    """
    others = require_strategies(settings)
    return tuple(
        _WITH_SECTIONS[name][1](settings) if name in _WITH_SECTIONS else others[name]
        for name in settings.run.strategies
    )


def require_strategies(settings: Settings) -> Mapping[str, Strategy]:
    """Every strategy by name that is not ours; ours are not loaded, since their settings were read already.

    Tables of strategies that do not run are read as well, so that a misspelt one is told. Raises
    SettingsError for a name that is not installed, and for a table that does not fit.
    """
    made = {name: _made(name, table) for name, table in settings.strategies.own.items()}
    try:
        for name in settings.run.strategies:
            if name not in _WITH_SECTIONS and name not in made:
                made[name] = strategy_factory(name)({})
    except SettingsError as error:
        raise SettingsError(f"run.strategies: {error}") from error
    return made


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
