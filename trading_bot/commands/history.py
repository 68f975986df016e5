"""Commands about history."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.domain.candles.interval import DAY
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import CandleQuestion, DownloadOptions, HistoryQuestion, ImportOptions

_FAILED = 1
_RAW = Path("data/raw")
_ROWS = 20


def add_download_arguments(parser: ArgumentParser) -> None:
    """What is downloaded, and from where."""
    parser.add_argument("--source", choices=("yahoo", "upstox"), default="yahoo", help="default: yahoo")
    parsing.add_tickers(parser, "default: ten large companies")
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
    parser.add_argument(
        "--keep-days", type=parsing.days_kept, metavar="N", help="drop older candles afterwards"
    )
    parser.add_argument("--anew", action="store_true", help="drop what is stored of these first")
    parser.add_argument("--or-yahoo", action="store_true", help="days that Upstox fails to give from Yahoo")
    parser.add_argument(
        "--market-caps",
        action="store_true",
        help="instead of candles, what the companies are worth, by Yahoo; default: all shares of the store",
    )


def run_download(arguments: Namespace, context: Context) -> int:
    """Bring the store up to date; 1 where a symbol could not be had."""
    settings = context.load().settings
    if arguments.market_caps:
        _refuse_options_of_candles(arguments)
        return context.backend.download_market_caps(settings, arguments.symbols or (), context.write)
    folder = arguments.csv
    if folder is None and arguments.source == "yahoo":
        folder = settings.run.data_dir / _RAW.name
    options = DownloadOptions(
        source=arguments.source,
        symbols=arguments.symbols or (),
        interval=arguments.interval,
        first_on=arguments.first_on,
        last_on=arguments.last_on,
        csv_folder=None if folder is None else context.places.folder / folder,
        keep_days=arguments.keep_days,
        anew=arguments.anew,
        or_yahoo=arguments.or_yahoo,
    )
    return context.backend.download(settings, options, context.write, with_bars=context.in_colour)


def _refuse_options_of_candles(arguments: Namespace) -> None:
    """Raise SettingsError for options that mean nothing for market capitalisations."""
    given = {
        "--source": arguments.source != "yahoo",
        "--interval": arguments.interval != DAY,
        "--from": arguments.first_on,
        "--to": arguments.last_on,
        "--csv": arguments.csv,
        "--keep-days": arguments.keep_days,
        "--anew": arguments.anew,
        "--or-yahoo": arguments.or_yahoo,
    }
    wrong = [name for name, is_given in given.items() if is_given]
    if wrong:
        raise SettingsError(
            f"--market-caps is Yahoo's figure of today: leave out {', '.join(wrong)}; candles are a download "
            "of their own"
        )


def add_check_arguments(parser: ArgumentParser) -> None:
    """Which folders are looked at, and how closely."""
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="with data, or with such folders, or a store"
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
    parsing.require_order(arguments.first_on, arguments.last_on)
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


def add_caps_arguments(parser: ArgumentParser) -> None:
    """As of when."""
    parser.add_argument(
        "--on", type=parsing.day, metavar="YYYY-MM-DD", help="as known on a day; default: now"
    )


def run_history_caps(arguments: Namespace, context: Context) -> int:
    """Show what companies are worth."""
    settings = context.load().settings
    context.write(context.backend.market_caps(settings, arguments.on, as_json=arguments.json))
    return 0


def add_show_arguments(parser: ArgumentParser) -> None:
    """Which candles, and how long."""
    parser.add_argument("symbol", metavar="SYMBOL", help="an instrument of the data")
    parsing.add_data(parser, "folder of candles")
    parser.add_argument(
        "--interval",
        type=parsing.shown_interval,
        metavar="I",
        help="1m to 300m, 1h to 5h, 1d, week or month; default: as they are",
    )
    parser.add_argument("--from", dest="first_on", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="last_on", type=parsing.day, metavar="YYYY-MM-DD", help="last day")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write all of them there instead")
    parser.add_argument(
        "--rows", type=parsing.count, default=_ROWS, metavar="N", help=f"the last N; default: {_ROWS}"
    )


def run_history_show(arguments: Namespace, context: Context) -> int:
    """Show candles of an instrument, made longer where that is asked for."""
    parsing.require_order(arguments.first_on, arguments.last_on)
    question = CandleQuestion(
        symbol=arguments.symbol,
        data=arguments.data,
        interval=arguments.interval,
        first_on=arguments.first_on,
        last_on=arguments.last_on,
        csv=arguments.csv,
        rows=arguments.rows,
    )
    context.write(context.backend.candles(context.load().settings, question, as_json=arguments.json))
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
    parser.add_argument(
        "--keep-days", type=parsing.days_kept, required=True, metavar="N", help="days that stay"
    )
    parsing.add_tickers(parser, "only these")


def run_history_prune(arguments: Namespace, context: Context) -> int:
    """Drop old candles from the store."""
    settings = context.load().settings
    context.write(context.backend.prune_history(settings, arguments.keep_days, arguments.symbols or ()))
    return 0
