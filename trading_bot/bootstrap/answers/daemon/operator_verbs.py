"""What a person asks of the running daemon: `status`, `resume`, `pause`, `flatten`.

While it does not run, its journal answers `status` and takes `resume`; the others need a daemon.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trading_bot.bootstrap.answers.daemon.daemon_link import (
    NoDaemonError,
    ask_daemon,
    newest_database,
    owner_of,
    owner_text,
)
from trading_bot.bootstrap.answers.daemon.following import Goal, Pause, Write, followed, is_ours_flat
from trading_bot.bootstrap.answers.one_shot import ASKED_BY
from trading_bot.bootstrap.places import known_databases
from trading_bot.control.protocol import STATUS
from trading_bot.domain.errors import UserFacingError
from trading_bot.engine.inputs import OperatorWish
from trading_bot.settings.tree import Settings

_PAUSED = "paused: no new entries until `python main.py resume`; positions keep their stops and exits"
_FLATTEN = Goal(
    wish=OperatorWish.FLATTEN,
    asked_by=ASKED_BY,
    taken="entries are paused; the running daemon closes its positions, following it until they are closed",
    is_reached=is_ours_flat,
    reached="flat: the bot holds no position and has no live order; entries stay off until resume",
)


def current_status(settings: Settings) -> Mapping[str, Any]:
    """The status document: of the running daemon, else of the newest journal.

    Raises UserFacingError when the mode has never run or its journal cannot be read.
    """
    database = newest_database(settings)
    try:
        return ask_daemon(database, STATUS)
    except NoDaemonError as error:
        owner = owner_of(settings, database)
        note = "" if owner is None else f"{owner_text(owner)} owns {database} but does not answer: {error}"
    from trading_bot.bootstrap.answers.daemon.stopped_verbs import stopped_status  # noqa: PLC0415  # reads databases

    return stopped_status(settings, database, note)


def release(settings: Settings, *, now_ms: int) -> str:
    """Release panic and every halt that waits for a person, and say which these were.

    Raises AlreadyRunningError when a daemon owns the journal but does not answer, UserFacingError when the
    journal cannot be read or written.
    """
    database = newest_database(settings)
    try:
        before = ask_daemon(database, STATUS)["halts"]
        return _told(before, ask_daemon(database, OperatorWish.RESUME)["halts"])
    except NoDaemonError:
        from trading_bot.bootstrap.answers.daemon.stopped_verbs import release_in_journal  # noqa: PLC0415  # as above

        return _told(*release_in_journal(settings, database, now_ms))


def pause_entries(settings: Settings) -> str:
    """Have the running daemon enter nothing new. Raises UserFacingError when none answers."""
    database = _known_database(settings, "pause")
    try:
        ask_daemon(database, OperatorWish.PAUSE)
    except NoDaemonError as error:
        raise _nobody(settings, database, "pause") from error
    return _PAUSED


def close_all(settings: Settings, write: Write, pause: Pause = time.sleep) -> int:
    """Have the running daemon enter nothing new and close all positions of its own; 0 once it has.

    Follows it for a minute, and returns 1 when it is not flat then. Raises UserFacingError when none answers.
    """
    database = _known_database(settings, "flatten")
    try:
        ask_daemon(database, OperatorWish.PAUSE)
    except NoDaemonError as error:
        raise _nobody(settings, database, "flatten") from error
    code = followed(database, _FLATTEN, write, pause)
    if code is None:
        raise UserFacingError(
            "the daemon answers no more; if it ended, start it again: it goes on closing. "
            "`python main.py --panic-exit` closes without it"
        )
    return code


def _known_database(settings: Settings, verb: str) -> Path:
    databases = known_databases(settings)
    if not databases:
        raise _nobody(settings, None, verb)
    return newest_database(settings)


def _nobody(settings: Settings, database: Path | None, verb: str) -> UserFacingError:
    owner = None if database is None else owner_of(settings, database)
    if owner is not None:
        return UserFacingError(
            f"{owner_text(owner)} owns {database} but does not answer: nothing was asked of it. To stop it, "
            "end that process (stops rest at the broker); `--panic-exit` ends it and closes what is open"
        )
    return UserFacingError(
        f"no daemon of mode {settings.mode} runs: there is nothing to {verb}, and nothing enters. Does it "
        "run in another --mode? `status` shows what the last one left; `--panic-exit` closes it"
    )


def _told(before: Sequence[str], after: Sequence[str]) -> str:
    released = [halt for halt in before if halt not in after]
    lines = [f"released: {halt}" for halt in released] or ["nothing waited to be released"]
    return "\n".join([*lines, *(f"still in force: {halt}" for halt in after)])
