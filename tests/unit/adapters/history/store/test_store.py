import os
import sqlite3
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history.series_key import SeriesKey, digest_of, series_key
from trading_bot.adapters.history.store import Written, open_store
from trading_bot.adapters.history.store.connections import explained
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.provenance import Adjustment, Provenance

KEY = SeriesKey(
    symbol="ACME",
    interval_s=86_400,
    origin=Provenance(
        source="yahoo",
        adjustment=Adjustment.SPLITS,
        adjusted_as_of=date(2026, 1, 9),
        fetched_at_ms=5,
        note="a note",
    ),
)


def days(first: int, last: int, price: int = 10_000) -> CandleArrays:
    """Candles of some days of January 2026."""
    starts = np.array([midnight_ms(date(2026, 1, day)) for day in range(first, last + 1)], dtype=np.int64)
    flat = np.full(starts.size, price, dtype=np.int64)
    volume = np.where(np.arange(starts.size) == 0, UNKNOWN, 7).astype(np.int64)
    return CandleArrays(starts, flat, flat + 5, flat - 5, flat, volume)


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "data" / "history.db")
    yield opened
    opened.close()


def test_candles_come_back_as_they_were_written(store):
    store.put(KEY, days(5, 9))

    for ours, theirs in zip(store.candles(KEY), days(5, 9), strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == np.int64
    assert store.candles(KEY, date(2026, 1, 6), date(2026, 1, 7)).start_ms.size == 2


def test_pieces_are_merged_and_what_changed_is_told(store):
    assert store.put(KEY, days(5, 7)) == Written(added=3, changed=0, same=0)
    assert store.put(KEY, days(6, 9)) == Written(added=2, changed=1, same=1)  # the 6th had a volume
    assert store.put(KEY, days(8, 9, price=20_000)) == Written(added=0, changed=2, same=0)

    assert store.candles(KEY).close.tolist() == [10_000] * 3 + [20_000] * 2


def test_the_origin_is_kept_and_brought_up_to_date(store):
    store.put(KEY, days(5, 5))
    later = replace(KEY, origin=replace(KEY.origin, fetched_at_ms=9))
    store.put(later, days(6, 6))

    assert store.listed() == (later,)


def test_sources_and_adjustments_are_series_of_their_own(store):
    other = replace(KEY, origin=Provenance(source="upstox", adjustment=Adjustment.UNKNOWN, fetched_at_ms=9))
    store.put(KEY, days(5, 9))
    store.put(other, days(5, 9, price=20_000))

    assert series_key(store.listed(), "acme", 86_400) == other
    assert series_key(store.listed(), "ACME", 86_400, taken_from="yahoo") == KEY
    assert store.candles(KEY).close.tolist() == [10_000] * 5


def test_days_that_were_asked_for_are_not_asked_again(store):
    wanted = date(2026, 1, 1), date(2026, 1, 31)
    assert store.uncovered(KEY, wanted) == [wanted]

    store.put(KEY, days(5, 9), covers=(date(2026, 1, 5), date(2026, 1, 11)))
    store.put(KEY, days(12, 12), covers=(date(2026, 1, 12), date(2026, 1, 12)))

    assert store.uncovered(KEY, wanted) == [
        (date(2026, 1, 1), date(2026, 1, 4)),
        (date(2026, 1, 13), date(2026, 1, 31)),
    ]


def test_old_days_are_pruned_with_what_is_known_of_them(store):
    store.put(KEY, days(5, 9), covers=(date(2026, 1, 1), date(2026, 1, 9)))

    assert store.prune(date(2026, 1, 8)) == 3
    assert store.candles(KEY).start_ms.size == 2
    assert store.uncovered(KEY, (date(2026, 1, 1), date(2026, 1, 9))) == [
        (date(2026, 1, 1), date(2026, 1, 7))
    ]


def test_only_wanted_series_are_pruned(store):
    store.put(KEY, days(5, 9))

    assert store.prune(date(2026, 1, 8), lambda key: key.symbol == "BETA") == 0


def test_a_series_can_be_forgotten(store):
    store.put(KEY, days(5, 9), covers=(date(2026, 1, 1), date(2026, 1, 9)))
    store.forget(KEY)

    assert store.listed() == ()
    assert store.candles(KEY).start_ms.size == 0


def test_the_extent_changes_with_any_figure(store):
    store.put(KEY, days(5, 9))
    before = store.extent(KEY)
    store.put(KEY, days(9, 9, price=10_005))

    assert (before.rows, before.first_on, before.last_on) == (5, date(2026, 1, 5), date(2026, 1, 9))
    assert before.digest == digest_of(days(5, 9)) != store.extent(KEY).digest


def test_a_candle_that_cannot_be_is_not_stored(store):
    wrong = days(5, 6)._replace(low=np.array([9_990, 10_001], dtype=np.int64))

    with pytest.raises(HistoryError, match="CHECK constraint"):
        store.put(KEY, wrong)
    assert store.listed() == ()


def test_a_store_outlives_its_process(store):
    store.put(KEY, days(5, 9))
    again = open_store(store.path)

    assert again.candles(KEY).start_ms.size == 5
    again.close()


def test_another_file_is_refused(tmp_path):
    (tmp_path / "notes.db").write_text(
        "not a database, but long enough to be looked at " * 5, encoding="utf-8"
    )

    with pytest.raises(HistoryError, match="Move the file away"):
        open_store(tmp_path / "notes.db")


def test_a_folder_that_cannot_be_written_to_is_not_called_another_programs_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, _how: place != tmp_path)

    def refused():
        raise sqlite3.OperationalError("unable to open database file")

    with (
        pytest.raises(HistoryError, match=f"this user may not write into {tmp_path}: give it that right"),
        explained(tmp_path / "history.db"),
    ):
        refused()


def test_a_series_that_is_not_there_is_answered_with_what_is(store):
    store.put(KEY, days(5, 9))

    with pytest.raises(HistoryError, match=r"for .ACME.; there are candles of 1d"):
        series_key(store.listed(), "ACME", 300)
    with pytest.raises(HistoryError, match="there are ACME"):
        series_key(store.listed(), "BETA", 60)
