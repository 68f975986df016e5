"""One file with many instruments: read once, and as good as a file for each."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trading_bot.adapters.history import files, open_history

DAYS = (date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7))
NAMES = ("AAA", "BBB", "CCC")


def rows_of(name, first):
    times = [
        pd.Timestamp(f"{day} 09:{minute}", tz="Asia/Kolkata") for day in DAYS for minute in range(15, 25)
    ]
    price = np.arange(first, first + len(times), dtype=float)
    prices = dict.fromkeys(("open", "high", "low", "close"), price)
    return pd.DataFrame({"symbol": name, "ts": times, **prices, "volume": 10})


@pytest.fixture
def table():
    """Three instruments, minute by minute, and a row that is nobody's."""
    every = pd.concat([rows_of(name, 100 * place + 1) for place, name in enumerate(NAMES)])
    every = every.sort_values(["ts", "symbol"], kind="stable")
    return pd.concat([every, every.iloc[-1:].assign(symbol=None)])


@pytest.fixture
def reads(monkeypatch):
    """How often each row group is read, with the columns."""
    counted = Counter()

    class Counting(pq.ParquetFile):
        def read_row_group(self, i, columns=None, **options):
            counted[(i, tuple(columns))] += 1
            return super().read_row_group(i, columns=columns, **options)

    monkeypatch.setattr(files.pq, "ParquetFile", Counting)
    return counted


def closes(folder):
    return {
        (name, day): folder.minute_candles(name, day, day).close.tolist()
        for name in folder.symbols
        for day in folder.days(name)
    }


@pytest.mark.parametrize("group_rows", [7, 30, 1_000])
def test_each_instrument_has_its_own_rows_however_they_lie(tmp_path, table, group_rows):
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "all.parquet", row_group_size=group_rows)

    folder = open_history(tmp_path)

    assert folder.symbols == NAMES
    assert closes(folder) == {
        (name, day): [100 * (100 * place + 1 + 10 * number + minute) for minute in range(10)]
        for place, name in enumerate(NAMES)
        for number, day in enumerate(DAYS)
    }


def test_text_is_split_as_well(tmp_path, table):
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "all.parquet")
    whole = closes(open_history(tmp_path))
    (tmp_path / "all.parquet").unlink()
    table.to_csv(tmp_path / "all.csv", index=False)

    assert closes(open_history(tmp_path)) == whole


def test_a_file_is_read_once_for_all_that_share_it(tmp_path, table, reads):
    pq.write_table(pa.Table.from_pandas(table[:-1]), tmp_path / "all.parquet", row_group_size=30)

    closes(open_history(tmp_path))

    assert len(reads) == 2 * 3, "keys, then prices"
    assert set(reads.values()) == {1}


def test_what_does_not_fit_in_memory_is_read_again(tmp_path, table, reads, monkeypatch):
    monkeypatch.setattr(files, "_GROUP_ROWS_MAX", 40)
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "all.parquet", row_group_size=30)
    folder = open_history(tmp_path)

    assert len(closes(folder)) == len(NAMES) * len(DAYS)
    assert max(reads.values()) == len(NAMES)


def test_a_series_is_an_instrument_of_its_own(tmp_path, table):
    table["series"] = np.where(table["ts"] < pd.Timestamp(DAYS[1], tz="Asia/Kolkata"), " EQ ", "BE")
    table.loc[table["symbol"] == "CCC", "series"] = None
    pq.write_table(pa.Table.from_pandas(table), tmp_path / "all.parquet")

    folder = open_history(tmp_path)

    assert folder.symbols == ("AAA", "AAA-BE", "BBB", "BBB-BE", "CCC")
    assert [len(folder.days(name)) for name in folder.symbols] == [1, 2, 1, 2, 3]
