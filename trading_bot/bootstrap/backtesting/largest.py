"""A universe of the largest companies, by the market capitalisations that were downloaded."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from trading_bot.adapters.history import PriceHistory
from trading_bot.domain.errors import HistoryError

_HOW = "so --largest cannot choose: see `download --market-caps`"


class Largest(NamedTuple):
    """The companies that were worth most."""

    symbols: tuple[str, ...]
    text: str
    """How they were chosen, and what that choice is worth, in words."""
    is_late: bool
    """Whether that took what nobody knew before the first day."""


def largest_of(
    history: PriceHistory, symbols: Sequence[str], count: int, first: date | None, store: Path
) -> Largest:
    """So many of the symbols by what was known before the first day.

    Without a figure that old the newest ones choose, which is said. Raises HistoryError where none is known.
    """
    # SQLAlchemy takes a tenth of a second: a backtest that chooses nothing does not wait for it
    from trading_bot.adapters.history.store import read_store  # noqa: PLC0415
    from trading_bot.adapters.history.store.market_caps import known_market_caps, largest  # noqa: PLC0415

    begin = first or min((day for symbol in symbols for day in history.days(symbol)[:1]), default=None)
    if begin is None:
        raise HistoryError(f"{history.path}: there are no rows; fill it, or give other data")
    if not store.is_file():
        raise HistoryError(f"{store}: there is no store of market capitalisations, {_HOW}")
    names = {history.trading_symbol(symbol): symbol for symbol in symbols}
    with closing(read_store(store)) as opened:
        chosen = largest(known_market_caps(opened, begin - timedelta(days=1)), tuple(names), count)
        is_late = not chosen
        chosen = chosen or largest(known_market_caps(opened), tuple(names), count)
    if not chosen:
        raise HistoryError(
            f"{store}: no market capitalisation of these {len(names)} symbols is known, {_HOW}"
        )
    as_of = max(cap.as_of for cap in chosen)
    text = f"Chosen: the {len(chosen)} largest of {len(names)} symbols by market capitalisation as of {as_of}"
    if len(chosen) < count:
        text += f" (no more are known, {count} were asked for)"
    if is_late:
        text += (
            f", which is not before the first day, {begin}. Companies that are large today are those that "
            "rose: results are flattered by that"
        )
    return Largest(tuple(names[cap.symbol] for cap in chosen), f"{text}.", is_late)
