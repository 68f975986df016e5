"""What tells one series of candles from another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.candles.interval import interval_text
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.rules.provenance import Provenance

DAY_S = 86_400
_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKey:
    """What tells one series from another: two sources are never mixed in one."""

    symbol: str
    interval_s: int
    """Seconds of one candle; 86,400 for days."""
    origin: Provenance

    @property
    def label(self) -> str:
        """How it is chosen among those of its symbol, such as upstox/unknown/1m."""
        return f"{self.origin.source}/{self.origin.adjustment}/{interval_text(self.interval_s)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesExtent:
    """How much there is of a series, and a digest that changes with any candle of it."""

    key: SeriesKey
    rows: int
    first_on: date | None
    last_on: date | None
    digest: str


def series_key(
    keys: Iterable[SeriesKey], symbol: str, interval_s: int, *, taken_from: str | None = None
) -> SeriesKey:
    """The first of the keys that is an instrument's, or the first that was `taken_from` a named source.

    Raises HistoryError, with what there is, when there is none.
    """
    having = [key for key in keys if taken_from in (None, key.origin.source)]
    wanted = [key for key in having if key.symbol == symbol.upper() and key.interval_s == interval_s]
    if wanted:
        return wanted[0]
    others = sorted({key.interval_s for key in having if key.symbol == symbol.upper()})
    names = ", ".join(sorted({key.symbol for key in having})[:10])
    hint = (
        f"there are candles of {', '.join(map(interval_text, others))}"
        if others
        else f"there are {names or 'none'}"
    )
    raise HistoryError(f"no candles of {interval_text(interval_s)} for '{symbol}'; {hint}")


def digest_of(candles: CandleArrays) -> str:
    """A digest of every figure of the candles."""
    digest = sha256()
    for column in candles:
        digest.update(column.astype("<i8").tobytes())
    return digest.hexdigest()[:_DIGITS]
