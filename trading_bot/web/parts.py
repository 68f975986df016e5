"""What the routes are made of, put together once."""

from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.web.access import Access
from trading_bot.web.hub import Hub
from trading_bot.web.panic_codes import PanicCodes
from trading_bot.web.settings import WebSettings
from trading_bot.web.stage import Stage

LogLines = Callable[[int], list[str]]
"""The newest lines of the log, oldest first, without secrets; called in a thread of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that answers need."""

    settings: WebSettings
    stage: Stage
    access: Access
    hub: Hub
    panic_codes: PanicCodes
    log_lines: LogLines
    wall_ms: Callable[[], int]
