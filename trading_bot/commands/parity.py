"""Parity from the command line."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.settings.options import ParityOptions


def add_parity_arguments(parser: ArgumentParser) -> None:
    """Which day, of which data or journal."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder of 1-minute candles or of ticks, or a store; default without --journal: the own store",
    )
    parser.add_argument(
        "--date", type=parsing.day, metavar="YYYY-MM-DD", help="the day; default: the last one"
    )
    parsing.add_tickers(parser, "what to trade; default: all of it")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="seed of delays and of made-up ticks"
    )
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help="a day that was traded, instead of playing it now"
    )


def run_parity(arguments: Namespace, context: Context) -> int:
    """Play a day over the wire and as a backtest, and explain each difference."""
    settings = context.load().settings
    options = ParityOptions(
        data=arguments.data or (None if arguments.journal else settings.run.history_store),
        on=arguments.date,
        symbols=arguments.symbols or (),
        seed=arguments.seed,
        journal=arguments.journal,
        config_file=arguments.config,
    )
    return context.backend.parity(settings, options, context.write)
