"""`menu`: what is done on a day behind single keys, for whoever does not know the commands yet.

Each choice is a command of its own, told as it would be typed and run as a process of its own.
"""

import shlex
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import NamedTuple

from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError

_LEAVE = "q"


class Question(NamedTuple):
    """What a choice needs to know."""

    text: str
    option: str = ""
    """What stands before the answer; empty where the answer stands alone."""
    usual: str = ""
    """What an empty answer means; without one, the question is left out of the command."""
    is_needed: bool = False
    is_many: bool = False
    """Whether the answer is several, with blanks between, each with the option before it."""


class Choice(NamedTuple):
    """One line of the menu."""

    key: str
    text: str
    words: tuple[str, ...]
    questions: tuple[Question, ...] = ()


_FOLDER = "data/prices"
_DATA = Question("folder of 1-minute candles", "--data", _FOLDER)
_STRATEGY = Question("strategy", "--strategy", "ema_cross")
_SETS = Question("its numbers, for example fast=5:40:5 slow=20:200:10", "--set", is_needed=True, is_many=True)
CHOICES = (
    Choice(
        "1",
        "load data    1-minute candles of the past, from Upstox",
        ("download", "--source", "upstox", "--interval", "1m"),
        (
            Question("symbols, for example RELIANCE,TCS", "--symbols", is_needed=True),
            Question("first day, YYYY-MM-DD", "--from", is_needed=True),
            Question("folder to write to", "--csv", _FOLDER),
        ),
    ),
    Choice("2", "tune         many sets of a strategy's numbers", ("sweep",), (_DATA, _STRATEGY, _SETS)),
    Choice(
        "3",
        "train        numbers chosen on some days, played on the next",
        ("walkforward",),
        (
            _DATA,
            _STRATEGY,
            _SETS,
            Question("days to choose on", "--train", "60"),
            Question("days to play on", "--test", "20"),
        ),
    ),
    Choice("4", "backtest     the configured strategies, with a report", ("backtest",), (_DATA,)),
    Choice("5", "log in       the token of the day", ("login",)),
    Choice("6", "check        is everything in place?", ("check",)),
    Choice("7", "alerts       live prices, advice and no orders", ("--mode", "alerts")),
    Choice("8", "paper        live prices, simulated orders", ("--mode", "paper")),
    Choice("9", "live         live prices, REAL orders", ("--mode", "live")),
    Choice("s", "screen       the running daemon, with keys", ("status", "--watch")),
    Choice(
        "w",
        "why          was it traded, or not?",
        ("why",),
        (Question("symbol", is_needed=True), Question("time, HH:MM; empty: the newest")),
    ),
    Choice("r", "resume       release a pause, a panic, halts that wait for you", ("resume",)),
    Choice("x", "PANIC        cancel every order, close every position, latch", ("--panic-exit",)),
    Choice(_LEAVE, "leave", ()),
)


def run_menu(arguments: Namespace, context: Context) -> int:
    """Show the menu until it is left. Raises SettingsError without a terminal."""
    if context.ask is None:
        raise SettingsError("the menu needs a terminal; without one give the commands themselves: see --help")
    return menu(context.ask, context.write, _run, _common(arguments))


def menu(
    ask: Callable[[str], str],
    write: Callable[[str], None],
    run: Callable[[Sequence[str]], int],
    common: Sequence[str] = (),
) -> int:
    """Ask for a choice and what it needs, run it, and again; the end of the input leaves as well."""
    by_key = {choice.key: choice for choice in CHOICES}
    while True:
        write("\n".join(f"  {choice.key}  {choice.text}" for choice in CHOICES))
        try:
            choice = by_key.get(ask("choice: ").strip().lower())
            if choice is None:
                write("one of the keys at the left, and Enter")
                continue
            if choice.key == _LEAVE:
                return 0
            words = _words(choice, ask, common)
        except EOFError:
            return 0
        if words is None:
            write("nothing was done: that has to be known")
            continue
        write(f"python main.py {shlex.join(words)}")
        code = run(words)
        write(f"(ended with exit code {code})\n" if code else "(done)\n")


def _words(choice: Choice, ask: Callable[[str], str], common: Sequence[str]) -> list[str] | None:
    """The command; None where something is missing that is needed."""
    words = [*choice.words, *(() if "--mode" in choice.words else common)]
    for question in choice.questions:
        usual = f" [{question.usual}]" if question.usual else ""
        answer = ask(f"{question.text}{usual}: ").strip() or question.usual
        if answer:
            parts = answer.split() if question.is_many else [answer]
            words += [word for part in parts for word in (question.option, part) if word]
        elif question.is_needed:
            return None
    return words


def _common(arguments: Namespace) -> list[str]:
    """What was said to the menu itself about mode and settings."""
    mode = ["--mode", arguments.mode] if arguments.mode else []
    return [*mode, *(["--config", str(arguments.config)] if arguments.config else [])]


def _run(words: Sequence[str]) -> int:
    """Run a command of this program; Ctrl-C is for the command alone."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run([sys.executable, sys.argv[0], *words], check=False).returncode  # noqa: S603  # this program
    finally:
        signal.signal(signal.SIGINT, before)
