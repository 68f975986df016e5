"""Argument types: text in, value out, or a message that says what was expected."""

from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from trading_bot.backtest.sweeps.grid import Axis, axis_of
from trading_bot.domain.candles.interval import Interval, interval_of
from trading_bot.domain.errors import SettingsError

WEEK, MONTH = "week", "month"
_PORT_MAX = 65_535
_DAYS_MOST = 36_500
_Word = TypeVar("_Word", bound=StrEnum)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def day(text: str) -> date:
    """A date such as 2026-11-19."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            f"{text!r} is not a date: write YYYY-MM-DD, for example 2026-11-19"
        ) from error


def require_order(first: date | None, last: date | None) -> None:
    """Raise SettingsError for days that run backwards."""
    if first is not None and last is not None and first > last:
        raise SettingsError(f"--from {first} is after --to {last}.\n  fix: exchange the two")


def moment(text: str) -> tuple[time, bool]:
    """A time of the day such as 10:15 or 10:15:30, and whether it names a whole minute."""
    for form, is_whole_minute in (("%H:%M", True), ("%H:%M:%S", False)):
        with suppress(ValueError):
            return datetime.strptime(text, form).time(), is_whole_minute  # noqa: DTZ007  # a time without a day
    raise ArgumentTypeError(f"{text!r} is not a time of the day: write HH:MM or HH:MM:SS, for example 10:15")


def speed(text: str) -> float:
    """Session seconds per wall second; 0 is as fast as possible."""
    try:
        number = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a number of session seconds per second") from error
    if not 0 <= number < float("inf"):
        raise ArgumentTypeError(f"{text!r}: a speed is 0 (as fast as possible) or more")
    return number


def port(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isdecimal() or int(text) > _PORT_MAX:
        raise ArgumentTypeError(f"{text!r} is not a port: 0 to {_PORT_MAX}")
    return int(text)


def symbols(text: str) -> tuple[str, ...]:
    """Names separated by commas."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise ArgumentTypeError("name at least one symbol, for example RELIANCE,TCS")
    return names


def add_data(parser: Any, what: str) -> None:
    """Where candles come from: a folder, or the store, which is the default."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"{what}, or a store, as in data/history.db#upstox/unknown/1m; default: the own store",
    )


class _Together(Action):
    """Joins the names of several words."""

    def __call__(
        self, _parser: ArgumentParser, namespace: Namespace, values: Any, _option: str | None = None
    ) -> None:
        setattr(namespace, self.dest, tuple(name for names in values for name in names))


def add_tickers(parser: ArgumentParser, meaning: str) -> None:
    """Names after one option, with spaces or commas between them; `.NS` and `.BO` may follow each."""
    parser.add_argument(
        "--symbols", "--tickers", nargs="+", type=symbols, action=_Together, metavar="A", help=meaning
    )


def add_largest(parser: ArgumentParser) -> None:
    """A choice among the names."""
    parser.add_argument(
        "--largest",
        type=count,
        metavar="N",
        help="of these the N largest, by `download --market-caps` as of the first day, else as of now",
    )


def interval(text: str) -> Interval:
    """The length of a candle, such as 5m, 1h or 1d."""
    try:
        return interval_of(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def shown_interval(text: str) -> str:
    """The length of a candle that is shown, in the words of `interval`, or week or month."""
    word = text.strip().lower()
    if word in (WEEK, MONTH):
        return word
    try:
        interval_of(word)
    except ValueError as error:
        raise ArgumentTypeError(f"{error}, or {WEEK}, or {MONTH}") from error
    return word


def days_kept(text: str) -> int:
    """How many days of history stay."""
    if not text.isdecimal() or not 1 <= int(text) <= _DAYS_MOST:
        raise ArgumentTypeError(f"{text!r} is not a number of days: 1 to {_DAYS_MOST:,}")
    return int(text)


def one_of(kind: type[_Word]) -> Callable[[str], _Word]:
    """One of a closed set of words."""

    def parse(text: str) -> _Word:
        try:
            return kind(text)
        except ValueError as error:
            raise ArgumentTypeError(f"{text!r} is none of {', '.join(kind)}") from error

    return parse


def whole(text: str) -> int:
    """A whole number from 0 on."""
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text} is not a whole number from 0 on")
    return int(text)


def count(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def loopback_url(text: str) -> str:
    """The address of a simulator on this machine."""
    parts = urlsplit(text)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise ArgumentTypeError(f"{text!r} is not a simulator's address, for example http://127.0.0.1:8787")
    return text.rstrip("/")


def axis(text: str) -> Axis:
    """One parameter and its values."""
    try:
        return axis_of(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def amount(text: str) -> Decimal:
    """Rupees above zero."""
    number = _decimal(text)
    if number <= 0:
        raise ArgumentTypeError(f"{text!r} is not an amount above 0")
    return number


def fraction(text: str) -> Decimal:
    """A part of one, such as 0.0003."""
    number = _decimal(text)
    if not 0 <= number < 1:
        raise ArgumentTypeError(f"{text!r} is not a fraction: 0.0003 is 0.03%")
    return number


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ArgumentTypeError(f"{text!r} is not a number") from error
    if not number.is_finite():
        raise ArgumentTypeError(f"{text!r} is not a number")
    return number
