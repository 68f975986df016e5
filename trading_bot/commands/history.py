"""Commands about history."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.domain.candles.interval import DAY
from trading_bot.settings.options import DownloadOptions, HistoryQuestion, ImportOptions

_FAILED = 1
_RAW = Path("data/raw")


def add_download_arguments(parser: ArgumentParser) -> None:
    """What is downloaded, and from where."""
    parser.add_argument("--source", choices=("yahoo", "upstox"), default="yahoo", help="default: yahoo")
    parser.add_argument(
        "--tickers", "--symbols", nargs="+", default=[], metavar="A", help="default: ten large companies"
    )
    parser.add_argument(
        "--interval",
        type=parsing.interval,
        default=DAY,
        metavar="I",
        help="1m to 300m, 1h to 5h, 1d (default)",
    )
    parser.add_argument("--from", dest="first_on", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument(
        "--to", dest="last_on", type=parsing.day, metavar="YYYY-MM-DD", help="default: yesterday"
    )
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FOLDER",
        help=f"also one CSV file each; days of Yahoo: {_RAW} in any case",
    )
    parser.add_argument("--keep-days", type=parsing.count, metavar="N", help="drop older candles afterwards")
    parser.add_argument("--anew", action="store_true", help="drop what is stored of these first")
    parser.add_argument("--or-yahoo", action="store_true", help="days that Upstox fails to give from Yahoo")


def run_download(arguments: Namespace, context: Context) -> int:
    """Bring the store up to date; 1 where a symbol could not be had."""
    settings = context.load().settings
    names = tuple(name for text in arguments.tickers for name in parsing.symbols(text))
    folder = arguments.csv
    if folder is None and arguments.source == "yahoo":
        folder = settings.run.data_dir / _RAW.name
    options = DownloadOptions(
        source=arguments.source,
        symbols=names,
        interval=arguments.interval,
        first_on=arguments.first_on,
        last_on=arguments.last_on,
        csv_folder=None if folder is None else context.places.folder / folder,
        keep_days=arguments.keep_days,
        anew=arguments.anew,
        or_yahoo=arguments.or_yahoo,
    )
    return context.backend.download(settings, options, context.write, with_bars=context.in_colour)


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


def run_history_list(arguments: Namespace, context: Context) -> int:
    """Show what the store holds."""
    context.write(context.backend.stored_history(context.load().settings, as_json=arguments.json))
    return 0


def add_import_arguments(parser: ArgumentParser) -> None:
    """Which folder, and whether to insist."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with candle files")
    parser.add_argument("--symbols", type=parsing.symbols, default=(), metavar="A,B", help="only these")
    parser.add_argument(
        "--adjust", action="store_true", help="take splits and bonuses out of prices as traded"
    )
    parser.add_argument("--accept-defects", action="store_true", help="also what the check refuses")


def run_history_import(arguments: Namespace, context: Context) -> int:
    """Take a folder's series into the store."""
    options = ImportOptions(
        folder=arguments.folder,
        symbols=tuple(arguments.symbols),
        adjust=arguments.adjust,
        accept_defects=arguments.accept_defects,
    )
    context.backend.import_history(context.load().settings, options, context.write)
    return 0


def add_prune_arguments(parser: ArgumentParser) -> None:
    """How much stays."""
    parser.add_argument("--keep-days", type=parsing.count, required=True, metavar="N", help="days that stay")
    parser.add_argument("--symbols", type=parsing.symbols, default=(), metavar="A,B", help="only these")


def run_history_prune(arguments: Namespace, context: Context) -> int:
    """Drop old candles from the store."""
    settings = context.load().settings
    context.write(context.backend.prune_history(settings, arguments.keep_days, arguments.symbols))
    return 0
