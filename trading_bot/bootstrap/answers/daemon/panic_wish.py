"""`--panic-exit` with a daemon alive: tell it, and follow it until it is flat.

It imports little: every tenth of a second counts, and the daemon does the work.
"""

import time
from pathlib import Path

from trading_bot.bootstrap.answers.daemon.following import Goal, Pause, Write, followed
from trading_bot.bootstrap.places import database_path, known_databases
from trading_bot.domain.errors import UserFacingError
from trading_bot.engine.inputs import OperatorWish
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

ASKED_BY = "--panic-exit"
FLAT = "flat: no position and no live order is left; entries stay off until resume"


def panic_database(settings: Settings, *, attached: bool, now_ms: int) -> Path | None:
    """The journal of the run that is to be stopped; None when no replay has run yet."""
    if settings.mode is not Mode.REPLAY or attached:
        return database_path(settings, attached=attached, now_ms=now_ms)
    known = known_databases(settings)
    return known[0] if known else None


def panic_through_daemon(database: Path, write: Write, pause: Pause = time.sleep) -> int | None:
    """Tell the running daemon and follow it until it is flat; None when none does: then it is up to us.

    The exit code is 0 once the broker shows nothing open, 1 when it does not within a minute, or when the
    daemon does not ask it.
    """
    goal = Goal(
        wish=OperatorWish.PANIC,
        asked_by=ASKED_BY,
        taken="panic is latched in the running daemon; following it until everything is flat",
        is_reached=lambda status: status["is_confirmed_flat"],
        reached=FLAT,
    )
    try:
        return followed(database, goal, write, pause)
    except UserFacingError as error:  # it could not take the wish, for one because it cannot write it down
        write(str(error))
        return None
