"""What companies are worth, dated, beside their candles: one figure for each symbol, source and day."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, inspect, select
from sqlalchemy.dialects.sqlite import insert

from trading_bot.adapters.history.store.schema import MARKET_CAPS
from trading_bot.adapters.history.store.store import CandleStore


class MarketCap(NamedTuple):
    """A company's value at the prices of one day."""

    symbol: str
    as_of: date
    rupees: int
    source: str
    fetched_at_ms: int


def keep_market_cap(store: CandleStore, cap: MarketCap) -> None:
    """Write a figure; one of the same symbol, source and day is replaced."""
    row = cap._asdict() | {"as_of": cap.as_of.isoformat()}
    statement = insert(MARKET_CAPS).values(**row)
    newer = {"rupees": cap.rupees, "fetched_at_ms": cap.fetched_at_ms}
    with store.transaction() as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=["symbol", "source", "as_of"], set_=newer)
        )


def known_market_caps(store: CandleStore, on: date | None = None) -> tuple[MarketCap, ...]:
    """The newest figure of each symbol that is not later than a day, the largest first; None: the newest.

    Where several sources have that day, it is what was fetched last.
    """
    with store.transaction() as connection:
        if not inspect(connection).has_table(MARKET_CAPS.name):
            return ()
        columns = MARKET_CAPS.c
        newest_first = columns.as_of.desc(), columns.fetched_at_ms.desc(), columns.source
        place = func.row_number().over(partition_by=columns.symbol, order_by=newest_first)
        wanted = select(MARKET_CAPS, place.label("place"))
        if on is not None:
            wanted = wanted.where(columns.as_of <= on.isoformat())
        newest = wanted.subquery()
        rows = connection.execute(
            select(newest).where(newest.c.place == 1).order_by(newest.c.rupees.desc(), newest.c.symbol)
        ).all()
    return tuple(
        MarketCap(row.symbol, date.fromisoformat(row.as_of), row.rupees, row.source, row.fetched_at_ms)
        for row in rows
    )


def largest(caps: Sequence[MarketCap], symbols: Sequence[str], count: int) -> tuple[MarketCap, ...]:
    """So many of the symbols, the largest first; those without a figure are never among them."""
    wanted = set(symbols)
    return tuple(cap for cap in caps if cap.symbol in wanted)[:count]
