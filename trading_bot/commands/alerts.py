"""`alerts test` and `alerts send`: a message through the channels, and what they say to it."""

from argparse import ArgumentParser, Namespace

from trading_bot.commands import parsing
from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError
from trading_bot.report.alert_answers import answers_text

_TEST = "test: this channel takes alerts"
_LEVELS = ("info", "warning", "critical")


def add_test_arguments(parser: ArgumentParser) -> None:
    """Which channel is tried."""
    parser.add_argument(
        "--channel", type=parsing.count, metavar="N", help="only this one: the number in ALERT_URL_N"
    )


def add_send_arguments(parser: ArgumentParser) -> None:
    """What is sent."""
    parser.add_argument("text", metavar="TEXT", help="the message")
    parser.add_argument("--level", choices=_LEVELS, default="critical", help="how urgent; default: critical")


def run_alerts_test(arguments: Namespace, context: Context) -> int:
    """Send a test message to each channel; 0 when all took it, else 1."""
    return _send(context, _TEST, "info", arguments.channel)


def run_alerts_send(arguments: Namespace, context: Context) -> int:
    """Send a message of somebody else's, such as of the system that watches the daemon."""
    return _send(context, arguments.text, arguments.level, None)


def _send(context: Context, text: str, level: str, channel: int | None) -> int:
    settings = context.load().settings
    known = settings.alerts.channels
    if not known:
        raise SettingsError("no channel of alerts is configured: put an address into ALERT_URL_1 in .env")
    if channel is not None and channel not in known:
        raise SettingsError(
            f"--channel {channel}: ALERT_URL_{channel} is not set; there is {', '.join(map(str, known))}"
        )
    answers = context.backend.test_alerts(settings, text, level, channel)
    context.write(answers_text(answers))
    return int(any(answer.why_not for answer in answers))
