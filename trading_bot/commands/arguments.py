"""The argument parser, built from the table of commands."""

from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trading_bot.commands import parsing
from trading_bot.commands.daemon import run_daemon, run_panic_exit
from trading_bot.commands.table import COMMANDS, Command, Run, add_replay_arguments
from trading_bot.settings.fields import Key
from trading_bot.settings.run import Mode

_EPILOG = """\
exit codes: 0 done, 1 failed, 2 misconfigured, 3 login needed, 4 halted, 5 already running
without a command the daemon runs; without a mode and credentials it replays a session"""
_GROUPS = {
    "alerts": "messages for a person",
    "config": "settings",
    "rules": "market rules",
    "history": "candles of the past",
}


def parse_arguments(arguments: Sequence[str] | None) -> tuple[Namespace, Run]:
    """The parsed arguments and the function to call. Exits with code 2 when they make no sense."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command is not None:
        if parsed.panic_exit:
            parser.error("--panic-exit stands alone, without a command")
        return parsed, parsed.command.run
    if parsed.yes and not parsed.panic_exit:
        parser.error("--yes confirms --panic-exit and nothing else")
    return parsed, run_panic_exit if parsed.panic_exit else run_daemon


def overrides_of(arguments: Namespace) -> dict[Key, tuple[str, Any]]:
    """The options that stand for settings: they win over every file."""
    options: dict[Key, tuple[str, Any]] = {}
    if arguments.mode is not None:
        options["run", "mode"] = ("--mode", arguments.mode)
    if arguments.command is None and arguments.symbols is not None:
        options["run", "symbols"] = ("--symbols", arguments.symbols)
    if arguments.command is None and arguments.exit_after_close:
        options["run", "exit_after_close"] = ("--exit-after-close", True)
    return options


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python main.py",
        description="An intraday trading daemon for Indian shares and derivatives on Upstox.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=None)
    _add_common(parser, default=None)
    _add_daemon_arguments(parser)
    groups: dict[str, Any] = {"": parser.add_subparsers(title="commands", metavar="COMMAND")}
    for command in COMMANDS:
        _add_command(groups, command)
    return parser


def _add_daemon_arguments(parser: ArgumentParser) -> None:
    daemon = parser.add_argument_group("the daemon")
    daemon.add_argument(
        "--simulator", type=parsing.loopback_url, metavar="URL", help="attach to a running simulator"
    )
    daemon.add_argument("--exit-after-close", action="store_true", help="end after the session's report")
    daemon.add_argument(
        "--panic-exit", action="store_true", help="cancel everything, close everything, latch"
    )
    daemon.add_argument("--yes", action="store_true", help="do not ask before --panic-exit")
    add_replay_arguments(parser)


def _add_command(groups: dict[str, Any], command: Command) -> None:
    *group, word = command.words
    for name in group:
        if name not in groups:
            parent = groups[""].add_parser(name, help=_GROUPS[name], allow_abbrev=False)
            groups[name] = parent.add_subparsers(required=True, metavar="VERB")
    parser = groups[group[0] if group else ""].add_parser(
        word, help=command.summary, description=command.summary, allow_abbrev=False
    )
    _add_common(parser, default=SUPPRESS)
    if command.reads:
        parser.add_argument("--json", action="store_true", help="as JSON; money as decimal strings")
    command.add_arguments(parser)
    parser.set_defaults(command=command)


def _add_common(parser: ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--mode",
        choices=[mode.value for mode in Mode],
        default=default,
        help="which clock, feed, broker and journal",
    )
    parser.add_argument(
        "--config", type=Path, default=default, metavar="FILE", help="settings instead of config/local.toml"
    )
