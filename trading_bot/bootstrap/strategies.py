"""The strategies of a run, made from their settings."""

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence import Confluence
from trading_bot.strategies.registry import strategy_factory
from trading_bot.strategies.strategy import Strategy

_FLAGSHIP = "confluence"


def chosen_strategies(settings: Settings) -> tuple[Strategy, ...]:
    """Every strategy that is configured, in its order.

    The flagship takes its own section; others come with their defaults. Raises SettingsError for a name that
    is not installed.
    """
    try:
        return tuple(
            Confluence(settings.confluence) if name == _FLAGSHIP else strategy_factory(name)({})
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
