"""What is asked again and what is not; what is on disk when something breaks."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from trading_bot.adapters.history.download import Fetched, Outcome, Wish, download
from trading_bot.adapters.history.store import open_store
from trading_bot.domain.candles.arrays import arrays_of, no_candles
from trading_bot.domain.candles.interval import DAY
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.rules.provenance import Adjustment

FIRST, LAST = date(2025, 1, 1), date(2025, 1, 30)
WISH = Wish(symbols=("ACME",), interval=DAY, span=(FIRST, LAST), now_ms=midnight_ms(date(2025, 1, 31)))


@dataclass
class FakeFetcher:
    """A candle for each day of a price, ten days a page."""

    source: str = "fake"
    adjustment: Adjustment = Adjustment.UNKNOWN
    comes_whole: bool = False
    price: int = 10_000
    fails_on: date | None = None
    failure: type[ReadFailedError] = ReadFailedError
    last: date = LAST
    asked: list[tuple[date, date]] = field(default_factory=list)

    def pages(self, _interval, span):
        first, last = span
        if self.comes_whole:
            return [span]
        length = timedelta(days=9)
        return [
            (begin, min(begin + length, last))
            for begin in (
                first + timedelta(days=10 * number) for number in range((last - first).days // 10 + 1)
            )
        ]

    async def fetch(self, symbol, _interval, page):
        self.asked.append(page)
        if self.fails_on is not None and page[0] <= self.fails_on <= page[1]:
            raise self.failure(f"{symbol} broke off")
        days = [page[0] + timedelta(days=number) for number in range((page[1] - page[0]).days + 1)]
        price = self.price
        candles = [
            Candle(midnight_ms(day), price, price, price, price, 1) for day in days if day <= self.last
        ]
        return Fetched(arrays_of(candles), dropped=1)


class Told:
    """Keeps what progress was told."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def begins(self, symbol, pages):
        self.words.append(f"{symbol} 0/{pages}")

    def advances(self, symbol):
        self.words.append(f"{symbol} +1")

    def ends(self, outcome):
        self.words.append(f"{outcome.symbol} done")


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "history.db")
    yield opened
    opened.close()


def stored(store):
    (key,) = store.listed()
    return store.candles(key)


async def test_pages_are_fetched_oldest_first_and_told(store):
    fetcher, told = FakeFetcher(), Told()

    (outcome,) = await download(store, fetcher, WISH, told)

    assert fetcher.asked == [(date(2025, 1, day), date(2025, 1, day + 9)) for day in (1, 11, 21)]
    assert (outcome.pages, outcome.written.added, outcome.dropped) == (3, 30, 3)
    assert told.words == ["ACME 0/3", "ACME +1", "ACME +1", "ACME +1", "ACME done"]
    (key,) = store.listed()
    assert (key.origin.source, key.origin.fetched_at_ms) == ("fake", WISH.now_ms)


async def test_nothing_is_asked_for_what_is_there(store):
    await download(store, FakeFetcher(), WISH, Told())
    again = FakeFetcher()

    (outcome,) = await download(store, again, WISH, Told())

    assert again.asked == []
    assert outcome == Outcome(symbol="ACME")


async def test_a_download_goes_on_where_it_broke_off(store):
    (broken,) = await download(store, FakeFetcher(fails_on=date(2025, 1, 15)), WISH, Told())
    again = FakeFetcher()
    (outcome,) = await download(store, again, WISH, Told())

    assert broken.failure == "ACME broke off"
    assert broken.written.added == 10
    assert again.asked[0][0] == date(2025, 1, 4)  # a week back, to notice what has changed
    assert outcome.written.added == 20
    assert stored(store).start_ms.size == 30


async def test_a_failure_of_one_symbol_does_not_stop_the_others(store):
    wish = replace(WISH, symbols=("ACME", "BETA"))

    outcomes = await download(store, FakeFetcher(fails_on=date(2025, 1, 15)), wish, Told())

    assert [outcome.failure for outcome in outcomes] == ["ACME broke off", "BETA broke off"]


async def test_a_refused_token_stops_at_once(store):
    fetcher = FakeFetcher(fails_on=FIRST, failure=NotAuthorisedError)

    with pytest.raises(NotAuthorisedError):
        await download(store, fetcher, replace(WISH, symbols=("ACME", "BETA")), Told())
    assert len(fetcher.asked) == 1


async def test_an_update_tells_that_the_source_has_changed_what_was_stored(store):
    await download(store, FakeFetcher(), replace(WISH, span=(FIRST, date(2025, 1, 20))), Told())

    (outcome,) = await download(store, FakeFetcher(price=5_000), WISH, Told())

    assert outcome.is_changed
    assert outcome.written.changed == 7


async def test_a_source_that_adjusts_is_asked_for_everything_anew(store):
    whole = FakeFetcher(comes_whole=True, adjustment=Adjustment.SPLITS)
    await download(store, whole, replace(WISH, span=(FIRST, date(2025, 1, 20))), Told())
    halved = FakeFetcher(comes_whole=True, adjustment=Adjustment.SPLITS, price=5_000)

    await download(store, halved, replace(WISH, span=(date(2025, 1, 15), LAST)), Told())

    assert halved.asked == [(FIRST, LAST)]
    assert set(stored(store).close.tolist()) == {5_000}


async def test_days_that_may_still_come_are_asked_again(store):
    """The broker moves a day's candles into its history some time after the close."""
    await download(store, FakeFetcher(last=date(2025, 1, 28)), WISH, Told())
    again = FakeFetcher()

    (outcome,) = await download(store, again, WISH, Told())

    assert outcome.written.added == 2
    assert again.asked[-1][1] == LAST


async def test_old_days_without_candles_are_not_asked_again(store):
    class Empty(FakeFetcher):
        async def fetch(self, symbol, interval, page):
            await super().fetch(symbol, interval, page)
            return Fetched(no_candles())

    wish = replace(WISH, now_ms=midnight_ms(date(2025, 6, 1)))
    await download(store, Empty(), wish, Told())
    again = FakeFetcher()
    await download(store, again, wish, Told())

    assert again.asked == []


async def test_a_series_can_be_taken_anew(store):
    await download(store, FakeFetcher(), WISH, Told())
    again = FakeFetcher(price=5_000)

    (outcome,) = await download(store, again, replace(WISH, anew=True), Told())

    assert (outcome.written.added, outcome.written.changed) == (30, 0)
