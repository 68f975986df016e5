import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trading_bot.adapters.history import HistoryKind, open_history
from trading_bot.adapters.history.opening import histories_in
from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.instrument import InstrumentKind
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.market_data import Candle

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 6)


def test_candles_become_paise_and_indian_time(folder_of, minute_lines):
    folder = open_history(folder_of(ACME=minute_lines))

    candles = folder.minute_candles("ACME", FIRST, FIRST).candles()

    assert folder.kind is HistoryKind.CANDLES
    assert folder.symbols == ("ACME",)
    assert candles[0] == Candle(1767584700000, 10000, 10100, 9950, 10050, 1000)
    assert f"{datetime_of(candles[0].start_ms):%H:%M %Z}" == "09:15 IST"


def test_only_the_days_asked_for_are_returned(folder_of, minute_lines):
    folder = open_history(folder_of(ACME=minute_lines))

    assert folder.days("ACME") == (FIRST, SECOND)
    assert folder.minute_candles("ACME", SECOND, SECOND).close.tolist() == [10200]
    assert folder.minutes_before("ACME", SECOND) == 2


def test_rows_are_sorted_by_time(folder_of, minute_lines):
    header, *rows = minute_lines
    folder = open_history(folder_of(ACME=[header, *reversed(rows)]))

    assert folder.minute_candles("ACME", FIRST, SECOND).close.tolist() == [10050, 10055, 10200]


def test_exact_repetitions_are_dropped(folder_of, minute_lines):
    folder = open_history(folder_of(ACME=[*minute_lines, minute_lines[1], minute_lines[1]]))

    assert folder.minute_candles("ACME", FIRST, FIRST).start_ms.size == 2


def test_contradicting_rows_are_refused_with_both_places(folder_of, minute_lines):
    folder = open_history(folder_of(ACME=[*minute_lines, "2026-01-05 09:15:00,100,101,99.5,100.95,1000"]))

    with pytest.raises(HistoryError, match=r"ACME\.csv: line 5.*twice.*line 2"):
        folder.minute_candles("ACME", FIRST, FIRST)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2026-01-05 09:17:00,100,99,99.5,99.2,10", r"line 5, column 'high'.*below the low"),
        ("2026-01-05 09:17:00,105,101,99.5,100,10", r"line 5, column 'open'.*outside low to high"),
        ("2026-01-05 09:17:00,100,101,-1,100,10", r"line 5, column 'low'.*-1"),
        ("2026-01-05 09:17:00,100,101,99,nan,10", r"line 5, column 'close'.*empty"),
        ("2026-01-05 09:17:00,100,101,,100,10", r"line 5, column 'low'.*empty"),
        ("2026-01-05 09:17:00,100,1o1,99,100,10", r"line 5, column 'high': '1o1' is not a number"),
        ("2026-01-05 09:17:00,100,101,99,100,1.5", r"line 5, column 'volume': 1\.5 is not a whole number"),
        ("2026-01-05 09:17:00,100,101,99,100,-2", r"line 5, column 'volume': -2 is not a whole number"),
        ("soon,100,101,99,100,2", r"line 5, column 'ts': 'soon' is not a time"),
        (",100,101,99,100,2", r"line 5, column 'ts': the time is empty"),
        ("2026-01-05 09:17:00,100,101", r"not readable as CSV"),
    ],
)
def test_a_wrong_cell_is_named(folder_of, minute_lines, row, message):
    with pytest.raises(HistoryError, match=message):
        open_history(folder_of(ACME=[*minute_lines, row])).minute_candles("ACME", FIRST, FIRST)


def test_an_empty_volume_is_unknown_and_not_zero(folder_of, minute_lines):
    folder = open_history(folder_of(ACME=[*minute_lines, "2026-01-05 09:17:00,100,101,99,100,"]))

    assert folder.minute_candles("ACME", FIRST, FIRST).candles()[-1].volume is None


def test_a_date_outside_the_data_is_answered_with_the_nearest(folder_of, minute_lines):
    folder = open_history(folder_of(ACME=minute_lines))

    with pytest.raises(HistoryError, match=r"2026-02-01 is not in the data.*from 2026-01-05 to 2026-01-06"):
        folder.symbols_on(date(2026, 2, 1))


def test_candles_of_another_interval_are_refused_for_minutes(folder_of):
    lines = ["date,open,high,low,close", "2026-01-05 09:15,1,1,1,1", "2026-01-05 09:30,1,1,1,1"]

    with pytest.raises(HistoryError, match="candles of 15m; playing a day"):
        open_history(folder_of(ACME=lines)).minute_candles("ACME", FIRST, FIRST)


def test_a_folder_without_the_right_to_read_it_is_said_to_be_one(folder_of, minute_lines, monkeypatch):
    path = folder_of(ACME=minute_lines)

    def refused(_folder):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refused)
    for opening in (open_history, histories_in):
        with pytest.raises(HistoryError, match="may not be read by this user; give it that right"):
            opening(path)


def test_candles_off_the_minute_are_refused(folder_of):
    lines = ["date,open,high,low,close", "2026-01-05 09:15:59,1,1,1,1", "2026-01-05 09:16:59,1,1,1,1"]

    with pytest.raises(HistoryError, match="start on whole minutes"):
        open_history(folder_of(ACME=lines)).minute_candles("ACME", FIRST, FIRST)


def test_an_unrecognised_header_is_refused_with_a_near_name(folder_of):
    with pytest.raises(HistoryError, match="rename 'closing' to 'close'"):
        open_history(folder_of(ACME=["ts,open,high,low,closing", "2026-01-05,1,1,1,1"]))


def test_a_missing_folder_and_an_empty_one_are_told_apart(tmp_path: Path):
    with pytest.raises(HistoryError, match="does not exist"):
        open_history(tmp_path / "nowhere")
    with pytest.raises(HistoryError, match="no Parquet or CSV files"):
        open_history(tmp_path)


def test_a_folder_of_folders_names_those_with_data(folder_of, minute_lines):
    below = folder_of(ACME=minute_lines)

    with pytest.raises(HistoryError, match=f"did you mean one of its folders.*{below.name}"):
        open_history(below.parent)


def test_a_broken_parquet_file_is_named(tmp_path: Path):
    (tmp_path / "ACME.parquet").write_bytes(b"not parquet")

    with pytest.raises(HistoryError, match=r"ACME\.parquet: not readable as Parquet"):
        open_history(tmp_path)


def test_candles_and_ticks_in_one_folder_are_refused(folder_of, minute_lines):
    with pytest.raises(HistoryError, match="candles and ticks in one folder"):
        open_history(folder_of(ACME=minute_lines, OTHER=["ts,ltp", "2026-01-05 09:15:00,5"]))


def test_option_chains_are_not_taken_for_ticks(folder_of):
    with pytest.raises(HistoryError, match="option chains"):
        open_history(folder_of(CHAIN=["ts,strike,right,ltp", "2026-01-05 09:15:00,100,CE,5"]))


def test_an_unknown_symbol_is_answered_with_those_there_are(folder_of, minute_lines):
    with pytest.raises(UnknownInstrumentError, match="no file for 'OTHER'; there are ACME"):
        open_history(folder_of(ACME=minute_lines)).days("OTHER")


def test_a_misspelt_symbol_is_answered_with_those_alike(folder_of, minute_lines):
    with pytest.raises(UnknownInstrumentError, match="no file for 'ACNE'; did you mean ACME"):
        open_history(folder_of(ACME=minute_lines, OTHER=minute_lines)).days("ACNE")


def test_a_symbol_column_splits_a_file(folder_of):
    lines = [
        "ts,symbol,ltp",
        "2026-01-05 09:15:00,AAA,5",
        "2026-01-05 09:15:00,BBB,7",
        "2026-01-05 09:15:01,AAA,6",
    ]
    folder = open_history(folder_of(all=lines))

    assert folder.symbols == ("AAA", "BBB")
    assert folder.ticks("AAA", FIRST).price.tolist() == [500, 600]


def test_ticks_keep_the_order_of_the_file(folder_of):
    lines = ["ts,ltp,cum_volume", "2026-01-05 09:15:02,5,30", "2026-01-05 09:15:01,6,20"]
    ticks = open_history(folder_of(ACME=lines)).ticks("ACME", FIRST)

    assert ticks.price.tolist() == [500, 600]
    assert ticks.day_volume.tolist() == [30, 20]
    assert not ticks.has_quotes


def test_ticks_are_gathered_into_minutes(folder_of):
    lines = [
        "ts,ltp,cum_volume",
        "2026-01-05 09:15:10,5,30",
        "2026-01-05 09:15:59,4,45",
        "2026-01-05 09:15:58,6,40",
        "2026-01-05 09:17:00,7,50",
    ]
    candles = open_history(folder_of(ACME=lines)).minute_candles("ACME", FIRST, FIRST).candles()

    assert candles == (
        Candle(1767584700000, 500, 600, 400, 400, 45),
        Candle(1767584820000, 700, 700, 700, 700, 5),
    )


def test_asking_candles_for_ticks_is_refused(folder_of, minute_lines):
    with pytest.raises(HistoryError, match="candles, not ticks"):
        open_history(folder_of(ACME=minute_lines)).ticks("ACME", FIRST)


def test_asking_ticks_for_candles_is_refused(folder_of):
    with pytest.raises(HistoryError, match=r"ACME\.csv: these are ticks, not candles"):
        open_history(folder_of(ACME=["ts,ltp", "2026-01-05 09:15:00,5"])).candles("ACME")


def test_tickers_name_the_files_of_their_exchange(folder_of, minute_lines):
    path = folder_of(**{"ACME": minute_lines, "BETA.NS": minute_lines, "GAMMA.BO": minute_lines})
    folder = open_history(path)

    assert [folder.name_of(name) for name in ("acme.ns", "BETA", "BETA.NS", "gamma")] == [
        "ACME",
        "BETA.NS",
        "BETA.NS",
        "GAMMA.BO",
    ]
    assert [folder.trading_symbol(name) for name in folder.symbols] == ["ACME", "BETA", "GAMMA"]
    assert folder.key("GAMMA.BO").startswith("BSE_EQ|")
    with pytest.raises(UnknownInstrumentError, match=r"no file for 'ACME\.BO'; did you mean"):
        folder.name_of("ACME.BO")


def test_a_share_gets_a_made_key_that_never_changes(folder_of, minute_lines):
    share = open_history(folder_of(ACME=minute_lines)).instrument("ACME", FIRST)

    assert share.key == "NSE_EQ|INE430R2UWNW"
    assert share.isin == "INE430R2UWNW"
    assert share.tick_size == 5


def test_an_index_is_known_by_its_name(folder_of, minute_lines):
    folder = open_history(folder_of(NIFTY_2024=minute_lines, INDIAVIX=minute_lines, NIFTY_IT=minute_lines))

    assert {folder.instrument(symbol, FIRST).key for symbol in folder.symbols} == {
        "NSE_INDEX|Nifty 50",
        "NSE_INDEX|India VIX",
        "NSE_INDEX|Nifty IT",
    }
    assert folder.instrument("NIFTY", FIRST).kind is InstrumentKind.INDEX


def test_a_rule_for_tick_sizes_is_asked_with_the_close_before(folder_of, minute_lines):
    asked = []

    def rule(previous_close: int, on: date) -> int:
        asked.append((previous_close, on))
        return 1

    folder = open_history(folder_of(ACME=minute_lines), tick_size_of=rule)

    assert folder.instrument("ACME", SECOND).tick_size == 1
    assert asked == [(10055, SECOND)]


def test_the_instruments_file_names_key_tick_and_lot(folder_of, minute_lines):
    path = folder_of(
        ACME_FUT=minute_lines,
        instruments=[
            "name,symbol,instrument_key,tick_size_paise,lot_size,freeze_quantity,expiry",
            "ACME_FUT,ACME 27 JAN FUT,NSE_FO|12345,10,250,5000,2026-01-27",
        ],
    )
    future = open_history(path).instrument("ACME_FUT", FIRST)

    assert (future.key, future.tick_size, future.lot_size, future.freeze_quantity) == (
        "NSE_FO|12345",
        10,
        250,
        5000,
    )
    assert future.kind is InstrumentKind.FUTURE
    assert future.expiry_on == date(2026, 1, 27)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["name,ticksize", "ACME,5"], r"unknown column 'ticksize'; did you mean 'tick_size_paise'"),
        (["symbol", "ACME"], r"column 'name' is missing"),
        (["name,lot_size", "ACME,0"], r"line 2, column .*lot_size.*0 is not above 0"),
        (["name,instrument_key", "ACME,NSE|5"], r"line 2, column 'instrument_key'.*SEGMENT\|name"),
    ],
)
def test_a_wrong_instruments_file_is_refused(folder_of, minute_lines, lines, message):
    with pytest.raises(HistoryError, match=message):
        open_history(folder_of(ACME=minute_lines, instruments=lines))


def test_parquet_reads_only_the_row_groups_of_the_day(tmp_path: Path):
    start_ms = 1767584700000 + np.arange(4) * 86_400_000
    table = pa.table(
        {
            "timestamp": pa.array(start_ms, pa.int64()).cast(pa.timestamp("ms", tz="UTC")),
            **{name: [100.0, 101.0, 102.0, 103.0] for name in ("open", "high", "low", "close")},
            "volume": pa.array([1, None, 3, 4], pa.int64()),
        }
    )
    pq.write_table(table, tmp_path / "ACME.parquet", row_group_size=1)
    folder = open_history(tmp_path)

    assert folder.days("ACME")[1] == SECOND
    with pytest.raises(HistoryError, match="one row a day"):
        folder.minute_candles("ACME", FIRST, SECOND)


def test_a_wrong_row_of_a_later_row_group_is_counted_from_the_file_start(tmp_path: Path):
    start_ms = 1767584700000 + np.arange(4) * 60_000
    prices = {name: [100.0, 101.0, 102.0, 103.0] for name in ("open", "high", "low")}
    table = pa.table({"ts": start_ms, **prices, "close": [100.0, 101.0, 102.0, float("nan")]})
    pq.write_table(table, tmp_path / "ACME.parquet", row_group_size=2)

    with pytest.raises(HistoryError, match="row 4, column 'close'"):
        open_history(tmp_path).minute_candles("ACME", FIRST, FIRST)


def test_separators_quotes_cases_and_byte_order_marks_do_not_matter(tmp_path: Path):
    header = "\ufeffDate;Time; Open;HIGH;Low;Close;Volume\r\n"
    row = '05-01-2026;09:15;"1,000.05"; 1001;1000;1000.5;1,200\r\n'
    (tmp_path / "ACME.csv").write_text(header + row, encoding="utf-8", newline="")

    folder = open_history(tmp_path)

    assert folder.days("ACME") == (FIRST,)
    assert folder.candles("ACME", FIRST, FIRST).candles() == (
        Candle(1767584700000, 100005, 100100, 100000, 100050, 1200),
    )


def test_gzipped_text_is_read(tmp_path: Path, minute_lines):
    with gzip.open(tmp_path / "ACME.csv.gz", "wt", encoding="utf-8") as lines:
        lines.write("\n".join(minute_lines))

    assert open_history(tmp_path).days("ACME") == (FIRST, SECOND)


def test_a_file_without_rows_has_no_days(folder_of):
    folder = open_history(folder_of(ACME=["ts,open,high,low,close"]))

    assert folder.days("ACME") == ()
    with pytest.raises(HistoryError, match="hold no rows"):
        folder.symbols_on(FIRST)


def test_an_empty_file_is_refused(tmp_path: Path):
    (tmp_path / "ACME.csv").write_text("", encoding="utf-8")

    with pytest.raises(HistoryError, match=r"columns \(none\)"):
        open_history(tmp_path)


def test_text_that_is_not_utf8_is_refused(tmp_path: Path):
    (tmp_path / "ACME.csv").write_bytes(b"ts,open,high,low,close,\xe9\xff\n")

    with pytest.raises(HistoryError, match="UTF-8"):
        open_history(tmp_path)


def test_a_daily_file_of_the_exchange_gives_one_instrument_for_each_series(folder_of):
    lines = [
        "SYMBOL, SERIES, DATE1, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, CLOSE_PRICE, TTL_TRD_QNTY",
        "ACME, EQ, 08-Aug-2022, 100, 101, 99, 100.5, 10",
        "ACME, N1, 08-Aug-2022, 1000, 1000, 1000, 1000, 1",
        "BETA, BE, 08-Aug-2022, 5, 5, 5, 5, 2",
    ]

    folder = open_history(folder_of(sec_bhavdata_full=lines))

    assert folder.symbols == ("ACME", "ACME-N1", "BETA-BE")
    assert folder.candles("ACME").close.tolist() == [10050]
    assert folder.candles("ACME-N1").volume.tolist() == [1]


def test_a_table_of_futures_is_refused_in_words(folder_of):
    lines = ["date,symbol,expiry,open,high,low,close", "2026-01-05,ACME,2026-01-29,1,1,1,1"]

    with pytest.raises(HistoryError, match=r"futures.*one file per contract"):
        open_history(folder_of(futures=lines))


def test_candles_of_any_interval_are_read(folder_of):
    lines = ["date,open,high,low,close", "2026-01-05,1,1,1,1", "2026-01-06,2,2,2,2", "2026-01-07,3,3,3,3"]
    folder = open_history(folder_of(ACME=lines))

    assert folder.candles("ACME").close.tolist() == [100, 200, 300]
    assert folder.candles("ACME", SECOND, SECOND).close.tolist() == [200]
