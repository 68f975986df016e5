"""Every command: its words, its help, its arguments, its function. The parser is built from it."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trading_bot.commands import parsing
from trading_bot.commands.alerts import (
    add_send_arguments,
    add_test_arguments,
    run_alerts_send,
    run_alerts_test,
)
from trading_bot.commands.backtest import (
    add_backtest_arguments,
    add_promote_arguments,
    run_backtest,
    run_promote,
)
from trading_bot.commands.backups import (
    add_backup_arguments,
    add_restore_arguments,
    run_backup,
    run_restore,
)
from trading_bot.commands.check import add_check_options, run_check
from trading_bot.commands.context import Context
from trading_bot.commands.daemon import run_flatten, run_pause, run_resume, run_simulator
from trading_bot.commands.history import (
    add_caps_arguments,
    add_check_arguments,
    add_download_arguments,
    add_import_arguments,
    add_prune_arguments,
    add_show_arguments,
    run_download,
    run_history_caps,
    run_history_check,
    run_history_import,
    run_history_list,
    run_history_prune,
    run_history_show,
)
from trading_bot.commands.init import run_init
from trading_bot.commands.menu import run_menu
from trading_bot.commands.parity import add_parity_arguments, run_parity
from trading_bot.commands.reading import (
    TRADE_LOG,
    run_charges,
    run_config_show,
    run_instruments,
    run_login,
    run_rules_show,
    run_status,
    run_trades,
)
from trading_bot.commands.shadow import add_shadow_arguments, run_shadow
from trading_bot.commands.sweep import add_sweep_arguments, run_sweep
from trading_bot.commands.walk_forward import add_walk_forward_arguments, run_walk_forward
from trading_bot.commands.why import add_metrics_arguments, add_why_arguments, run_metrics, run_why
from trading_bot.domain.instrument import InstrumentKind, Product, Segment
from trading_bot.settings.options import LoginWay

Run = Callable[[Namespace, Context], int]
AddArguments = Callable[[ArgumentParser], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of the command line."""

    words: tuple[str, ...]
    """One word, or a group and a verb."""
    summary: str
    run: Run
    add_arguments: AddArguments
    reads: bool = False
    """Whether it only reads, and therefore takes `--json`."""


def add_replay_arguments(parser: ArgumentParser) -> None:
    """What a replayed or simulated session is made of."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of market data, or a store; without it, generated"
    )
    parser.add_argument("--date", type=parsing.day, metavar="YYYY-MM-DD", help="session to replay")
    parser.add_argument(
        "--speed", type=parsing.speed, metavar="N", help="session seconds per second; 0: fastest"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of generated data and of delays")
    parser.add_argument("--symbols", type=parsing.symbols, metavar="A,B", help="what to trade or to serve")


def _nothing(_parser: ArgumentParser) -> None:
    return


def _instruments(parser: ArgumentParser) -> None:
    parser.add_argument("symbol", metavar="SYMBOL", help="symbol, part of a name, or instrument key")
    parser.add_argument(
        "--simulator", type=parsing.loopback_url, metavar="URL", help="search what a running simulator lists"
    )


def _status(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--watch", action="store_true", help="the screen of the running daemon, with keys; q leaves it"
    )


def _trades(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--on", type=parsing.day, metavar="YYYY-MM-DD", help="day; default: the newest session"
    )
    parser.add_argument(
        "--csv",
        nargs="?",
        type=Path,
        const=TRADE_LOG,
        metavar="FILE",
        help=f"write every fill as CSV; -: to standard output; without FILE: {TRADE_LOG} in the logs folder",
    )


def _login(parser: ArgumentParser) -> None:
    parser.set_defaults(way=LoginWay.BROWSER)
    ways = parser.add_mutually_exclusive_group()
    for way, text in (
        (
            LoginWay.PASTE,
            "paste the address that the browser is sent to: over ssh, or where nothing can listen",
        ),
        (LoginWay.PHONE, "have the broker ask on your phone, and wait for the token"),
    ):
        ways.add_argument(f"--{way}", dest="way", action="store_const", const=way, help=text)


def _simulator(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=parsing.port, default=0, metavar="P", help="loopback port; 0: any")
    add_replay_arguments(parser)
    parser.add_argument("--token", metavar="T", help="access token that clients must present")
    parser.add_argument(
        "--notifier",
        type=parsing.loopback_url,
        metavar="URL",
        help="where tokens of approvals on the phone are sent",
    )
    parser.add_argument("--until-stdin-ends", action="store_true", help=SUPPRESS)
    parser.add_argument(
        "--breaker-at",
        type=parsing.time_of_day,
        metavar="HH:MM",
        help="halt the whole market then, as the market-wide circuit breaker does",
    )
    parser.add_argument("--volatility", action="store_true", help="list India VIX in a generated market")
    parser.add_argument("--exit-at-close", action="store_true", help="end when the session is over")


def _charges(parser: ArgumentParser) -> None:
    segments = [segment.value for segment in Segment if not segment.is_index]
    kinds = [kind.value for kind in InstrumentKind if kind is not InstrumentKind.INDEX]
    parser.add_argument("--segment", required=True, choices=segments)
    parser.add_argument("--product", required=True, choices=[product.value for product in Product])
    parser.add_argument("--kind", required=True, choices=kinds)
    parser.add_argument("--on", required=True, type=parsing.day, metavar="DATE")
    for side in ("--buy", "--sell"):
        parser.add_argument(
            side,
            nargs="+",
            action="extend",
            default=[],
            metavar="QTY@PRICE",
            help=f"one executed {side.removeprefix('--')} order each",
        )


def _rules_show(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--on", required=True, type=parsing.day, metavar="DATE", help="day whose rules are wanted"
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        words=("init",), summary="write .env and config/local.toml", run=run_init, add_arguments=_nothing
    ),
    Command(
        words=("menu",),
        summary="the commands of a day behind single keys",
        run=run_menu,
        add_arguments=_nothing,
    ),
    Command(
        words=("config", "show"),
        summary="every setting and where it comes from",
        run=run_config_show,
        add_arguments=_nothing,
        reads=True,
    ),
    Command(
        words=("check",),
        summary="is everything in place to trade?",
        run=run_check,
        add_arguments=add_check_options,
        reads=True,
    ),
    Command(words=("login",), summary="obtain the token of the day", run=run_login, add_arguments=_login),
    Command(
        words=("alerts", "test"),
        summary="one test message through each channel of alerts",
        run=run_alerts_test,
        add_arguments=add_test_arguments,
    ),
    Command(
        words=("alerts", "send"),
        summary="a message of yours through the channels of alerts",
        run=run_alerts_send,
        add_arguments=add_send_arguments,
    ),
    Command(
        words=("status",), summary="what the daemon does", run=run_status, add_arguments=_status, reads=True
    ),
    Command(
        words=("trades",),
        summary="the closed trades of a day",
        run=run_trades,
        add_arguments=_trades,
        reads=True,
    ),
    Command(
        words=("why",),
        summary="why a symbol was traded at a moment, or not",
        run=run_why,
        add_arguments=add_why_arguments,
        reads=True,
    ),
    Command(
        words=("metrics",),
        summary="signals, gates, trades and waits of the newest sessions, by strategy",
        run=run_metrics,
        add_arguments=add_metrics_arguments,
        reads=True,
    ),
    Command(
        words=("pause",),
        summary="no new entries until resume; positions keep their stops",
        run=run_pause,
        add_arguments=_nothing,
    ),
    Command(
        words=("flatten",),
        summary="close the bot's positions; no new entries until resume",
        run=run_flatten,
        add_arguments=_nothing,
    ),
    Command(words=("resume",), summary="release a halt", run=run_resume, add_arguments=_nothing),
    Command(
        words=("backup",),
        summary="copies of the journals, checked; the daemon may run",
        run=run_backup,
        add_arguments=add_backup_arguments,
    ),
    Command(
        words=("restore",),
        summary="make a copy the journal again; the daemon must not run",
        run=run_restore,
        add_arguments=add_restore_arguments,
    ),
    Command(
        words=("instruments",),
        summary="search the broker's instruments",
        run=run_instruments,
        add_arguments=_instruments,
        reads=True,
    ),
    Command(
        words=("charges",),
        summary="the contract note of one instrument's day",
        run=run_charges,
        add_arguments=_charges,
        reads=True,
    ),
    Command(
        words=("download",),
        summary="candles of the past into the store",
        run=run_download,
        add_arguments=add_download_arguments,
    ),
    Command(
        words=("history", "check"),
        summary="is a folder of candles, or the store, sound?",
        run=run_history_check,
        add_arguments=add_check_arguments,
        reads=True,
    ),
    Command(
        words=("history", "list"),
        summary="the series of the store, and where they come from",
        run=run_history_list,
        add_arguments=_nothing,
        reads=True,
    ),
    Command(
        words=("history", "show"),
        summary="candles of one instrument, also as weeks or months",
        run=run_history_show,
        add_arguments=add_show_arguments,
        reads=True,
    ),
    Command(
        words=("history", "caps"),
        summary="what companies are worth, as far as it was downloaded",
        run=run_history_caps,
        add_arguments=add_caps_arguments,
        reads=True,
    ),
    Command(
        words=("history", "import"),
        summary="take a folder of candles into the store",
        run=run_history_import,
        add_arguments=add_import_arguments,
    ),
    Command(
        words=("history", "prune"),
        summary="drop old candles from the store",
        run=run_history_prune,
        add_arguments=add_prune_arguments,
    ),
    Command(
        words=("rules", "show"),
        summary="the market rules in force on a day",
        run=run_rules_show,
        add_arguments=_rules_show,
        reads=True,
    ),
    Command(
        words=("backtest",),
        summary="the configured strategies on history, with a report",
        run=run_backtest,
        add_arguments=add_backtest_arguments,
    ),
    Command(
        words=("promote",),
        summary="are the configured strategies fit for money? writes the verdict",
        run=run_promote,
        add_arguments=add_promote_arguments,
    ),
    Command(
        words=("sweep",),
        summary="many sets of a strategy's numbers on history, all recorded",
        run=run_sweep,
        add_arguments=add_sweep_arguments,
    ),
    Command(
        words=("walkforward",),
        summary="numbers chosen on some days and played on the next, again and again",
        run=run_walk_forward,
        add_arguments=add_walk_forward_arguments,
    ),
    Command(
        words=("shadow",),
        summary="other settings on the days that were traded, side by side",
        run=run_shadow,
        add_arguments=add_shadow_arguments,
        reads=True,
    ),
    Command(
        words=("parity",),
        summary="a day over the wire and as a backtest: every difference explained",
        run=run_parity,
        add_arguments=add_parity_arguments,
    ),
    Command(
        words=("simulator",),
        summary="the pretend exchange and broker, as a program",
        run=run_simulator,
        add_arguments=_simulator,
    ),
)
