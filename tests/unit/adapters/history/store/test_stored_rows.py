"""The store read as a folder is: the same questions, the same answers, or a choice that has to be made."""

import sqlite3
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.unit.adapters.history.store.conftest import key_of, minutes
from trading_bot.adapters.history import HistoryKind, open_history
from trading_bot.adapters.history.download.csv_files import write_csv
from trading_bot.adapters.history.quality import Defect, check_folders
from trading_bot.adapters.history.quality.check import Checks
from trading_bot.adapters.history.store import open_store, read_store
from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.rules.provenance import Adjustment

FIFTH, SIXTH, NINTH = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 9)
ACME = key_of("ACME")
DAYS = key_of("ACME", "yahoo", interval_s=86_400, adjustment=Adjustment.SPLITS)


def test_a_store_answers_as_a_folder_with_the_same_candles_does(filled, tmp_path):
    candles = minutes(5, 6, 9)
    store = open_history(filled({ACME: candles}))
    write_csv(tmp_path / "files", ACME, candles)
    folder = open_history(tmp_path / "files")

    assert store.kind is folder.kind is HistoryKind.CANDLES
    assert store.symbols == folder.symbols == ("ACME",)
    assert store.days("ACME") == folder.days("ACME") == (FIFTH, SIXTH, NINTH)
    assert store.interval_s("ACME") == folder.interval_s("ACME") == 60
    assert store.minutes_before("ACME", NINTH) == folder.minutes_before("ACME", NINTH) == 6
    assert store.instrument("ACME", NINTH) == folder.instrument("ACME", NINTH)
    for span in ((FIFTH, NINTH), (SIXTH, SIXTH), (date(2026, 2, 1), date(2026, 2, 2))):
        for ours, theirs in zip(
            store.minute_candles("ACME", *span), folder.minute_candles("ACME", *span), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_minutes_are_meant_where_nothing_else_is_said(filled):
    path = filled({ACME: minutes(5), DAYS: minutes(5, 6, count=1)})

    assert open_history(path).series("ACME") == ACME
    assert open_history(Path(f"{path}#1d")).series("ACME") == DAYS
    assert open_history(Path(f"{path}#yahoo")).series("ACME") == DAYS


def test_days_are_refused_for_playing_in_the_words_of_a_folder_of_days(filled):
    history = open_history(filled({DAYS: minutes(5, 6, count=1)}))

    with pytest.raises(HistoryError, match=r"#yahoo/splits/1d: one row a day; playing a day needs 1-minute"):
        history.require_minutes("ACME")


def test_two_sources_of_one_share_are_never_mixed_but_listed(filled):
    other = key_of("ACME", "a broker", adjustment=Adjustment.NONE)
    path = filled({ACME: minutes(5), other: minutes(5, price=20_000), key_of("BETA"): minutes(5)})
    history = open_history(path)

    assert history.days("BETA") == (FIFTH,)
    with pytest.raises(HistoryError) as refused:
        history.days("ACME")
    assert f"--data '{path}#upstox/unknown/1m'" in str(refused.value)
    assert f"--data '{path}#a broker/none/1m'" in str(refused.value)
    chosen = open_history(Path(f"{path}#a broker"))
    assert chosen.candles("ACME").close.tolist() == [20_000] * 3
    assert chosen.symbols == ("ACME",)


@pytest.mark.parametrize(
    ("choice", "source", "adjustment", "interval"),
    [
        ("upstox", "upstox", "unknown", 60),
        ("unknown", "upstox", "unknown", 60),
        ("none/5m", "a/b", "none", 300),
        ("a/b/none/5m", "a/b", "none", 300),
        ("a/b", "a/b", "none", 300),
        ("5m", "a/b", "none", 300),
    ],
)
def test_any_part_of_a_choice_may_be_left_out(filled, choice, source, adjustment, interval):
    five = key_of("ACME", "a/b", interval_s=300, adjustment=Adjustment.NONE)
    path = filled({ACME: minutes(5), five: minutes(5, count=1)})

    found = open_history(Path(f"{path}#{choice}")).series("ACME")

    assert (found.origin.source, found.origin.adjustment, found.interval_s) == (source, adjustment, interval)


def test_a_choice_that_fits_nothing_is_answered_with_what_there_is(filled):
    path = filled({ACME: minutes(5)})

    with pytest.raises(HistoryError, match=r"no series is so; there are:\n  ACME upstox/unknown/1m"):
        open_history(Path(f"{path}#yahoo/1d"))


def test_several_longer_intervals_have_to_be_chosen_from(filled):
    path = filled({DAYS: minutes(5), key_of("ACME", interval_s=300): minutes(5)})

    with pytest.raises(HistoryError, match="no 1-minute candles, but of 5m, 1d; say which ones"):
        open_history(path)


def test_a_symbol_that_is_not_there_is_answered_with_those_alike(filled):
    history = open_history(filled({ACME: minutes(5)}))

    with pytest.raises(UnknownInstrumentError, match="no 1m series for 'ACNE'; did you mean ACME"):
        history.name_of("ACNE")


def test_tickers_are_understood_and_a_share_of_bse_is_another(filled):
    history = open_history(filled({ACME: minutes(5), key_of("BETA.BO"): minutes(5)}))

    assert [history.name_of(name) for name in ("ACME", "acme.ns", "BETA.BO", "beta")] == [
        "ACME",
        "ACME",
        "BETA.BO",
        "BETA.BO",
    ]
    assert history.instrument("BETA.BO", FIFTH).segment is Segment.BSE_EQ
    with pytest.raises(UnknownInstrumentError):
        history.name_of("ACME.BO")


def test_a_share_at_two_exchanges_goes_by_two_names(filled):
    history = open_history(filled({ACME: minutes(5), key_of("ACME.BO"): minutes(5)}))

    assert [history.instrument(name, FIFTH).symbol for name in history.symbols] == ["ACME", "ACME.BO"]
    assert history.key("ACME") != history.key("ACME.BO")


def test_a_series_without_candles_is_none(filled):
    path = filled({ACME: minutes(5), key_of("BETA"): minutes(5)})
    store = open_store(path)
    store.prune(SIXTH, lambda key: key.symbol == "BETA")
    store.close()

    assert open_history(path).symbols == ("ACME",)


# --- what is no store ---------------------------------------------------------------------------------------


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(HistoryError, match="there is no store of candles"):
        open_history(tmp_path / "data" / "history.db")
    assert not list(tmp_path.iterdir())


def test_an_empty_store_says_how_to_fill_it(filled):
    with pytest.raises(HistoryError, match="the store is empty: see `download`"):
        open_history(filled({}))


def test_an_empty_file_stays_empty(tmp_path):
    path = tmp_path / "history.db"
    path.touch()

    with pytest.raises(HistoryError, match="the file is empty"):
        open_history(path)
    assert path.stat().st_size == 0


@pytest.mark.parametrize("opened", [open_history, open_store])
@pytest.mark.parametrize("version", [0, 1, 7])
def test_nothing_of_another_programs_database_is_touched(tmp_path, opened, version):
    path = tmp_path / "notes.db"
    notes = sqlite3.connect(path)
    notes.execute("CREATE TABLE series (id INTEGER)")
    notes.execute(f"PRAGMA user_version={version}")
    notes.commit()
    notes.close()
    before = path.read_bytes()

    with pytest.raises(HistoryError, match="not a candle store"):
        opened(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.db"]


def test_a_damaged_store_is_refused_in_words(filled):
    path = filled({key_of(f"S{number}"): minutes(*range(1, 29), count=60) for number in range(5)})
    content = bytearray(path.read_bytes())
    content[8192:-4096] = bytes(len(content) - 12_288)
    path.write_bytes(content)

    with pytest.raises(HistoryError, match="Move the file away and download again"):
        open_history(path).candles("S3")


def test_rows_that_a_disk_has_spoilt_are_found_by_the_checks(filled, market_rules):
    path = filled({ACME: minutes(5, 6)})
    spoilt = sqlite3.connect(path)
    spoilt.execute("PRAGMA ignore_check_constraints=ON")
    spoilt.execute("UPDATE candles SET high = 1 WHERE start_ms = (SELECT MAX(start_ms) FROM candles)")
    spoilt.commit()
    spoilt.close()

    (report,) = check_folders([path], Checks(calendar=market_rules.calendar))

    assert Defect.IMPOSSIBLE_CANDLE in {finding.defect for finding in report.series[0].refusals}


# --- reading while others write -----------------------------------------------------------------------------


def test_a_reader_sees_one_state_whatever_is_downloaded_meanwhile(filled):
    """V19: the days that are played again are those that were played."""
    path = filled({ACME: minutes(5)})
    history = open_history(path)
    first = history.candles("ACME").close.tolist()

    store = open_store(path)
    store.put(ACME, minutes(5, 6, price=20_000))
    store.close()

    assert history.candles("ACME").close.tolist() == first == [10_000] * 3
    assert open_history(path).candles("ACME").close.tolist() == [20_000] * 6


def test_a_reader_cannot_write(filled):
    store = read_store(filled({ACME: minutes(5)}))

    with pytest.raises(HistoryError, match="readonly"):
        store.put(ACME, minutes(6))


# --- judged -------------------------------------------------------------------------------------------------


def test_every_kind_of_series_is_checked_with_its_own_adjustment(filled, market_rules):
    path = filled({ACME: minutes(5, 6), DAYS: minutes(5, 6, count=1), key_of("BETA"): minutes(5, 6)})

    reports = check_folders([path], Checks(calendar=market_rules.calendar))
    only = check_folders([path], Checks(calendar=market_rules.calendar, symbols=("BETA.NS",)))

    assert [str(report.path) for report in reports] == [
        f"{path}#upstox/unknown/1m",
        f"{path}#yahoo/splits/1d",
    ]
    assert [report.origin.adjustment for report in reports] == [Adjustment.UNKNOWN, Adjustment.SPLITS]
    assert [[series.symbol for series in report.series] for report in reports] == [["ACME", "BETA"], ["ACME"]]
    assert [[series.symbol for series in report.series] for report in only] == [["BETA"]]
