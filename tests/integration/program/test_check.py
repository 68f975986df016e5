"""Every line of `check` that needs adapters, provoked once."""

import os
import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.scripted_day import whole_day
from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.adapters.storage.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.emergency_run import RunWriter
from trading_bot.bootstrap.answers import account_checks
from trading_bot.bootstrap.answers.check_lines import charges_line, rules_lines
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.emergency import head_of
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.events import DayStarted
from trading_bot.domain.ist import MS_PER_DAY, date_of
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.checkpoint import carried_over
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.engine.ports import Unknown
from trading_bot.report.check_line import CheckState, calendar_line
from trading_bot.settings.tree import Settings

BROKER_LINES = ["profile", "funds", "static address", "feed", "instruments"]
SPECIAL_NAMES = frozenset({"token", *BROKER_LINES})


@pytest.fixture
def check(shell):
    """Run `check` and return exit code and lines by name."""

    def run(words=""):
        code = shell(f"check --json {words}")
        return code, {line["name"]: line for line in shell.json()["lines"]}

    return run


@pytest.fixture
def broker(shell, simulator):
    url = simulator()
    shell.use_broker(url)
    return url


def states(lines, names):
    return [lines[name]["state"] for name in names]


def test_everything_is_green_after_a_login(shell, broker, check):
    shell.store_token()

    code, lines = check()

    assert code == 0
    assert states(lines, ["token", *BROKER_LINES, "calendar", "charges", "other instance"]) == ["ok"] * 9
    assert lines["funds"]["message"] == "1,000,000.00 rupees can be used"
    assert lines["instruments"]["message"] == "today's list: 4 instruments"
    assert lines["profile"]["message"] == "account SIM001 answers"


def test_replay_needs_nothing_of_the_broker(check):
    code, lines = check("--mode replay")

    assert code == 0
    assert {lines[name]["message"] for name in SPECIAL_NAMES} == {"not needed in mode replay"}


def test_missing_token_is_red_and_ends_with_exit_code_3(broker, check):
    code, lines = check()

    assert code == 3
    assert lines["token"]["state"] == "fail"
    assert lines["token"]["fix"] == "python main.py login"
    assert lines["profile"]["message"] == "not asked: there is no valid token"
    assert lines["instruments"]["state"] == "ok"


def test_expired_token_is_red_and_ends_with_exit_code_3(shell, broker, check):
    shell.store_token(issued_at_ms=wall_now_ms() - 2 * MS_PER_DAY)

    code, lines = check()

    assert code == 3
    assert "expired at" in lines["token"]["message"]


def test_token_of_another_account_is_red(shell, broker, check):
    shell.use_broker(broker, more='account = "AB1234"\n')
    shell.store_token()

    assert check()[1]["token"]["state"] == "fail"


def test_token_from_the_environment_is_yellow_and_used(broker, check, monkeypatch):
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "token-of-the-day")

    code, lines = check()

    assert code == 0
    assert lines["token"]["state"] == "warn"
    assert lines["profile"]["state"] == "ok"


def test_token_that_the_broker_does_not_accept_turns_its_lines_red(shell, broker, check):
    shell.store_token(secret="revoked")

    code, lines = check()

    assert code == 3
    assert states(lines, ["profile", "funds", "feed"]) == ["fail"] * 3
    assert lines["profile"]["fix"] == "python main.py login"


def test_profile_of_another_account_is_red(shell, broker, check):
    shell.store_token(account="AB1234")

    assert "belongs to account SIM001" in check()[1]["profile"]["message"]


def test_unreachable_broker_is_red_with_exit_code_1(shell, check):
    shell.use_broker("http://127.0.0.1:9")
    shell.store_token()

    code, lines = check()

    assert code == 1
    assert states(lines, ["profile", "feed", "instruments"]) == ["fail"] * 3


@pytest.fixture
def live(shell, simulator, monkeypatch):
    """A shell with both halves of the live opt-in, and a broker that has an address on record."""
    monkeypatch.setenv("LIVE_TRADING", "yes")
    return shell, simulator(registered_addresses=("203.0.113.9",))


LIVE_ADDRESS = [
    ('static_ip = "203.0.113.9"\n', "ok", "203.0.113.9 is registered"),
    ('static_ip = "203.0.113.8"\n', "fail", "not registered at the broker"),
    ("", "warn", "upstox.static_ip is not set; at the broker: 203.0.113.9"),
]


@pytest.mark.parametrize(("more", "state", "message"), LIVE_ADDRESS)
def test_static_address_is_compared_with_the_brokers_record_in_live(*, live, check, more, state, message):
    shell, url = live
    shell.use_broker(url, mode="live", more=more)
    shell.store_token()

    line = check()[1]["static address"]

    assert line["state"] == state
    assert message in line["message"]


def test_a_symbol_that_the_broker_does_not_list_is_red_with_suggestions(shell, broker, check, monkeypatch):
    monkeypatch.setenv("SYMBOLS", "RELIANCEE")
    shell.store_token()

    code, lines = check()

    assert (code, lines["instruments"]["state"]) == (2, "fail")
    assert "did you mean RELIANCE" in lines["instruments"]["message"]


def test_a_misspelt_strategy_is_red(check, monkeypatch):
    assert check("--mode replay")[1]["strategies"] == {
        "name": "strategies", "state": "ok", "message": "confluence", "fix": ""
    }  # fmt: skip
    monkeypatch.setenv("TRADING_BOT__RUN__STRATEGIES", "conflunce")

    code, lines = check("--mode replay")

    assert (code, lines["strategies"]["state"]) == (2, "fail")
    assert "did you mean confluence" in lines["strategies"]["message"]


def test_yesterdays_list_of_instruments_is_yellow(shell, broker, check):
    shell.store_token()
    check()
    (stored,) = (shell.data / "instruments").iterdir()
    stored.rename(stored.with_name(f"NSE-{date_of(wall_now_ms() - MS_PER_DAY)}.json.gz"))
    shell.write_settings(
        (shell.folder / "config/local.toml").read_text(encoding="utf-8").replace("/exchange", "/nothing")
    )

    assert check()[1]["instruments"]["state"] == "warn"


def test_funds_that_are_not_told_at_night_are_yellow(shell, broker, check, monkeypatch):
    shell.store_token()
    monkeypatch.setattr(account_checks, "_NIGHT_HOURS", range(24))
    shell.use_broker("http://127.0.0.1:9")

    assert check()[1]["funds"]["state"] == "warn"


def test_funds_that_are_not_told_by_day_are_red(shell, broker, check, monkeypatch):
    shell.store_token()
    monkeypatch.setattr(account_checks, "_NIGHT_HOURS", range(0))
    shell.use_broker("http://127.0.0.1:9")

    assert check()[1]["funds"]["state"] == "fail"


def test_an_account_without_funds_is_yellow(shell, simulator, check):
    shell.use_broker(simulator(opening_balance=0))
    shell.store_token()

    code, lines = check()

    assert code == 0
    assert (lines["funds"]["state"], lines["funds"]["fix"]) == ("warn", "add funds, or free margin")


def test_calendar_that_ends_soon_is_yellow_and_one_that_has_ended_red(market_rules):
    last = market_rules.calendar.last_covered

    assert calendar_line(lambda: last, date(2026, 12, 20)).state is CheckState.WARN
    assert calendar_line(lambda: last, date(2027, 1, 1)).state is CheckState.FAIL


def test_charges_that_are_not_known_today_are_red(market_rules):
    line = charges_line(market_rules, date(2027, 1, 1))

    assert (line.state, line.exit_code) == (CheckState.FAIL, 2)
    assert "config/market/charges.toml" in line.fix


def test_unreadable_market_rules_are_red(shell):
    def broken():
        raise SettingsError("calendar.toml: broken")

    (line,) = rules_lines(broken, Settings(), date(2026, 11, 19))

    assert (line.name, line.exit_code) == ("market rules", 2)


def test_running_daemon_is_named(shell, check):
    path = shell.write_journal(whole_day(), "replay.db")
    with acquire_instance_lock(path.with_suffix(".lock"), started_at_ms=wall_now_ms()):
        line = check()[1]["other instance"]

    assert line["state"] == "warn"
    assert f"process {os.getpid()} " in line["message"]


def test_sound_journal_is_green(shell, check):
    shell.write_journal(whole_day(), "replay.db")

    _, lines = check()

    assert lines["journal"]["message"].endswith("rows, whole and unaltered")
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
