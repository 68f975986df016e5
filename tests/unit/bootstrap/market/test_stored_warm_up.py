"""Warm-up out of the store: the broker is asked for little, and believed more."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import open_store
from trading_bot.bootstrap.market.stored_warm_up import StoredWarmUp
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import date_of, midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.rules.provenance import Adjustment, Provenance

KEY = "NSE_EQ|ACME"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (23, 24, 25, 26))
PAST = (MONDAY, TUESDAY, WEDNESDAY)


def minutes(*days, price=10_000):
    return tuple(
        Candle(midnight_ms(day) + 33_300_000 + 60_000 * minute, price, price, price, price, 7)
        for day in days
        for minute in (0, 1)
    )


@dataclass
class FakeBroker:
    """Answers with its own candles, and keeps what it was asked."""

    candles: tuple[Candle, ...]
    failure: Exception | None = None
    asked: list = field(default_factory=list)

    async def minute_candles(self, instrument_key, first, last):
        self.asked.append((first, last))
        if self.failure is not None:
            raise self.failure
        return tuple(candle for candle in self.candles if first <= date_of(candle.start_ms) <= last)

    async def day_closes(self, instrument_key, first, last):
        return ("closes", instrument_key, first, last)


@pytest.fixture
def warm_up(tmp_path):
    """A warm-up of Thursday over a broker, with days that were downloaded from a source."""

    def make(broker, *, days=PAST, source="upstox", covers=(MONDAY, WEDNESDAY), closes=None):
        path = tmp_path / "history.db"
        store = open_store(path)
        origin = Provenance(source=source, adjustment=Adjustment.UNKNOWN)
        key = SeriesKey(symbol="ACME", interval_s=60, origin=origin)
        store.put(key, arrays_of(minutes(*days)), covers=covers)
        store.close()
        return StoredWarmUp(
            broker=broker,
            store=path,
            symbols={KEY: "ACME"},
            previous_closes=closes or {},
            on=THURSDAY,
        )

    return make


def read(history, first=MONDAY, last=THURSDAY):
    return asyncio.run(history.minute_candles(KEY, first, last))


def test_the_broker_is_asked_from_the_newest_stored_day_on(warm_up):
    broker = FakeBroker(minutes(*PAST, THURSDAY))

    assert read(warm_up(broker)) == minutes(*PAST, THURSDAY)
    assert broker.asked == [(WEDNESDAY, THURSDAY)]


def test_days_that_were_never_downloaded_come_from_the_broker(warm_up):
    broker = FakeBroker(minutes(*PAST, THURSDAY))

    assert read(warm_up(broker, days=(MONDAY, TUESDAY), covers=(MONDAY, TUESDAY))) == broker.candles
    assert broker.asked == [(TUESDAY, THURSDAY)]


def test_a_hole_before_the_stored_days_makes_the_broker_tell_everything(warm_up):
    broker = FakeBroker(minutes(*PAST, THURSDAY))

    assert read(warm_up(broker, covers=(TUESDAY, WEDNESDAY))) == broker.candles
    assert broker.asked == [(MONDAY, THURSDAY)]


def test_after_a_split_nothing_that_is_stored_is_believed(warm_up):
    """Fault 107: prices before and after a split are never joined."""
    broker = FakeBroker(minutes(*PAST, THURSDAY, price=5_000))

    assert read(warm_up(broker)) == broker.candles
    assert broker.asked == [(WEDNESDAY, THURSDAY), (MONDAY, THURSDAY)]


def test_a_broker_that_has_not_the_newest_day_yet_is_asked_for_all(warm_up):
    broker = FakeBroker(minutes(MONDAY, TUESDAY, THURSDAY))

    assert read(warm_up(broker)) == broker.candles


@pytest.mark.parametrize("source", ["yahoo", "folder prices"])
def test_only_the_brokers_own_minutes_are_taken(warm_up, source):
    broker = FakeBroker(minutes(*PAST, THURSDAY))

    read(warm_up(broker, source=source))

    assert broker.asked == [(MONDAY, THURSDAY)]


@pytest.mark.parametrize("content", [None, b"", b"no database, but long enough to be looked at" * 9])
def test_without_a_store_it_is_as_if_nobody_had_asked_for_one(warm_up, tmp_path, content):
    broker = FakeBroker(minutes(*PAST, THURSDAY))
    history = warm_up(broker)
    for path in tmp_path.iterdir():
        path.unlink()
    if content is not None:
        Path(history.store).write_bytes(content)

    assert read(history) == broker.candles
    assert broker.asked == [(MONDAY, THURSDAY)]


def test_before_the_open_stored_days_stand_in_for_a_broker_that_fails(warm_up):
    history = warm_up(FakeBroker((), ReadFailedError("503")), closes={KEY: 10_200})

    assert read(history, last=WEDNESDAY) == minutes(*PAST)


def test_they_do_not_where_the_session_before_is_missing(warm_up):
    """A close like the broker's does not tell what happened on days that were not downloaded."""
    history = warm_up(
        FakeBroker((), ReadFailedError("503")), days=PAST[:2], covers=PAST[:2], closes={KEY: 10_000}
    )

    with pytest.raises(ReadFailedError):
        read(history, last=WEDNESDAY)


@pytest.mark.parametrize("closes", [{}, {KEY: 5_000}])
def test_they_do_not_where_the_broker_knows_another_close_or_none(warm_up, closes):
    """A split overnight: its close before is the half of what is stored."""
    history = warm_up(FakeBroker((), ReadFailedError("503")), closes=closes)

    with pytest.raises(ReadFailedError):
        read(history, last=WEDNESDAY)


@pytest.mark.parametrize(
    ("failure", "last"), [(ReadFailedError("503"), THURSDAY), (NotAuthorisedError("401"), WEDNESDAY)]
)
def test_todays_minutes_and_a_login_cannot_be_made_up(warm_up, failure, last):
    history = warm_up(FakeBroker((), failure), closes={KEY: 10_000})

    with pytest.raises(ReadFailedError):
        read(history, last=last)


def test_closes_of_days_are_the_brokers(warm_up):
    history = warm_up(FakeBroker(()))

    assert asyncio.run(history.day_closes(KEY, MONDAY, TUESDAY)) == ("closes", KEY, MONDAY, TUESDAY)
