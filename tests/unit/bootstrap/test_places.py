import os

import pytest

from trading_bot.bootstrap.places import (
    database_path,
    inputs_folder,
    instruments_folder,
    known_databases,
    lock_paths,
    reports_folder,
    token_path,
)
from trading_bot.settings.tree import Settings

NOW_MS = 1_795_060_800_000
STATE = {"XDG_STATE_HOME": "/state"}


def settings(tmp_path, mode, **sections):
    return Settings(run={"mode": mode, "data_dir": tmp_path}, **sections)


@pytest.mark.parametrize(
    ("mode", "attached", "name"),
    [
        ("live", False, "trading_bot.db"),
        ("paper", False, "paper.db"),
        ("alerts", False, "alerts.db"),
        ("replay", True, "replay.db"),
        ("replay", False, "replay-20261119-093000.db"),
    ],
)
def test_each_mode_has_its_journal(tmp_path, mode, attached, name):
    path = database_path(settings(tmp_path, mode), attached=attached, now_ms=NOW_MS)

    assert path == tmp_path / name


def test_two_replays_of_one_second_do_not_share_a_journal(tmp_path):
    chosen = settings(tmp_path, "replay")
    (tmp_path / "replay-20261119-093000.db").touch()

    path = database_path(chosen, attached=False, now_ms=NOW_MS)

    assert path == tmp_path / "replay-20261119-093000-2.db"


def test_known_journals_of_replay_come_newest_first(tmp_path):
    for age, name in enumerate(["replay-20261119-120000.db", "replay.db", "replay-20261119-100000.db"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))

    names = [path.name for path in known_databases(settings(tmp_path, "replay"))]

    assert names == ["replay-20261119-120000.db", "replay.db", "replay-20261119-100000.db"]


def test_journals_of_other_modes_are_not_known(tmp_path):
    (tmp_path / "paper.db").touch()

    assert known_databases(settings(tmp_path, "live")) == ()


def test_live_is_locked_by_database_and_by_account(tmp_path):
    chosen = settings(tmp_path, "live", upstox={"account": "AB1234"})

    paths = lock_paths(chosen, tmp_path / "trading_bot.db", environment=STATE)

    assert [str(path) for path in paths] == [
        f"{tmp_path}/trading_bot.lock",
        "/state/trading_bot/live-AB1234.lock",
    ]


def test_account_that_logged_in_counts_before_the_configured_one(tmp_path):
    chosen = settings(tmp_path, "live", upstox={"account": "AB1234"})

    paths = lock_paths(chosen, tmp_path / "x.db", account="ZZ9999", environment=STATE)

    assert paths[1].name == "live-ZZ9999.lock"


@pytest.mark.parametrize(("mode", "account"), [("paper", "AB1234"), ("live", "")])
def test_without_orders_or_account_the_database_alone_is_locked(tmp_path, mode, account):
    chosen = settings(tmp_path, mode, upstox={"account": account})

    assert lock_paths(chosen, tmp_path / "x.db") == (tmp_path / "x.lock",)


def test_everything_else_lies_in_the_data_folder(tmp_path):
    chosen = settings(tmp_path, "paper")

    assert token_path(chosen) == tmp_path / "upstox_token.json"
    assert {place(chosen).parent for place in (instruments_folder, inputs_folder, reports_folder)} == {
        tmp_path
    }
