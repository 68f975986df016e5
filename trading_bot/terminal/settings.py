"""Settings of the terminal view."""

from enum import StrEnum

from pydantic import Field

from trading_bot.domain.section import Section


class View(StrEnum):
    """What the daemon shows while it runs."""

    AUTO = "auto"
    SCREEN = "screen"
    LINES = "lines"
    QUIET = "quiet"


class TerminalSettings(Section):
    """What is shown while the daemon runs."""

    view: View = View.AUTO
    """auto: the screen on a terminal, else one line now and then; screen, lines and quiet force one."""
    refreshes_per_s: float = Field(default=4.0, gt=0, le=30)
    """How often the screen is drawn."""
    line_every_s: float = Field(default=30.0, gt=0, le=3_600)
    """Seconds between two plain lines."""


def chosen_view(settings: TerminalSettings, *, is_terminal: bool) -> View:
    """The view in effect: `auto` is the screen on a terminal, else lines."""
    if settings.view is not View.AUTO:
        return settings.view
    return View.SCREEN if is_terminal else View.LINES
