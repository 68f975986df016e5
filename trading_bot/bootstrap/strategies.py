"""The strategies of a run, made from their settings."""

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
    return tuple(
        Confluence(settings.confluence) if name == _FLAGSHIP else strategy_factory(name)({})
        for name in settings.run.strategies
    )
