"""Whether the folders that complete a history are on its price scale: a split may lie between them."""

from collections.abc import Sequence
from datetime import date

from trading_bot.adapters.history.price_history import PriceHistory
from trading_bot.adapters.history.quality.price_checks import looks_like_split
from trading_bot.adapters.history.warm_up import WarmUp
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import grouped, rupees

_ALIKE = 0.03
"""The closes of one day in two records lie so near to each other, unless one is adjusted otherwise."""


def off_scale(warm_up: WarmUp, symbols: Sequence[str], proven: Sequence[str]) -> dict[str, str]:
    """What is wrong with the earlier days of each symbol that are on another scale, in words.

    Where both have a day its closes are compared. Where they share none, the open of the folder's first day
    is compared with the close before it, as a split looks overnight; not for the `proven`, of which every
    split between the two is on record.
    """
    own, *others = warm_up.folders
    found: dict[str, str] = {}
    for symbol in symbols:
        days = own.days(symbol)
        if not days or not _is_share(own.instrument(symbol, days[0])):
            continue
        for other in others:
            if symbol in other.symbols and (words := _apart(own, other, symbol, symbol in proven)):
                found.setdefault(symbol, words)
    return found


def _is_share(instrument: Instrument) -> bool:
    """Indices are not split, and an option may halve over night."""
    return instrument.is_tradable and not instrument.segment.is_derivatives


def _apart(own: PriceHistory, other: PriceHistory, symbol: str, is_proven: bool) -> str:  # noqa: FBT001
    days, theirs = own.days(symbol), other.days(symbol)
    here, there = own.place(symbol), f"{other.place(symbol)}: {symbol}"
    shared = min(set(days) & set(theirs), default=None)
    if shared is not None:
        ours, closed = _prices(own, symbol, shared)[1], _prices(other, symbol, shared)[1]
        is_alike = abs(closed / ours - 1) <= _ALIKE
        return "" if is_alike else f"{there} closes {shared} at {_rupees(closed)}, {here} at {_rupees(ours)}"
    before = max((day for day in theirs if day < days[0]), default=None)
    if is_proven or before is None:
        return ""
    opened, closed = _prices(own, symbol, days[0])[0], _prices(other, symbol, before)[1]
    if not looks_like_split(opened / closed):
        return ""
    return f"{there} closes {before} at {_rupees(closed)}, {here} opens {days[0]} at {_rupees(opened)}"


def _prices(history: PriceHistory, symbol: str, on: date) -> tuple[int, int]:
    """The first open and the last close of a day, in paise."""
    candles = history.minute_candles(symbol, on, on)
    return int(candles.open[0]), int(candles.close[-1])


def _rupees(paise: int) -> str:
    return grouped(rupees(paise))
