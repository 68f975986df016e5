"""What check says of the journal and of what is unfinished."""

import os
import sqlite3
from dataclasses import replace
from datetime import date

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.scripted_day import whole_day
from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.emergency.emergency_run import RunWriter
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.emergency import head_of
from trading_bot.domain.events import DayStarted
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.checkpoint import carried_over
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.engine.ports import Unknown


def test_running_daemon_is_named(shell, check):
    path = shell.write_journal(whole_day(), "replay.db")
    with acquire_instance_lock(path.with_suffix(".lock"), started_at_ms=wall_now_ms()):
        line = check()[1]["other instance"]

    assert line["state"] == "warn"
    assert f"process {os.getpid()} " in line["message"]


def test_sound_journal_is_green(shell, check):
    shell.write_journal(whole_day(), "replay.db")

    _, lines = check()

    assert "rows, whole and unaltered, 0.1 MB, schema " in lines["journal"]["message"]
    assert lines["last run"]["message"] == "nothing unfinished"


def test_rows_that_wait_in_the_emergency_journal_are_told_and_resume_takes_them_in(shell, check):
    driver = EngineDriver()
    path = shell.write_journal(driver, "replay.db")
    head = head_of(driver.rows)
    driver.take(OperatorAsked(at_ms=0, wish=OperatorWish.PANIC, asked_by="test"))
    emergency = EmergencyJournal(emergency_path(path))
    RunWriter(emergency, head).commit(driver.rows[head.sequence :])
    emergency.close()

    line = check()[1]["journal"]
    assert (line["state"], "1 rows wait" in line["message"]) == ("warn", True)

    assert shell("resume --mode replay") == 0
    assert "released: panic is latched until resume" in shell.output()
    assert check()[1]["journal"]["state"] == "ok"


def test_journal_that_is_no_database_is_red(shell, check):
    shell.data.mkdir()
    (shell.data / "replay.db").write_bytes(b"not a database at all, " * 200)

    code, lines = check()

    assert code == 1
    assert lines["journal"]["state"] == "fail"
    assert "newest backup" in lines["journal"]["fix"]


def alter_row_12(path) -> None:
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE journal SET at_ms = at_ms + 1 WHERE sequence = 12")
    connection.commit()
    connection.close()


def test_altered_journal_is_red(shell, check):
    alter_row_12(shell.write_journal(whole_day(), "replay.db"))

    line = check()[1]["journal"]
    assert line["state"] == "fail"
    assert "12" in line["message"]


def test_a_row_that_was_altered_long_ago_is_red_though_a_start_would_not_read_it(shell, check, monkeypatch):
    """V17: `check` says of all rows that they are unaltered."""
    monkeypatch.setenv("TRADING_BOT__STORAGE__VERIFIED_ROWS_MAX", "1")
    driver = whole_day()
    carried = carried_over(driver.book)
    driver.events.append(DayStarted(at_ms=driver.now_ms, on=date(2026, 11, 20), carried=carried))
    alter_row_12(shell.write_journal(driver, "replay.db"))

    line = check()[1]["journal"]
    assert line["state"] == "fail"
    assert "12" in line["message"]


def test_a_mode_that_never_ran_has_no_journal_and_that_is_green(check):
    _, lines = check("--mode paper")

    assert lines["journal"]["state"] == "ok"
    assert lines["journal"]["message"] == "none yet: the first run in mode paper makes it"
    assert "last run" not in lines


def test_an_empty_database_file_is_green_and_said_to_be_empty(shell, check):
    shell.data.mkdir()
    (shell.data / "replay.db").touch()

    _, lines = check()

    assert lines["journal"]["state"] == "ok"
    assert lines["journal"]["message"].endswith("replay.db is empty")
    assert "last run" not in lines


def test_a_journal_of_a_newer_program_is_red(shell, check):
    path = shell.write_journal(whole_day(), "replay.db")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.commit()
    connection.close()

    line = check()[1]["journal"]
    assert line["state"] == "fail"
    assert "schema 0099" in line["message"]
    assert "how to go back" in line["fix"]


def test_a_day_that_took_over_what_earlier_rows_do_not_add_up_to_is_red(shell, check):
    driver = whole_day()
    carried = carried_over(driver.book)
    false = replace(carried, last_trade_id=carried.last_trade_id + 1)
    driver.events.append(DayStarted(at_ms=driver.now_ms, on=date(2026, 11, 20), carried=false))
    shell.write_journal(driver, "replay.db")

    code, lines = check()

    assert code == 1
    assert lines["journal"]["message"].endswith("add up to: last_trade_id")
    assert "go on with a backup" in lines["journal"]["fix"]


def test_a_daemon_that_has_not_written_who_it_is_is_named_all_the_same(shell, check):
    path = shell.write_journal(whole_day(), "replay.db").with_suffix(".lock")
    with acquire_instance_lock(path, started_at_ms=0):
        path.write_text("", encoding="utf-8")
        line = check()[1]["other instance"]

    assert (line["state"], line["message"]) == ("warn", "another process is running")


def test_a_halt_that_waits_for_a_person_is_red_without_panic(shell, check):
    driver = EngineDriver()
    driver.take(OperatorAsked(at_ms=0, wish=OperatorWish.PAUSE, asked_by="test"))
    shell.write_journal(driver, "replay.db")

    code, lines = check()

    assert code == 4
    assert lines["last run"]["message"] == "entries: paused"


def test_a_halt_that_ends_by_itself_is_not_unfinished_business(shell, check):
    driver = EngineDriver()
    driver.read_positions(7)
    driver.read_positions(7)
    assert [halt.until_released for halt in driver.book.halts.values()] == [False]
    shell.write_journal(driver, "replay.db")

    assert check()[1]["last run"]["state"] == "ok"


def test_what_a_running_daemon_holds_is_not_unfinished(shell, check):
    driver = EngineDriver()
    driver.enter()
    path = shell.write_journal(driver, "replay.db")
    with acquire_instance_lock(path.with_suffix(".lock"), started_at_ms=wall_now_ms()):
        line = check()[1]["last run"]

    assert (line["state"], line["message"]) == ("ok", "open trade in RELIANCE")


def test_latched_panic_is_red_and_ends_with_exit_code_4(shell, check):
    driver = EngineDriver()
    driver.take(OperatorAsked(at_ms=0, wish=OperatorWish.PANIC, asked_by="test"))
    shell.write_journal(driver, "replay.db")

    code, lines = check()

    assert code == 4
    assert lines["last run"]["message"] == "panic is latched until resume"
    assert "python main.py resume" in lines["last run"]["fix"]


def test_open_trade_and_order_in_doubt_are_yellow(shell, check):
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.take(inputs.SendStarted(at_ms=0, tag=tag))
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=tag, outcome=Unknown("no answer")))
    assert driver.order(tag).status is OrderStatus.IN_DOUBT
    shell.write_journal(driver, "replay.db")

    code, lines = check()

    assert code == 0
    assert lines["last run"]["state"] == "warn"
    assert lines["last run"]["message"] == f"open trade in RELIANCE, order {tag} in doubt"
