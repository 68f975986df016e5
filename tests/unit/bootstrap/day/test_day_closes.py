"""A folder of days completes what a source has of long ago, and only that."""

import asyncio
from contextlib import closing
from datetime import date

import pytest

from tests.fakes.engine_driver import KEY, SHARE
from tests.fakes.engine_ports import FakeHistory
from trading_bot.adapters.history import open_history
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import open_store
from trading_bot.bootstrap.day.day_closes import DaysFolder, with_days
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.outlook import DayClose
from trading_bot.domain.rules.provenance import Adjustment, Provenance
from trading_bot.settings.tree import Settings

EVER = (date(2000, 1, 1), date(2030, 1, 1))
LOOKS_AT_DAYS = {"rolling_bars": "day"}
ROWS = {date(2024, 7, 1): 100, date(2024, 7, 2): 101, date(2024, 7, 3): 102}


@pytest.fixture
def path(tmp_path):
    lines = [f"{on},{close},{close},{close},{close},10" for on, close in ROWS.items()]
    (tmp_path / "RELIANCE.csv").write_text("\n".join(["date,open,high,low,close,volume", *lines]))
    return tmp_path


@pytest.fixture
def days(path):
    return DaysFolder(open_history(path))


def test_it_gives_the_days_before_the_first_that_the_source_has(days):
    own = (DayClose(date(2024, 7, 3), 10_201), DayClose(date(2024, 7, 4), 10_300))

    assert days.completed("RELIANCE", own, *EVER) == (
        DayClose(date(2024, 7, 1), 10_000),
        DayClose(date(2024, 7, 2), 10_100),
        *own,
    )


def test_it_gives_everything_where_the_source_has_nothing(days):
    assert [close.on for close in days.completed("RELIANCE", (), *EVER)] == list(ROWS)


def test_days_outside_the_range_are_left_out(days):
    found = days.completed("RELIANCE", (), date(2024, 7, 2), date(2024, 7, 2))

    assert found == (DayClose(date(2024, 7, 2), 10_100),)


def test_one_that_is_adjusted_otherwise_is_not_used(days):
    """A split between the two would lie among the averages."""
    own = (DayClose(date(2024, 7, 3), 5_100),)

    assert days.completed("RELIANCE", own, *EVER) == own


@pytest.mark.parametrize(("close", "is_used"), [(10_500, True), (5_100, False), (20_400, False)])
def test_one_that_ends_before_the_source_begins_is_compared_with_its_first_day(days, close, is_used):
    """Fault 107: a split in between would lie among the averages here as well."""
    own = (DayClose(date(2024, 7, 4), close),)

    found = days.completed("RELIANCE", own, *EVER)

    assert found[-1:] == own
    assert len(found) == (4 if is_used else 1)


def test_a_share_that_it_does_not_have_stays_as_it_is(days):
    own = (DayClose(date(2024, 7, 3), 5_100),)

    assert days.completed("TCS", own, *EVER) == own


def test_the_engine_is_asked_through_it(days):
    own = (DayClose(date(2024, 7, 3), 10_200),)
    history = with_days(FakeHistory(closes={KEY: own}, candles={KEY: ()}), days, (SHARE,))

    assert [close.on for close in asyncio.run(history.day_closes(KEY, *EVER))] == list(ROWS)
    assert asyncio.run(history.minute_candles(KEY, *EVER)) == ()


def test_without_a_folder_the_history_is_the_source_s_own():
    history = FakeHistory()

    assert DaysFolder.of(Settings()) is None
    assert with_days(history, None, (SHARE,)) is history


def test_the_days_of_the_store_serve_as_well(tmp_path):
    store = tmp_path / "history.db"
    origin = Provenance(source="yahoo", adjustment=Adjustment.SPLITS)
    rows = [Candle(midnight_ms(on), *[close * 100] * 4, 10) for on, close in ROWS.items()]
    with closing(open_store(store)) as opened:
        opened.put(SeriesKey(symbol="RELIANCE", interval_s=86_400, origin=origin), arrays_of(rows))

    days = DaysFolder.of(Settings(run={"days_folder": f"{store}#1d"}, confluence=LOOKS_AT_DAYS))

    assert [close.on for close in days.completed("RELIANCE", (), *EVER)] == list(ROWS)


def test_where_two_series_are_meant_the_hint_names_the_setting(tmp_path):
    store = tmp_path / "history.db"
    with closing(open_store(store)) as opened:
        for source in ("upstox", "yahoo"):
            key = SeriesKey(symbol="RELIANCE", interval_s=86_400, origin=Provenance(source=source))
            opened.put(key, arrays_of([Candle(midnight_ms(date(2024, 7, 1)), 1, 1, 1, 1, 10)]))
    days = DaysFolder.of(Settings(run={"days_folder": f"{store}#1d"}, confluence=LOOKS_AT_DAYS))

    with pytest.raises(HistoryError) as refused:
        days.completed("RELIANCE", (), *EVER)

    assert f"run.days_folder = '{store}#yahoo/unknown/1d'" in str(refused.value)
    assert "--data" not in str(refused.value)


def test_a_store_that_is_not_there_is_said_with_the_setting(tmp_path):
    settings = Settings(run={"days_folder": f"{tmp_path}/none.db#1d"}, confluence=LOOKS_AT_DAYS)

    with pytest.raises(
        HistoryError, match=r"run.days_folder = .*none.db#1d: there is no such store"
    ) as refused:
        DaysFolder.of(settings)

    assert "--data" not in str(refused.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    settings = Settings(run={"days_folder": tmp_path / "nothing"}, confluence=LOOKS_AT_DAYS)

    with pytest.raises(HistoryError, match="nothing"):
        DaysFolder.of(settings)


def test_where_no_strategy_looks_at_days_it_is_not_opened(tmp_path):
    """A backtest's checks play its days hundreds of times."""
    assert DaysFolder.of(Settings(run={"days_folder": tmp_path / "nothing"})) is None
