"""What the process takes of the machine, looked up now and then: it means reading files."""

from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.adapters.process_resources import resource_use
from trading_bot.engine.snapshot import ResourceUse

_EVERY_S = 5.0


@dataclass(slots=True)
class Measured:
    """Keeps the newest figures for some seconds."""

    now_s: Callable[[], float]
    _use: ResourceUse | None = None
    _at_s: float = float("-inf")

    def use(self) -> ResourceUse:
        """As of the last seconds."""
        if self._use is None or self.now_s() - self._at_s >= _EVERY_S:
            self._use, self._at_s = resource_use(), self.now_s()
        return self._use
