from datetime import date
from pathlib import Path

import pytest

from trading_bot.adapters.history import open_history, open_warm_up
from trading_bot.domain.errors import HistoryError

TICKS = ["ts,ltp,cum_volume", "2026-01-06 09:15:00,5,10", "2026-01-07 09:15:00,6,10"]
MINUTES = [
    "ts,open,high,low,close,volume",
    "2026-01-05 09:15:00,1,1,1,1,10",
    "2026-01-05 09:16:00,1,1,1,1,10",
    "2026-01-06 09:15:00,9,9,9,9,10",
    "2026-01-06 09:16:00,9,9,9,9,10",
]
ON = date(2026, 1, 7)


def _write(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path.parent


def test_days_that_the_folder_lacks_come_from_the_folder_given(tmp_path: Path):
    ticks = open_history(_write(tmp_path / "mine" / "ACME.csv", TICKS))
    warm_up = open_warm_up(ticks, _write(tmp_path / "older" / "ACME.csv", MINUTES))

    candles = warm_up.candles("ACME", date(2026, 1, 1), date(2026, 1, 6))

    assert candles.close.tolist() == [100, 100, 500]
    assert warm_up.days_before("ACME", ON) == (date(2026, 1, 5), date(2026, 1, 6))
    assert warm_up.minutes_before("ACME", ON) == 3


def test_a_history_folder_inside_is_found(tmp_path: Path):
    path = _write(tmp_path / "mine" / "ACME.csv", TICKS)
    _write(path / "history" / "ACME.csv", MINUTES)

    assert open_warm_up(open_history(path)).minutes_before("ACME", ON) == 3


def test_minutes_named_alike_beside_the_parent_are_found(tmp_path: Path):
    path = _write(tmp_path / "ticks" / "2026" / "ACME.csv", TICKS)
    _write(tmp_path / "minutes" / "2026_ticks" / "ACME.csv", MINUTES)
    _write(tmp_path / "daily" / "2026" / "ACME.csv", ["date,open,high,low,close", "2025-12-01,1,1,1,1"])

    warm_up = open_warm_up(open_history(path))

    assert len(warm_up.folders) == 2
    assert warm_up.minutes_before("ACME", ON) == 3


def test_a_folder_that_was_asked_for_must_be_good(tmp_path: Path):
    ticks = open_history(_write(tmp_path / "mine" / "ACME.csv", TICKS))

    with pytest.raises(HistoryError, match="does not exist"):
        open_warm_up(ticks, tmp_path / "nowhere")


def test_without_other_folders_the_folder_stands_alone(tmp_path: Path):
    warm_up = open_warm_up(open_history(_write(tmp_path / "mine" / "ACME.csv", TICKS)))

    assert warm_up.minutes_before("ACME", ON) == 1
    assert warm_up.candles("OTHER", date(2026, 1, 1), ON).start_ms.size == 0
