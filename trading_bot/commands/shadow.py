"""Shadows from the command line."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import ShadowOptions


def add_shadow_arguments(parser: ArgumentParser) -> None:
    """Which shadows, which days."""
    parser.add_argument(
        "name", nargs="*", metavar="NAME", help="shadows to play; default: every [shadow.NAME]"
    )
    parser.add_argument(
        "--date", type=parsing.day, metavar="YYYY-MM-DD", help="one day; default: the newest recorded one"
    )
    parser.add_argument("--from", dest="first", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="last", type=parsing.day, metavar="YYYY-MM-DD", help="last day")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="days of this folder instead of those that were recorded"
    )
    parser.add_argument(
        "--symbols",
        type=parsing.symbols,
        metavar="A,B",
        help="with --data: what to trade; default: all of it",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="seed of delays and of made-up ticks"
    )
    parser.add_argument(
        "--accept-defects", action="store_true", help="take data that `history check` refuses all the same"
    )
    parser.add_argument("--anew", action="store_true", help="play days once more that are kept already")


def run_shadow(arguments: Namespace, context: Context) -> int:
    """Play other settings beside those in effect. Raises SettingsError for options that contradict."""
    if arguments.date is not None and (arguments.first or arguments.last):
        raise SettingsError("--date is one day, --from and --to are a range: give one or the other")
    if arguments.first and arguments.last and arguments.first > arguments.last:
        raise SettingsError(f"--from {arguments.first} is after --to {arguments.last}")
    if arguments.symbols and arguments.data is None:
        raise SettingsError("--symbols chooses from a folder: give --data; a recorded day has its own shares")
    loaded = context.load()
    options = ShadowOptions(
        names=tuple(dict.fromkeys(arguments.name)),
        first=arguments.date or arguments.first,
        last=arguments.date or arguments.last,
        data=arguments.data,
        symbols=arguments.symbols or (),
        seed=arguments.seed,
        is_anew=arguments.anew,
        accept_defects=arguments.accept_defects,
        file=loaded.origins.get(("shadow",), ""),
    )
    return context.backend.shadow(loaded.settings, options, context.write, as_json=arguments.json)
