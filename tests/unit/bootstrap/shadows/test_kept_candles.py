"""Days of which only minutes were kept: a folder is made of them, and the store completes its beginning."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.fakes.engine_driver import SHARE
from tests.fakes.journals_of_days import journal_of, session_of
from tests.fakes.price_folder import Shown
from tests.fakes.walks import walk
from trading_bot.adapters.history import open_history, open_warm_up
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import open_store
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.market_records import keep_candles, keep_instruments
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.bootstrap.shadows.kept_candles import write_kept_candles
from trading_bot.bootstrap.shadows.run import run_shadow
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.instrument import InstrumentKind, OptionRight, Segment
from trading_bot.domain.market_data import Candle
from trading_bot.domain.rules.provenance import Adjustment, Provenance
from trading_bot.settings.options import ShadowOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

PRICES = ("open", "high", "low", "close")
FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)
MINUTES = tuple(Candle(*row, 100) for row in walk(3, 750))


async def kept(path, candles, *days, share=SHARE):
    """A journal of these days with these minutes beside it."""
    journal_of(path, *(session_of(day) for day in days))
    journal = open_journal(
        path, clock_ms=lambda: 0, on_failure=lambda error: pytest.fail(str(error)), settings=StorageSettings()
    )
    await journal.run(partial(keep_candles, rows=[(share.key, candle) for candle in candles]))
    await journal.run(partial(keep_instruments, instruments=(share,), on=days[-1]))
    journal.close()
    return path


async def test_the_folder_has_the_minutes_with_key_and_tick_of_the_share(tmp_path):
    database, into = await kept(tmp_path / "paper.db", MINUTES, FIRST, SECOND), tmp_path / "folder"
    into.mkdir()

    with JournalReader(database) as reader:
        write_kept_candles(reader, tmp_path / "history.db", into)

    folder = open_history(into)
    assert folder.minute_candles("RELIANCE", FIRST, SECOND).candles() == MINUTES
    found = folder.instrument("RELIANCE", SECOND)
    assert (found.key, found.tick_size, found.closing_auction_eligible) == (SHARE.key, 10, True)


async def test_what_was_downloaded_lies_before_it(tmp_path):
    database, into = await kept(tmp_path / "paper.db", MINUTES[375:], SECOND), tmp_path / "folder"
    into.mkdir()
    store = tmp_path / "history.db"
    with closing(open_store(store)) as source:
        key = SeriesKey(symbol="RELIANCE", interval_s=60, origin=Provenance(source="upstox"))
        source.put(key, arrays_of(MINUTES[:375]))

    with JournalReader(database) as reader:
        write_kept_candles(reader, store, into)

    warm_up = open_warm_up(open_history(into))
    assert warm_up.minutes_before("RELIANCE", SECOND) == 375


def store_of(path, candles, adjustment=Adjustment.UNKNOWN):
    with closing(open_store(path)) as source:
        origin = Provenance(source="upstox", adjustment=adjustment)
        source.put(SeriesKey(symbol="RELIANCE", interval_s=60, origin=origin), arrays_of(candles))


async def test_the_folder_says_that_its_own_prices_are_as_traded(tmp_path):
    """Fault 107: a split between the kept days can be taken out then."""
    database, into = await kept(tmp_path / "paper.db", MINUTES[375:], SECOND), tmp_path / "folder"
    into.mkdir()
    store_of(tmp_path / "history.db", MINUTES[:375], Adjustment.SPLITS)

    with JournalReader(database) as reader:
        write_kept_candles(reader, tmp_path / "history.db", into)

    own, earlier = open_warm_up(open_history(into)).folders
    assert own.origin("RELIANCE").adjustment is Adjustment.NONE
    assert earlier.origin("RELIANCE").adjustment is Adjustment.SPLITS


async def test_stored_minutes_on_another_scale_are_left_out_and_that_is_told(tmp_path):
    """Fault 107: the shares were split since they were downloaded."""
    await kept(tmp_path / "paper.db", MINUTES, FIRST, SECOND)
    halves = [candle._replace(**{name: getattr(candle, name) * 2 for name in PRICES}) for candle in MINUTES]
    earlier = [candle._replace(start_ms=candle.start_ms - 86_400_000) for candle in halves[:375]]
    store_of(tmp_path / "history.db", earlier + halves[:375])
    said = []

    code = run_shadow(settings(tmp_path), ShadowOptions(first=FIRST), said.append, Shown().progress, 0)

    kept_days = (tmp_path / "shadows" / "slower" / "paper").glob("*.json")
    notes = [note for path in kept_days for note in json.loads(path.read_text())["notes"]]
    assert code == 0
    assert sum("the stored minutes are not used" in note for note in notes) == 2


async def test_a_series_that_was_pruned_does_not_hide_another(tmp_path):
    database, into = await kept(tmp_path / "paper.db", MINUTES[375:], SECOND), tmp_path / "folder"
    into.mkdir()
    store = tmp_path / "history.db"
    with closing(open_store(store)) as source:
        for name, at_ms, candles in (("upstox", 1, MINUTES[:375]), ("another", 2, ())):
            origin = Provenance(source=name, fetched_at_ms=at_ms)
            source.put(SeriesKey(symbol="RELIANCE", interval_s=60, origin=origin), arrays_of(candles))

    with JournalReader(database) as reader:
        write_kept_candles(reader, store, into)

    assert open_warm_up(open_history(into)).minutes_before("RELIANCE", SECOND) == 375


async def test_minutes_of_nothing_that_is_known_are_refused(tmp_path):
    database, into = await kept(tmp_path / "paper.db", (), FIRST), tmp_path / "folder"
    into.mkdir()

    with JournalReader(database) as reader, pytest.raises(HistoryError, match="no kept candle"):
        write_kept_candles(reader, tmp_path / "history.db", into)


async def test_a_contract_comes_back_as_what_it_is(tmp_path):
    option = replace(
        SHARE,
        key="NSE_FO|35000",
        symbol="NIFTY24JAN21500CE",
        segment=Segment.NSE_FO,
        kind=InstrumentKind.OPTION,
        isin=None,
        lot_size=50,
        freeze_quantity=1_800,
        expiry_on=date(2024, 1, 25),
        strike=2_150_000,
        right=OptionRight.CALL,
        underlying_key="NSE_INDEX|Nifty 50",
        closing_auction_eligible=False,
    )
    database, into = await kept(tmp_path / "paper.db", MINUTES, FIRST, SECOND, share=option), tmp_path / "f"
    into.mkdir()

    with JournalReader(database) as reader:
        write_kept_candles(reader, tmp_path / "history.db", into)

    found = open_history(into).instrument(option.symbol, SECOND)
    assert replace(found, name=option.name, exchange_token=option.exchange_token) == option


def settings(folder):
    return Settings(
        run={"mode": Mode.PAPER, "data_dir": folder, "strategies": ("ema_cross",)},
        logs={"folder": folder / "logs"},
        shadow={"slower": {"strategies": {"ema_cross": {"slow": 90}}}},
    )


async def test_a_day_with_its_minutes_alone_is_played_by_candles(tmp_path):
    await kept(tmp_path / "paper.db", MINUTES, FIRST, SECOND)
    said = []

    code = run_shadow(settings(tmp_path), ShadowOptions(first=FIRST), said.append, Shown().progress, 0)

    assert code == 0
    assert "1-minute candles of the daemon's own record" in said[0]
    assert "really (" not in said[0], "both days have a journal"


async def test_a_day_of_which_nothing_was_kept_is_told_and_the_others_are_played(tmp_path):
    await kept(tmp_path / "paper.db", MINUTES[375:], FIRST, SECOND)
    said = []

    code = run_shadow(settings(tmp_path), ShadowOptions(first=FIRST), said.append, Shown().progress, 0)

    assert code == 1
    assert f"not played: {FIRST}: no inputs were recorded" in said[0]
    assert (tmp_path / "shadows" / "slower" / "paper" / f"{SECOND}.json").is_file()
