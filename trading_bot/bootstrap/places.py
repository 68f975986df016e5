"""Where each mode keeps its files, by name: journal, lock, socket, token, lists and reports."""

import os
from collections.abc import Mapping
from pathlib import Path

from trading_bot.control.protocol import socket_path
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

DATABASES = {
    Mode.LIVE: "trading_bot.db",
    Mode.PAPER: "paper.db",
    Mode.ALERTS: "alerts.db",
    Mode.REPLAY: "replay.db",
}
"""Names of the journals that are kept from day to day."""
_SESSION_DATABASES = "replay-*.db"


def database_path(settings: Settings, *, attached: bool, now_ms: int) -> Path:
    """The journal that a run in the mode in effect writes.

    A replay that is not `attached` to a running simulator gets a file of its own, named by the moment.
    """
    if settings.mode is not Mode.REPLAY or attached:
        return kept_database(settings)
    stem = f"replay-{datetime_of(now_ms):%Y%m%d-%H%M%S}"
    names = (f"{stem}{ending}.db" for ending in ("", *(f"-{number}" for number in range(2, 100))))
    paths = (settings.run.data_dir / name for name in names)
    return next(path for path in paths if not path.exists())


def database_of(settings: Settings, mode: Mode) -> Path:
    """The journal of a mode, whichever is in effect."""
    return settings.run.data_dir / DATABASES[mode]


def stamps_folder(settings: Settings) -> Path:
    """What was tried once before real money is at stake."""
    return settings.run.data_dir / "stamps"


def known_databases(settings: Settings) -> tuple[Path, ...]:
    """The journals that the mode in effect has written so far, newest first."""
    folder = settings.run.data_dir
    paths = [kept_database(settings)]
    if settings.mode is Mode.REPLAY:
        paths += folder.glob(_SESSION_DATABASES)
    return tuple(sorted((path for path in paths if path.is_file()), key=_changed_at, reverse=True))


def kept_database(settings: Settings) -> Path:
    """The journal that the mode in effect writes from run to run; of replays, the one that attaches."""
    return settings.run.data_dir / DATABASES[settings.mode]


def journals_to_keep(settings: Settings) -> tuple[Path, ...]:
    """The journals of all modes that are there, but for those of replays, which can be played again."""
    modes = (Mode.LIVE, Mode.PAPER, Mode.ALERTS)
    paths = (settings.run.data_dir / DATABASES[mode] for mode in modes)
    return tuple(path for path in paths if path.is_file() and path.stat().st_size)


def lock_paths(
    settings: Settings, database: Path, *, account: str = "", environment: Mapping[str, str] = os.environ
) -> tuple[Path, ...]:
    """The locks that the owner of a journal holds, in the order in which they are taken.

    One lies beside the journal. In mode live there is one for the account as well, outside the data folder,
    so that a second checkout of the program finds it, too. `account` is the one that logged in; without it,
    the configured one counts.
    """
    beside = database.with_suffix(".lock")
    whose = account or settings.upstox.account
    if settings.mode is not Mode.LIVE or not whose:
        return (beside,)
    return beside, state_folder(environment) / f"live-{whose}.lock"


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's folder for what outlives a checkout: XDG_STATE_HOME, else ~/.local/state."""
    configured = environment.get("XDG_STATE_HOME", "")
    return (Path(configured) if configured else Path.home() / ".local" / "state") / "trading_bot"


def daemon_socket(database: Path) -> Path:
    """Where the daemon that owns a journal listens."""
    return socket_path(database)


def token_path(settings: Settings) -> Path:
    """The token of the day; readable by its owner only."""
    return settings.run.data_dir / "upstox_token.json"


def web_token_path(settings: Settings) -> Path:
    """The tokens of the dashboard that the first start made; readable by their owner only."""
    return settings.web.token_file or settings.run.data_dir / "web_tokens.toml"


def instruments_folder(settings: Settings) -> Path:
    """The broker's instrument files of the last days."""
    return settings.run.data_dir / "instruments"


def inputs_folder(settings: Settings) -> Path:
    """Recorded inputs, for an exact replay."""
    return settings.run.data_dir / "inputs"


def history_path(settings: Settings) -> Path:
    """The store of downloaded and imported candles."""
    return settings.run.history_store


def reports_folder(settings: Settings) -> Path:
    """The reports of all runs."""
    return settings.run.data_dir / "reports"


def shadows_folder(settings: Settings) -> Path:
    """The days that shadows have played."""
    return settings.run.data_dir / "shadows"


def promotions_folder(settings: Settings) -> Path:
    """The verdicts that mode live looks for."""
    return settings.run.data_dir / "promotions"


def trials_path(settings: Settings) -> Path:
    """Every set of numbers that was ever tried, one a line."""
    return settings.run.data_dir / "research" / "trials.jsonl"


def studies_path(settings: Settings) -> Path:
    """Searches that can be taken up again."""
    return settings.run.data_dir / "research" / "studies.db"


def unfinished_sweeps_folder(settings: Settings) -> Path:
    """What interrupted sweeps have played, to be taken up again."""
    return settings.run.data_dir / "research" / "unfinished"


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime
