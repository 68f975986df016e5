"""Backtests from the command line."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.settings.options import BacktestOptions, Fidelity


def add_backtest_arguments(parser: ArgumentParser) -> None:
    """What is tested, on what, and how closely."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", required=True, help="folder of 1-minute candles or of ticks"
    )
    parser.add_argument(
        "--symbols",
        "--tickers",
        type=parsing.symbols,
        metavar="A,B",
        help="what to trade; default: all of it",
    )
    parser.add_argument("--from", dest="first", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="last", type=parsing.day, metavar="YYYY-MM-DD", help="last day")
    parser.add_argument(
        "--fidelity",
        type=Fidelity,
        choices=list(Fidelity),
        default=Fidelity.CANDLE,
        help="candle: fast, the worst order of prices inside each; tick: whole days of the daemon",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="seed of delays and of made-up ticks"
    )
    parser.add_argument(
        "--accept-defects", action="store_true", help="take data that `history check` refuses all the same"
    )
    parser.add_argument(
        "--stress",
        metavar="NAME",
        help="lay a scenario of config/stress over the data, e.g. crash-2020-03-23",
    )


def run_backtest(arguments: Namespace, context: Context) -> int:
    """Test the configured strategies on history; the report's folder is said at the end."""
    options = BacktestOptions(
        data=arguments.data,
        symbols=arguments.symbols or (),
        first=arguments.first,
        last=arguments.last,
        fidelity=arguments.fidelity,
        seed=arguments.seed,
        accept_defects=arguments.accept_defects,
        stress=arguments.stress,
    )
    return context.backend.backtest(context.load().settings, options, context.write)
