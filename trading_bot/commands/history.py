"""Commands about history."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.settings.options import HistoryQuestion

_FAILED = 1


def add_check_arguments(parser: ArgumentParser) -> None:
    """Which folders are looked at, and how closely."""
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="with data, or with such folders"
    )
    parser.add_argument(
        "--against",
        nargs="+",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="compare the same names with these",
    )
    parser.add_argument("--symbols", type=parsing.symbols, default=(), metavar="A,B", help="only these")
    parser.add_argument("--from", dest="first_on", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="last_on", type=parsing.day, metavar="YYYY-MM-DD", help="last day")
    parser.add_argument("--notes", action="store_true", help="also what is usual for such data")


def run_history_check(arguments: Namespace, context: Context) -> int:
    """Show what is wrong with folders of history; 1 where some of it should not be used."""
    question = HistoryQuestion(
        folders=tuple(arguments.folders),
        against=tuple(arguments.against),
        symbols=tuple(arguments.symbols),
        first_on=arguments.first_on,
        last_on=arguments.last_on,
        with_notes=arguments.notes,
    )
    text, is_sound = context.backend.history_check(question, as_json=arguments.json)
    context.write(text)
    return 0 if is_sound else _FAILED
