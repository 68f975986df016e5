"""Walk-forwards from the command line."""

from argparse import ArgumentParser, Namespace
from decimal import Decimal

from trading_bot.backtest.walk_forward.sampler import Pruner, Sampler
from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.commands.sweep import add_played_arguments, played_options
from trading_bot.settings.options import WalkForwardOptions


def add_walk_forward_arguments(parser: ArgumentParser) -> None:
    """The sets, the data, the policy, the windows, and how is searched."""
    add_played_arguments(parser)
    parser.add_argument("--train", type=parsing.count, metavar="N", help="trading days on which is chosen")
    parser.add_argument("--test", type=parsing.count, metavar="N", help="trading days on which is played")
    parser.add_argument(
        "--folds",
        type=parsing.count,
        metavar="N",
        help="purged cross-validation: each of N parts is played with what was chosen on all others",
    )
    parser.add_argument(
        "--embargo",
        type=parsing.fraction,
        default=Decimal(0),
        metavar="F",
        help="share of the days after each fold that is left out",
    )
    parser.add_argument("--gap", type=parsing.whole, default=0, metavar="N", help="days between the two")
    parser.add_argument("--anchored", action="store_true", help="every training begins with the first day")
    parser.add_argument(
        "--sampler",
        type=parsing.one_of(Sampler),
        metavar="|".join(Sampler),
        default=Sampler.TPE,
        help="tpe: near what was good; evolution: its children; random; grid: every combination",
    )
    parser.add_argument(
        "--pruner",
        type=parsing.one_of(Pruner),
        metavar="|".join(Pruner),
        default=Pruner.NONE,
        help="give sets up after a quarter or half of the days: those below the median, or the worse half",
    )
    parser.add_argument(
        "--trials", type=parsing.count, default=100, metavar="N", help="sets of each window, but for a grid"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the sampler")


def run_walk_forward(arguments: Namespace, context: Context) -> int:
    """Choose, play, record all that was tried, and show what came."""
    settings = context.load().settings
    options = WalkForwardOptions(
        **played_options(arguments, settings),
        train=arguments.train,
        test=arguments.test,
        folds=arguments.folds,
        embargo=float(arguments.embargo),
        gap=arguments.gap,
        anchored=arguments.anchored,
        sampler=arguments.sampler,
        pruner=arguments.pruner,
        trials=arguments.trials,
        seed=arguments.seed,
    )
    return context.backend.walk_forward(settings, options, context.write)
