"""`check`: whether everything is in place to trade."""

import stat
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from trading_bot.commands.context import Context
from trading_bot.commands.machine_checks import machine_lines
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import date_of
from trading_bot.report.check_line import (
    CheckLine,
    check_json,
    check_text,
    doubtful,
    exit_code_of,
    failed,
    passed,
)
from trading_bot.risk.ramp.settings import looser_than_usual
from trading_bot.settings.folders import make_folder
from trading_bot.settings.load import DOTENV_FILE, LoadedSettings, load_settings
from trading_bot.settings.run import Mode
from trading_bot.settings.shadows import shadow_settings
from trading_bot.settings.tree import REFUSALS, Settings
from trading_bot.web.settings import is_loopback

_ALLOWED = {
    "live opt-in": "mode {mode} sends no real orders",
    "ramp opt-out": "no stage is skipped by settings",
    "protection": "every position gets a resting stop, and is closed in the session",
    "square-off": "ours comes before the broker's own",
    "login by phone": "no token can come in but that of the configured account",
    "dashboard": "it is off, on loopback, or open on purpose and with a token",
}


def run_check(arguments: Namespace, context: Context) -> int:
    """Look at everything, show it, and return 0 when nothing failed."""
    settings_line, loaded = checked_settings(context)
    folder = context.places.folder
    needs_time = loaded is not None and loaded.settings.mode is not Mode.REPLAY
    written = [folder] if loaded is None else written_folders(loaded.settings, folder)
    lines = [
        settings_line,
        dotenv_line(folder / DOTENV_FILE),
        *machine_lines(written, context.now_ms(), needs_time=needs_time),
    ]
    if loaded is not None:
        today = date_of(context.now_ms())
        lines += settings_lines(loaded.settings, folder)
        lines += context.backend.check_lines(loaded.settings, today, is_offline=arguments.offline)
        lines += context.backend.launch_lines(loaded.settings) if arguments.launch else []
    context.write(check_json(lines) if arguments.json else check_text(lines, in_colour=context.in_colour))
    return exit_code_of(lines)


def add_check_options(parser: ArgumentParser) -> None:
    """What `check` may leave out, or look at besides."""
    parser.add_argument(
        "--offline", action="store_true", help="ask nobody over the network; what was not looked at is told"
    )
    parser.add_argument("--launch", action="store_true", help="and all that should be done before going live")


def checked_settings(context: Context) -> tuple[CheckLine, LoadedSettings | None]:
    """Whether the settings load, and the settings if they do."""
    try:
        loaded = load_settings(context.places)
    except SettingsError as error:
        fix = "mend what is listed; config/default.toml explains every key"
        return failed("settings", str(error), fix, SettingsError.exit_code), None
    if loaded.warnings:
        return doubtful("settings", "; ".join(loaded.warnings), "see `config show`"), loaded
    changed = len(loaded.origins)
    return passed(
        "settings", f"mode {loaded.settings.mode}, {changed} values differ from the defaults"
    ), loaded


def written_folders(settings: Settings, folder: Path) -> list[Path]:
    """Where the journal and the logs lie: perhaps on disks of their own."""
    return [folder / settings.run.data_dir, folder / settings.logs.folder]


def settings_lines(settings: Settings, folder: Path) -> list[CheckLine]:
    """What follows from the settings."""
    data, logs = written_folders(settings, folder)
    return [
        folder_line("data folder", data),
        folder_line("logs folder", logs),
        *refusal_lines(settings),
        *shadow_lines(settings),
    ]


def shadow_lines(settings: Settings) -> list[CheckLine]:
    """Whether the shadows can be played; nothing is said where there are none."""
    if not settings.shadow:
        return []
    good, broken = [], []
    for name in settings.shadow:
        try:
            shadow_settings(settings, name)
        except SettingsError as error:
            broken.append(str(error))
        else:
            good.append(name)
    mend = "mend the table; the other shadows are played, and nothing that trades depends on it"
    return [
        *([passed("shadows", ", ".join(good))] if good else []),
        *(doubtful("shadows", text, mend) for text in broken),
    ]


def dotenv_line(path: Path) -> CheckLine:
    """Whether `.env` is kept from other users."""
    if not path.exists() or not path.stat().st_size:
        return passed(".env", "none: replay works without")
    mode = stat.S_IMODE(path.stat().st_mode)
    fix = f"chmod 600 {path}"
    if mode & stat.S_IRWXO:
        message = f"every user may get at it: mode {mode:o}; with a secret in it a start refuses it"
        return failed(".env", message, fix, SettingsError.exit_code)
    if mode & stat.S_IRWXG:
        return doubtful(".env", f"its group may get at it: mode {mode:o}", fix)
    return passed(".env", f"mode {mode:o}")


def folder_line(name: str, path: Path) -> CheckLine:
    """Whether a folder exists or can be made, can be written, and is kept from other writers."""
    fix = f"make {path} a folder that this user owns: mkdir -p {path} && chmod 700 {path}"
    try:
        make_folder(path)
        probe = path / ".check"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        return failed(name, f"{path} cannot be written: {error.strerror}", fix, SettingsError.exit_code)
    if path.stat().st_mode & stat.S_IWOTH:
        return failed(name, f"every user may write to {path}", f"chmod o-w {path}", SettingsError.exit_code)
    return passed(name, f"{path} can be written")


def refusal_lines(settings: Settings) -> list[CheckLine]:
    """Whether the daemon would start with these settings, and in mode live whether that is what is wanted."""
    return [_refusal_line(name, require, settings) for name, require in REFUSALS.items()]


def _refusal_line(name: str, require: Callable[[Settings], None], settings: Settings) -> CheckLine:
    try:
        require(settings)
    except SettingsError as error:
        message, _, fix = str(error).partition("\n  fix: ")
        return failed(name, message, fix, SettingsError.exit_code)
    return _doubt(name, settings) or passed(name, _ALLOWED[name].format(mode=settings.mode))


def _doubt(name: str, settings: Settings) -> CheckLine | None:
    """What is allowed and should be known all the same."""
    is_live, ramp, web = settings.mode is Mode.LIVE, settings.live.ramp, settings.web
    if name == "live opt-in" and is_live:
        return doubtful(name, "real orders with real money will be sent", "use mode paper to rehearse")
    if name == "ramp opt-out" and is_live and ramp.loosened:
        text = "; ".join(looser_than_usual(ramp)) or "RAMP_LOOSENED=yes without need"
        fix = "leave live.ramp as it was, and RAMP_LOOSENED out"
        return doubtful(name, f"looser than usual: {text}", fix)
    if name == "dashboard" and web.enabled and not (is_loopback(web.host) or web.is_over_tls):
        text = f"{web.host} without TLS: tokens cross the network in the clear"
        return doubtful(name, text, "web.tls_certificate and web.tls_key, or a proxy and web.behind_tls")
    return None
