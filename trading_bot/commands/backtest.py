"""Backtests and promotions from the command line."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.settings.options import BacktestOptions, CheckOptions, Fidelity, PromoteOptions
from trading_bot.settings.tree import Settings

_BACKTEST_CHECKS = CheckOptions()
_PROMOTE_CHECKS = CheckOptions(permutations=99, cuts=20, days=60)


def add_backtest_arguments(parser: ArgumentParser) -> None:
    """What is tested, on what, how closely, and how much the result is doubted."""
    parsing.add_data(parser, "folder of 1-minute candles or of ticks")
    _add_tested(parser)
    parser.add_argument("--quick", action="store_true", help="leave out the checks that play the days again")
    _add_checks(parser, _BACKTEST_CHECKS)


def add_promote_arguments(parser: ArgumentParser) -> None:
    """A backtest as for `backtest`, or the report of one."""
    source = parser.add_mutually_exclusive_group()
    parsing.add_data(source, "test on this folder of 1-minute candles or of ticks")
    source.add_argument(
        "--report", type=Path, metavar="DIR", help="judge the report of a backtest that is over"
    )
    _add_tested(parser)
    _add_checks(parser, _PROMOTE_CHECKS)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here and not to data/promotions")


def _add_checks(parser: ArgumentParser, usual: CheckOptions) -> None:
    parser.add_argument(
        "--permutations",
        type=parsing.whole,
        default=usual.permutations,
        metavar="N",
        help=f"permuted markets at most; default: {usual.permutations}",
    )
    parser.add_argument(
        "--cuts",
        type=parsing.whole,
        default=usual.cuts,
        metavar="N",
        help=f"moments after which the future is changed; 0: at every signal; default: {usual.cuts}",
    )
    parser.add_argument(
        "--check-days",
        type=parsing.whole,
        default=usual.days,
        metavar="N",
        help=f"days begun with other warm-ups; 0: all; default: {usual.days}",
    )


def _add_tested(parser: ArgumentParser) -> None:
    parsing.add_tickers(parser, "what to trade; default: all of it")
    parsing.add_largest(parser)
    parser.add_argument("--from", dest="first", type=parsing.day, metavar="YYYY-MM-DD", help="first day")
    parser.add_argument("--to", dest="last", type=parsing.day, metavar="YYYY-MM-DD", help="last day")
    parser.add_argument(
        "--fidelity",
        type=parsing.one_of(Fidelity),
        metavar="|".join(Fidelity),
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
    settings = context.load().settings
    options = _options(arguments, settings, is_quick=arguments.quick)
    return context.backend.backtest(settings, options, context.write)


def run_promote(arguments: Namespace, context: Context) -> int:
    """Judge the configured strategies, and write the verdict where mode live looks for it."""
    settings = context.load().settings
    backtest = _options(arguments, settings, is_quick=False) if arguments.report is None else None
    options = PromoteOptions(backtest=backtest, report=arguments.report, out=arguments.out)
    return context.backend.promote(settings, options, context.write)


def _options(arguments: Namespace, settings: Settings, *, is_quick: bool) -> BacktestOptions:
    parsing.require_order(arguments.first, arguments.last)
    return BacktestOptions(
        data=arguments.data or settings.run.history_store,
        symbols=arguments.symbols or (),
        largest=arguments.largest,
        first=arguments.first,
        last=arguments.last,
        fidelity=arguments.fidelity,
        seed=arguments.seed,
        accept_defects=arguments.accept_defects,
        stress=arguments.stress,
        checks=CheckOptions(
            is_quick=is_quick,
            permutations=arguments.permutations,
            cuts=arguments.cuts,
            days=arguments.check_days,
        ),
    )
