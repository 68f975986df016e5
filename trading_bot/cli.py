"""The command line: arguments in, exit code out."""

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from trading_bot.adapters.log_settings import LogSettings
from trading_bot.adapters.logs import MAIN_FILE, logger, start_logs
from trading_bot.adapters.redaction import Redactor
from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.commands.context import Backend, Context
from trading_bot.domain.errors import TradingBotError, UserFacingError
from trading_bot.settings.load import DOTENV_FILE, LOCAL_FILE, LoadedSettings, Places, load_settings

_FAILED = 1
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, backend: Backend | None = None) -> int:
    """Run one command and return its exit code."""
    _forbid_core_dumps()
    _let_every_text_through()
    parsed, run = parse_arguments(arguments)
    places = Places(folder=Path.cwd(), config_file=parsed.config, overrides=overrides_of(parsed))
    context = Context(
        places=places,
        backend=backend or _program(),
        write=_writer(sys.stdout),
        warn=_writer(sys.stderr),
        ask=input if sys.stdin is not None and sys.stdin.isatty() else None,
        in_colour=sys.stdout.isatty(),
        now_ms=_now_ms,
    )
    _warn_of_settings_elsewhere(context, Path(sys.argv[0]).parent)
    try:
        return run(parsed, context)
    except UserFacingError as error:
        context.warn(f"error: {_redactor(places).text(str(error))}")
        return error.exit_code
    except TradingBotError as error:
        context.warn(f"error: {_redactor(places).text(str(error))}")
        return _FAILED
    except KeyboardInterrupt:
        context.warn("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except Exception as error:  # noqa: BLE001  # the last resort: the stack goes to the log, one line to the user
        context.warn(_crash_line(error, places))
        return _FAILED


def _forbid_core_dumps() -> None:
    """A crash leaves no copy of the memory behind: the token would be in it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _let_every_text_through() -> None:
    """A terminal that cannot show a character gets another one for it: no command may fail for that."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _warn_of_settings_elsewhere(context: Context, program: Path) -> None:
    """Settings, journal and token are those of the folder that one is in; told where that surprises."""
    places = context.places
    if places.config_file is None and not _has_settings(places.folder) and _has_settings(program):
        context.warn(
            f"warning: {places.folder} holds no settings, so the defaults count: `cd {program.resolve()}` "
            "for those that are there"
        )


def _has_settings(folder: Path) -> bool:
    return any((folder / name).exists() for name in (DOTENV_FILE, LOCAL_FILE))


def _program() -> Backend:
    """What the commands ask for: imported after the arguments are known to be sound."""
    from trading_bot.bootstrap.program import Program  # noqa: PLC0415  # --help need not wait for it

    return Program()


def _writer(stream: TextIO) -> Callable[[str], None]:
    def write(text: str) -> None:
        stream.write(text + "\n")
        stream.flush()

    return write


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _crash_line(error: Exception, places: Places) -> str:
    """One line about an unexpected error; its stack goes to the log, without secrets."""
    loaded = _whatever_loads(places)
    settings = loaded.settings.logs if loaded else LogSettings()
    in_folder = settings.model_copy(update={"folder": places.folder / settings.folder})
    secrets = loaded.secrets if loaded else ()
    text = Redactor(secrets).text(f"unexpected error: {type(error).__name__}: {error}".splitlines()[0])
    try:
        logs = start_logs(in_folder, now_ms=_now_ms, secrets=secrets)
    except OSError:
        return f"{text} (the stack could not be logged to {in_folder.folder})"
    logger().error("command_crashed", exc_info=error)
    logs.close()
    return f"{text} (details in {in_folder.folder / MAIN_FILE})"


def _redactor(places: Places) -> Redactor:
    loaded = _whatever_loads(places)
    return Redactor(loaded.secrets if loaded else ())


def _whatever_loads(places: Places) -> LoadedSettings | None:
    try:
        return load_settings(places, is_lenient=True)
    except (UserFacingError, OSError):
        return None
