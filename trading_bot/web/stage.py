"""What the app shows at the moment: the daemon's day, its rest between sessions, or nothing in between."""

from dataclasses import dataclass

from trading_bot.domain.errors import TradingBotError
from trading_bot.web.views import Watched, Why


class NobodyThereError(TradingBotError):
    """The daemon is between two states, and answers again in a moment."""


@dataclass(slots=True)
class Stage:
    """Holds whoever is watched."""

    mode: str
    why: Why | None = None
    """Who explains what is watched; None where nobody does."""
    _watched: Watched | None = None

    def show(self, watched: Watched | None, why: Why | None = None) -> None:
        """From now on watch this one."""
        self._watched, self.why = watched, why

    @property
    def watched(self) -> Watched:
        """The one who is watched. Raises NobodyThereError."""
        if self._watched is None:
            raise NobodyThereError("the daemon is between two states: try again in a moment")
        return self._watched
