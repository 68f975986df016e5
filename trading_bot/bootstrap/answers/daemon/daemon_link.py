"""Finding and asking the running daemon of the mode in effect."""

from pathlib import Path
from typing import Any

from trading_bot.adapters.instance_lock import Owner, read_owner
from trading_bot.bootstrap.answers.one_shot import ASKED_BY
from trading_bot.bootstrap.places import daemon_socket, known_databases, lock_paths
from trading_bot.control.client import NoDaemonError, ask
from trading_bot.domain.errors import UserFacingError
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings


def newest_database(settings: Settings) -> Path:
    """The journal that is meant: a running daemon's, else the one that was written last.

    Raises UserFacingError when the mode has never run.
    """
    databases = known_databases(settings)
    if not databases:
        raise UserFacingError(
            f"there is no journal of mode {settings.mode} in {settings.run.data_dir}/: nothing has run there "
            f"yet; `python main.py --mode {settings.mode}` starts it"
        )
    return next((path for path in databases if owner_of(settings, path) is not None), databases[0])


def ask_daemon(database: Path, wish: str) -> dict[str, Any]:
    """What the daemon that owns a journal answers.

    Raises NoDaemonError when none answers, UserFacingError when it says that it could not do it.
    """
    answer = ask(daemon_socket(database), wish, asked_by=ASKED_BY)
    if not answer.get("ok"):
        raise UserFacingError(f"the daemon answered: {answer.get('error', 'no reason given')}")
    status: dict[str, Any] = answer["status"]
    return status


def owner_of(settings: Settings, database: Path) -> Owner | None:
    """The process that owns a journal, None when nobody does."""
    owners = (read_owner(path) for path in lock_paths(settings, database))
    return next((owner for owner in owners if owner is not None), None)


def is_daemon_running(settings: Settings, *, with_replays: bool = False) -> bool:
    """Whether a daemon of the real market, or of replays too, runs with these settings, in whatever mode."""
    modes = (mode for mode in Mode if with_replays or mode is not Mode.REPLAY)
    for run in (settings.run.model_copy(update={"mode": mode}) for mode in modes):
        chosen = settings.model_copy(update={"run": run})
        if any(owner_of(chosen, database) is not None for database in known_databases(chosen)):
            return True
    return False


def owner_text(owner: Owner) -> str:
    """A process in words."""
    if owner.pid is None or owner.started_at_ms is None:
        return "another process"
    return f"process {owner.pid} (since {datetime_of(owner.started_at_ms):%Y-%m-%d %H:%M:%S} IST)"


__all__ = ["NoDaemonError", "ask_daemon", "is_daemon_running", "newest_database", "owner_of", "owner_text"]
