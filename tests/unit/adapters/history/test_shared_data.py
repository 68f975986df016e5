"""The loader against real files, read in place."""

from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history import HistoryKind, open_history, open_warm_up
from trading_bot.domain.errors import HistoryError

ON = date(2021, 4, 13)


@pytest.mark.parametrize(
    ("name", "symbols", "interval_s"),
    [
        ("nse_1min/2016_kite", 110, 60),
        ("nse_1min/2015_ieod", 12, 60),
        ("nse_1min/2021_ticks", 26, 60),
        ("index_1min/2009", 1, 60),
        ("index_1min/2024", 2, 60),
        ("nse_15min", 1, 900),
        ("nse_30min/2016", 27, 1800),
    ],
)
def test_folders_of_candles_are_recognised(shared_data, name, symbols, interval_s):
    folder = open_history(shared_data / name)

    assert folder.kind is HistoryKind.CANDLES
    assert len(folder.symbols) == symbols
    assert folder.interval_s(folder.symbols[0]) == interval_s


def test_every_folder_of_candles_is_read_whole(shared_data):
    rows = {}
    for name in (
        "index_daily",
        "india_vix",
        "nse_bhavcopy",
        "nse_60min/2024_2026",
        "nse_daily/adjusted_2020_2026",
    ):
        folder = open_history(shared_data / name)
        rows[name] = sum(folder.candles(symbol).start_ms.size for symbol in folder.symbols)

    assert rows == {
        "index_daily": 8_777,
        "india_vix": 2_572,
        "nse_bhavcopy": 2_255,
        "nse_60min/2024_2026": 30_380,
        "nse_daily/adjusted_2020_2026": 38_254,
    }


def test_every_candle_of_a_month_of_shares_is_sound(shared_data):
    folder = open_history(shared_data / "nse_1min/2016_kite")

    sizes = {
        folder.minute_candles(s, date(2016, 8, 16), date(2016, 9, 30)).start_ms.size
        for s in folder.symbols[:20]
    }

    assert sizes == {7125}


def test_ticks_give_the_minutes_that_the_data_set_holds(shared_data):
    ticks = open_history(shared_data / "ticks/2021")
    built = open_history(shared_data / "nse_1min/2021_ticks")

    ours = ticks.minute_candles("RELIANCE", ON, ON)
    theirs = built.minute_candles("RELIANCE", ON, ON)

    np.testing.assert_array_equal(ours.start_ms, theirs.start_ms)
    np.testing.assert_array_equal(ours.high, theirs.high)
    np.testing.assert_array_equal(ours.low, theirs.low)
    assert ours.volume.sum() == theirs.volume.sum()


def test_a_tick_folder_is_completed_by_the_minutes_beside_it(shared_data):
    ticks = open_history(shared_data / "ticks/2021")
    warm_up = open_warm_up(ticks)

    assert ticks.minutes_before("RELIANCE", ON) < warm_up.minutes_before("RELIANCE", ON)
    assert {folder.path.parent.name for folder in warm_up.folders[1:]} == {"nse_1min", "index_1min"}


def test_defects_of_arrival_are_left_in(shared_data):
    ticks = open_history(shared_data / "ticks/2021").ticks("RELIANCE", ON)

    assert (np.diff(ticks.ts_ms) < 0).any()
    assert (np.diff(ticks.day_volume) < 0).any()


def test_option_chains_are_refused_in_words(shared_data):
    with pytest.raises(HistoryError, match="option chains"):
        open_history(shared_data / "options/nifty_1min_full_2026")
