"""Questions to the broker, all at once, each with its own end: a broker that hangs must not hang `check`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from trading_bot.domain.errors import LoginNeededError, NotAuthorisedError, ReadFailedError
from trading_bot.report.check_line import CheckLine, doubtful, failed

LOGIN = "python main.py login"
CONNECTION = "check this machine's connection, and the broker's status page"
LIMIT_S = 8.0
"""What one look may take in all, its wait for a free thread included."""


class Look(NamedTuple):
    """One question to the broker, and what it means when it stays unanswered."""

    name: str
    ask: Callable[[], Awaitable[CheckLine]]
    is_vital: bool = True
    """Whether nothing can be traded while it is not answered: red, else yellow."""


class Progress(Protocol):
    """Shows what is still waited for."""

    def waits_for(self, names: Sequence[str]) -> None:
        """Show these; none are left when it is empty."""
        ...


class NoProgress:
    """Shows nothing."""

    def waits_for(self, names: Sequence[str]) -> None:
        """Do nothing."""


async def looked(looks: Sequence[Look], progress: Progress) -> Sequence[CheckLine]:
    """The lines of all looks, in their order."""
    waiting = [look.name for look in looks]
    progress.waits_for(waiting)

    async def line(look: Look) -> CheckLine:
        found = await _line(look)
        waiting.remove(look.name)
        progress.waits_for(waiting)
        return found

    return await asyncio.gather(*map(line, looks))


async def _line(look: Look) -> CheckLine:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await look.ask()
    except TimeoutError:
        return _unanswered(look, f"no answer within {LIMIT_S:g} s")
    except NotAuthorisedError as error:
        return failed(look.name, str(error), LOGIN, LoginNeededError.exit_code)
    except ReadFailedError as error:
        return _unanswered(look, str(error))


def _unanswered(look: Look, why: str) -> CheckLine:
    if look.is_vital:
        return failed(look.name, why, CONNECTION)
    return doubtful(look.name, f"unknown: {why}", CONNECTION)
