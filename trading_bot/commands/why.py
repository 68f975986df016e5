"""`why` explains one evaluation, `metrics` counts them all."""

from argparse import ArgumentParser, Namespace

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.settings.options import WhyQuestion


def add_why_arguments(parser: ArgumentParser) -> None:
    """Whom and when."""
    parser.add_argument("symbol", metavar="SYMBOL", help="symbol or instrument key")
    parser.add_argument(
        "moment",
        nargs="?",
        type=parsing.moment,
        metavar="TIME",
        help="HH:MM or HH:MM:SS in India: the nearest evaluation at or before it; default: the newest",
    )
    parser.add_argument(
        "--on", type=parsing.day, metavar="YYYY-MM-DD", help="day; default: the newest session"
    )


def run_why(arguments: Namespace, context: Context) -> int:
    """Explain an evaluation. Raises UnknownInstrumentError, with suggestions."""
    until, is_whole_minute = arguments.moment or (None, False)
    question = WhyQuestion(
        symbol=arguments.symbol, on=arguments.on, until=until, is_whole_minute=is_whole_minute
    )
    context.write(context.backend.why(context.load().settings, question, as_json=arguments.json))
    return 0


def add_metrics_arguments(parser: ArgumentParser) -> None:
    """How many sessions."""
    parser.add_argument(
        "--days", type=parsing.count, default=20, metavar="N", help="newest sessions to count; default: 20"
    )


def run_metrics(arguments: Namespace, context: Context) -> int:
    """Show the operating figures of the newest sessions."""
    context.write(context.backend.metrics(context.load().settings, arguments.days, as_json=arguments.json))
    return 0
