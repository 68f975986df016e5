"""`backup` and `restore`: journals copied elsewhere, and put back."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context


def add_backup_arguments(parser: ArgumentParser) -> None:
    """Where to, and how many stay."""
    parser.add_argument("--to", type=Path, metavar="DIR", help="folder of backups; default: backups in data")
    parser.add_argument("--keep", type=parsing.count, metavar="N", help="backups that stay; default: all")


def run_backup(arguments: Namespace, context: Context) -> int:
    """Copy the journals of all modes, whether the daemon runs or not."""
    settings = context.load().settings
    context.backend.backup(settings, arguments.to, arguments.keep, context.write)
    return 0


def add_restore_arguments(parser: ArgumentParser) -> None:
    """Which copy."""
    parser.add_argument("copy", type=Path, metavar="FILE", help="a copy of the journal of the mode in effect")


def run_restore(arguments: Namespace, context: Context) -> int:
    """Make a copy the journal again."""
    context.write(context.backend.restore(context.load().settings, arguments.copy))
    return 0
