"""Parameter sweeps from the command line."""

from argparse import ArgumentParser, Namespace
from typing import Any

from trading_bot.backtest.sweeps.policy import CASH, FEE, QUANTITY
from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.settings.options import SweepOptions
from trading_bot.settings.tree import Settings

_TOP = 20


def add_sweep_arguments(parser: ArgumentParser) -> None:
    """The sets, the data, the policy, and who plays."""
    add_played_arguments(parser)
    parser.add_argument(
        "--jobs", type=parsing.count, metavar="N", help="processes; default: one for each core"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="play on the workers of this Dask scheduler")
    parser.add_argument(
        "--top", type=parsing.count, default=_TOP, metavar="N", help="sets to show; the files hold all"
    )
    parser.add_argument(
        "--anew", action="store_true", help="play sets again that this sweep had played when interrupted"
    )


def add_played_arguments(parser: ArgumentParser) -> None:
    """The sets, the data and the policy."""
    parsing.add_data(parser, "folder of 1-minute candles")
    parsing.add_tickers(parser, "what to trade; default: all of it")
    parsing.add_largest(parser)
    parser.add_argument("--from", dest="first", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="last", type=parsing.day, metavar="YYYY-MM-DD", help="last day")
    parser.add_argument(
        "--accept-defects", action="store_true", help="take data that `history check` refuses all the same"
    )
    parser.add_argument(
        "--strategy",
        required=True,
        metavar="NAME",
        help="ema_cross is compiled; others go through the engine",
    )
    parser.add_argument(
        "--set",
        dest="axes",
        type=parsing.axis,
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="FIRST:LAST:STEP, both ends included, or A,B,C; again for each parameter",
    )
    parser.add_argument(
        "--quantity", type=parsing.count, default=QUANTITY, metavar="N", help="units of an entry"
    )
    parser.add_argument("--fee", type=parsing.fraction, default=FEE, metavar="F", help="of each fill's value")
    parser.add_argument(
        "--cash", type=parsing.amount, default=CASH, metavar="RUPEES", help="at the beginning"
    )


def played_options(arguments: Namespace, settings: Settings) -> dict[str, Any]:
    """What `add_played_arguments` asked for."""
    parsing.require_order(arguments.first, arguments.last)
    return {
        "data": arguments.data or settings.run.history_store,
        "symbols": arguments.symbols or (),
        "largest": arguments.largest,
        "first": arguments.first,
        "accept_defects": arguments.accept_defects,
        "last": arguments.last,
        "strategy": arguments.strategy,
        "axes": tuple(arguments.axes),
        "quantity": arguments.quantity,
        "fee": arguments.fee,
        "cash": arguments.cash,
    }


def run_sweep(arguments: Namespace, context: Context) -> int:
    """Play every set, record all of them, and show the best."""
    settings = context.load().settings
    options = SweepOptions(
        **played_options(arguments, settings),
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        top=arguments.top,
        is_anew=arguments.anew,
    )
    return context.backend.sweep(settings, options, context.write)
