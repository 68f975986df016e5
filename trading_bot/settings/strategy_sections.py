"""Settings of strategies by their names."""

from typing import Any

from pydantic import Field

from trading_bot.domain.section import Section
from trading_bot.strategies.ema_cross_settings import EmaCrossSettings


class StrategySections(Section):
    """Settings of single strategies; confluence has the section [confluence]."""

    own: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """A table for each strategy of yours, by its name in run.strategies: [strategies.own.NAME] or
    [strategies.own."module:Class"]. The strategy says which keys there are."""
    ema_cross: EmaCrossSettings = EmaCrossSettings()
