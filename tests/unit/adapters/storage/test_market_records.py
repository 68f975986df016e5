from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.market_records import keep_candles, keep_instruments
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Segment
from trading_bot.domain.market_data import Candle

NOW_MS = 1_795_060_800_000
CANDLE = Candle(NOW_MS, 100, 110, 90, 105, 1_000)
OPTION = Instrument(
    key="NSE_FO|1",
    symbol="NIFTY",
    name="Nifty option",
    segment=Segment.NSE_FO,
    kind=InstrumentKind.OPTION,
    lot_size=75,
    freeze_quantity=1_800,
    expiry_on=date(2026, 11, 24),
    strike=2_500_000,
    right=OptionRight.PUT,
    underlying_key="NSE_INDEX|Nifty 50",
)
SHARE = Instrument(
    key="NSE_EQ|2",
    symbol="SHARE",
    name="A share",
    segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY,
    closing_auction_eligible=True,
)


@pytest.fixture
def journal(path):
    opened = open_inline_journal(path, clock_ms=lambda: NOW_MS, on_failure=lambda error: None)
    yield opened
    opened.close()


@pytest.fixture
def reader(journal, path):
    with JournalReader(path) as opened:
        yield opened


async def test_candles_read_back_in_time_order(journal, reader):
    later = CANDLE._replace(start_ms=NOW_MS + 60_000, volume=None)
    await journal.run(partial(keep_candles, rows=[("B", later), ("B", CANDLE), ("A", CANDLE)]))

    assert list(reader.candles(NOW_MS, NOW_MS + 60_000)) == [("A", CANDLE), ("B", CANDLE), ("B", later)]


async def test_candles_of_distant_days_are_all_found(journal, reader):
    starts = [NOW_MS + hour * 3_600_000 for hour in (0, 1, 100, 1_000)]
    await journal.run(
        partial(keep_candles, rows=[("A", CANDLE._replace(start_ms=start)) for start in starts])
    )

    assert [candle.start_ms for _, candle in reader.candles(NOW_MS, starts[-1])] == starts
    assert [candle.start_ms for _, candle in reader.candles(NOW_MS + 1, starts[-1] - 1)] == starts[1:3]


async def test_candles_outside_the_span_are_left_out(journal, reader):
    await journal.run(partial(keep_candles, rows=[("A", CANDLE)]))

    assert list(reader.candles(NOW_MS + 1, NOW_MS + 60_000)) == []


async def test_a_candle_that_comes_again_replaces_the_first(journal, reader):
    mended = CANDLE._replace(volume=1_001)
    await journal.run(partial(keep_candles, rows=[("A", CANDLE)]))
    await journal.run(partial(keep_candles, rows=[("A", mended)]))

    assert list(reader.candles(NOW_MS, NOW_MS)) == [("A", mended)]


async def test_keeping_nothing_is_allowed(journal, reader):
    await journal.run(partial(keep_candles, rows=[]))

    assert list(reader.candles(0, NOW_MS)) == []


async def test_instruments_read_back_as_they_were(journal, reader):
    await journal.run(partial(keep_instruments, instruments=[SHARE, OPTION], on=date(2026, 11, 19)))

    assert set(reader.instruments()) == {SHARE, OPTION}


async def test_the_next_days_instruments_replace_the_last(journal, reader):
    renamed = replace(SHARE, symbol="RENAMED")
    await journal.run(partial(keep_instruments, instruments=[SHARE, OPTION], on=date(2026, 11, 19)))
    await journal.run(partial(keep_instruments, instruments=[renamed], on=date(2026, 11, 20)))

    assert reader.instruments() == (renamed,)
