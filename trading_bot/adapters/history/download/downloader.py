"""What the store lacks is asked of a source, a page at a time; each page is on disk before the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple, Protocol

from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import CandleStore, Written
from trading_bot.adapters.history.store.spans import Span
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.candles.interval import Interval
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import date_of
from trading_bot.domain.rules.provenance import Adjustment, Provenance

_OVERLAP = timedelta(days=7)
"""How far an update goes back into what is stored, to notice that the source has changed it."""
_NOTHING = Written(0, 0, 0)
_SETTLED = timedelta(days=7)
"""An empty answer about newer days may still be filled by the source, so it is asked again."""


class Fetched(NamedTuple):
    """One page's candles, and how many rows of it were none."""

    candles: CandleArrays
    dropped: int = 0


class CandleFetcher(Protocol):
    """A source of candles of the past."""

    @property
    def source(self) -> str:
        """Its name in the store."""
        ...

    @property
    def adjustment(self) -> Adjustment:
        """What it does to earlier prices."""
        ...

    @property
    def comes_whole(self) -> bool:
        """Whether earlier prices change with each split, so that pieces of different days do not fit."""
        ...

    def pages(self, interval: Interval, span: Span) -> Sequence[Span]:
        """The calls that a span takes, oldest first; days that the source does not have are left out."""
        ...

    async def fetch(self, symbol: str, interval: Interval, page: Span) -> Fetched:
        """Candles of one page. Raises ReadFailedError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be in the store afterwards."""

    symbols: tuple[str, ...]
    interval: Interval
    span: Span
    now_ms: int
    anew: bool = False
    """Drop what is stored first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one symbol."""

    symbol: str
    written: Written = _NOTHING
    pages: int = 0
    dropped: int = 0
    failure: str = ""
    """Why it stopped; what came before is in the store."""

    @property
    def is_changed(self) -> bool:
        """Whether the source now says something else about days that were stored."""
        return self.written.changed > 0


class Progress(Protocol):
    """Is told how far a download is."""

    def begins(self, symbol: str, pages: int) -> None:
        """So many calls will be made for a symbol."""
        ...

    def advances(self, symbol: str) -> None:
        """One of them was answered and is stored."""
        ...

    def ends(self, outcome: Outcome) -> None:
        """The symbol is done."""
        ...


async def download(
    store: CandleStore, fetcher: CandleFetcher, wish: Wish, progress: Progress
) -> tuple[Outcome, ...]:
    """Bring the store up to the wish, symbol by symbol; a failure of one does not stop the others.

    Raises NotAuthorisedError, after which none would be answered.
    """
    outcomes = []
    for symbol in wish.symbols:
        outcome = await _one(store, fetcher, wish, symbol, progress)
        progress.ends(outcome)
        outcomes.append(outcome)
    return tuple(outcomes)


async def _one(
    store: CandleStore, fetcher: CandleFetcher, wish: Wish, symbol: str, progress: Progress
) -> Outcome:
    key = _key(fetcher, wish, symbol)
    if wish.anew:
        store.forget(key)
    pages = _missing_pages(store, fetcher, wish, key)
    progress.begins(symbol, len(pages))
    outcome = Outcome(symbol=symbol)
    for page in pages:
        try:
            fetched = await fetcher.fetch(symbol, wish.interval, page)
        except NotAuthorisedError:
            raise
        except ReadFailedError as error:
            return replace(outcome, failure=str(error))
        written = store.put(key, fetched.candles, covers=_answered(page, fetched.candles, wish))
        outcome = _with(outcome, written, fetched.dropped)
        progress.advances(symbol)
    return outcome


def _key(fetcher: CandleFetcher, wish: Wish, symbol: str) -> SeriesKey:
    origin = Provenance(
        source=fetcher.source,
        adjustment=fetcher.adjustment,
        adjusted_as_of=None if fetcher.adjustment is Adjustment.UNKNOWN else date_of(wish.now_ms),
        fetched_at_ms=wish.now_ms,
    )
    return SeriesKey(symbol=symbol, interval_s=wish.interval.seconds, origin=origin)


def _missing_pages(store: CandleStore, fetcher: CandleFetcher, wish: Wish, key: SeriesKey) -> list[Span]:
    left = store.uncovered(key, wish.span)
    if not left:
        return []
    stored = store.extent(key)
    if fetcher.comes_whole:
        first = min(wish.span[0], stored.first_on or wish.span[0])
        return list(fetcher.pages(wish.interval, (first, wish.span[1])))
    pages: list[Span] = []
    for first, last in left:
        goes_on = stored.last_on is not None and first > stored.last_on
        begin = max(first - _OVERLAP, wish.span[0]) if goes_on else first
        pages += fetcher.pages(wish.interval, (begin, last))
    return pages


def _answered(page: Span, candles: CandleArrays, wish: Wish) -> Span | None:
    """The days about which the answer is final."""
    first, last = page
    settled = date_of(wish.now_ms) - _SETTLED
    newest = date_of(int(candles.start_ms[-1])) if candles.start_ms.size else first - timedelta(days=1)
    end = min(last, max(settled, newest))
    return (first, end) if end >= first else None


def _with(outcome: Outcome, written: Written, dropped: int) -> Outcome:
    together = Written(*(before + more for before, more in zip(outcome.written, written, strict=True)))
    return replace(outcome, written=together, pages=outcome.pages + 1, dropped=outcome.dropped + dropped)
