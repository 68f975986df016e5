"""The checklist before the first live day."""

import os
from pathlib import Path

import pytest

from trading_bot.bootstrap import stamps
from trading_bot.bootstrap.checks import launch
from trading_bot.bootstrap.fingerprints import source_hash
from trading_bot.bootstrap.stamps import ALERTS, PANIC, TESTS, Stamp, read_stamp, stamp_panic, write_stamp
from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.report.check_line import CheckState
from trading_bot.settings.tree import Settings

_NOW_MS = 1_795_059_000_000
"""19 November 2026."""


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(run={"mode": "paper", "data_dir": tmp_path / "data"}, logs={"folder": tmp_path / "logs"})


def _states(settings):
    return {line.name: line.state for line in launch.launch_lines(settings, now_ms=_NOW_MS)}


def test_on_a_fresh_machine_everything_is_missing_but_the_limits(settings):
    lines = launch.launch_lines(settings, now_ms=_NOW_MS)

    assert {line.name for line in lines if line.state is CheckState.OK} == {"launch: limits"}
    assert all(line.fix for line in lines if line.state is CheckState.FAIL)
    assert len(lines) == 8


def test_limits_are_told_in_rupees_of_the_users_capital():
    settings = Settings(risk={"sizing": {"base_capital": 200_000}})

    line = launch.limits_line(settings)

    assert line.message == (
        "of 2,00,000 rupees a trade risks at most 2,000, a position is worth at most 10,000, "
        "all together 3,00,000, all stops lose at most 6,000, the day halts at a loss of 4,000, "
        "3 positions at once, 20 trades a day"
    )


def test_tests_count_only_for_exactly_these_sources(settings):
    write_stamp(settings, TESTS, "other", _NOW_MS)
    other = launch.tests_line(settings)
    write_stamp(settings, TESTS, source_hash(), _NOW_MS)

    assert other.state is CheckState.FAIL
    assert "with other sources" in other.message
    assert launch.tests_line(settings).state is CheckState.OK


@pytest.mark.parametrize(("days", "state"), [(0, CheckState.OK), (30, CheckState.OK), (31, CheckState.WARN)])
@pytest.mark.parametrize("name", [ALERTS, PANIC])
def test_what_was_tried_long_ago_is_to_be_tried_again(settings, name, days, state):
    write_stamp(settings, name, "in mode paper", _NOW_MS - days * MS_PER_DAY)

    line = launch.tried_line(settings, name, "do it", _NOW_MS)

    assert line.state is state
    assert "in mode paper" in line.message


def test_the_emergency_stop_is_called_so(settings):
    assert launch.tried_line(settings, PANIC, "do it", _NOW_MS).name == "launch: emergency stop"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at_ms": "soon", "detail": ""}', '{"detail": "x"}'])
def test_a_stamp_that_cannot_be_read_proves_nothing(settings, text):
    path = write_stamp(settings, TESTS, "x", _NOW_MS)
    path.write_text(text, encoding="utf-8")

    assert read_stamp(settings, TESTS) is None


def test_a_stamp_is_read_as_it_was_written(settings):
    write_stamp(settings, ALERTS, "two channels", _NOW_MS)

    assert read_stamp(settings, ALERTS) == Stamp(at_ms=_NOW_MS, detail="two channels")


@pytest.mark.parametrize(
    ("mode", "has_reached", "is_stamped"),
    [
        ("paper", False, True),
        ("replay", True, True),
        ("replay", False, False),
        ("live", True, False),
        ("alerts", True, False),
    ],
)
def test_only_a_stop_that_stopped_something_where_no_money_is_counts_as_tried(
    tmp_path, mode, has_reached, is_stamped
):
    settings = Settings(run={"mode": mode, "data_dir": tmp_path})
    stamp_panic(settings, _NOW_MS, has_reached=has_reached)

    assert (read_stamp(settings, PANIC) is not None) is is_stamped


def test_a_stamp_that_cannot_be_written_fails_no_stop(settings, monkeypatch):
    def full(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(stamps, "write_stamp", full)

    stamp_panic(settings, _NOW_MS, has_reached=True)


def test_a_log_that_holds_something_was_written(settings):
    folder = Path(settings.logs.folder)
    folder.mkdir()
    (folder / "trading_bot.log").write_text("", encoding="utf-8")
    assert launch.logs_line(settings).state is CheckState.FAIL

    (folder / "trading_bot.log").write_text("{}", encoding="utf-8")
    assert launch.logs_line(settings).state is CheckState.OK


@pytest.mark.parametrize(
    ("days", "state"), [(7, CheckState.OK), (8, CheckState.WARN), (None, CheckState.FAIL)]
)
def test_a_backup_is_one_of_the_last_days(settings, days, state):
    data = Path(settings.run.data_dir)
    data.mkdir()
    (data / "paper.db").write_bytes(b"x")
    if days is not None:
        backup = data / "paper.db.backup"
        backup.write_bytes(b"x")
        made_ns = (_NOW_MS - days * MS_PER_DAY) * 1_000_000
        os.utime(backup, ns=(made_ns, made_ns))

    assert launch.backup_line(settings, _NOW_MS).state is state


def test_the_backup_of_live_counts_before_that_of_paper(settings):
    data = Path(settings.run.data_dir)
    data.mkdir()
    for name in ("paper.db", "trading_bot.db"):
        (data / name).write_bytes(b"x")

    assert "trading_bot.db.backup" in launch.backup_line(settings, _NOW_MS).message


def test_an_unreadable_journal_of_paper_is_no_session(settings):
    data = Path(settings.run.data_dir)
    data.mkdir()
    (data / "paper.db").write_bytes(b"no journal" * 1_000)

    assert launch.paper_line(settings, _NOW_MS).state is CheckState.FAIL


def test_a_strategy_that_is_not_there_is_red(tmp_path):
    settings = Settings(run={"data_dir": tmp_path, "strategies": ["nothing_of_the_kind"]})

    assert launch.promoted_line(settings).state is CheckState.FAIL
