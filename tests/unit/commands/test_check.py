import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from trading_bot.adapters.kernel_clock import KernelClock, kernel_clock
from trading_bot.commands import check, machine_checks
from trading_bot.commands.arguments import parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import midnight_ms
from trading_bot.report.check_line import (
    CheckState,
    calendar_line,
    check_json,
    check_text,
    doubtful,
    exit_code_of,
    failed,
    instance_line,
    passed,
    skipped,
)
from trading_bot.settings.tree import Settings

OK, WARN, FAIL = CheckState.OK, CheckState.WARN, CheckState.FAIL
OPEN = {"enabled": True, "host": "0.0.0.0", "allow_other_machines": True, "operator_token": "o" * 43}


def run(desk, *words):
    arguments, function = parse_arguments(["check", *words])
    return function(arguments, desk.context)


def clock_line(on=date(2026, 11, 19), kernel=None, *, needs_time=False):
    return machine_checks.clock_line(midnight_ms(on), kernel, needs_time=needs_time)


def disk_line(**free):
    return machine_checks.disk_line({Path(name): count for name, count in free.items()})


def lines_of(desk):
    return {line["name"]: line for line in json.loads(desk.written[0])["lines"]}


def refusal(name, settings):
    return next(line for line in check.refusal_lines(settings) if line.name == name)


def test_a_fresh_folder_can_replay(desk):
    assert run(desk, "--json") == 0

    lines = lines_of(desk)
    assert lines["settings"]["message"] == "mode replay, 0 values differ from the defaults"
    assert lines["clock"]["message"].startswith("2026-11-19 09:00:00 in India")
    assert (desk.folder / "data").is_dir()


def test_broken_settings_are_a_red_line_and_the_rest_is_still_checked(desk):
    (desk.folder / ".env").write_text("FOO=1\n", encoding="utf-8")

    assert run(desk, "--json") == 2

    lines = lines_of(desk)
    assert lines["settings"]["state"] == "fail"
    assert "disk" in lines
    assert "data folder" not in lines


def test_doubts_about_settings_are_a_yellow_line(desk):
    (desk.folder / ".env").write_text("MAX_RISK_PER_TRADE=0.0001\n", encoding="utf-8")

    run(desk, "--json")

    assert lines_of(desk)["settings"]["state"] == "warn"


def test_lines_of_the_backend_are_added(desk):
    desk.backend.answers["check_lines"] = [failed("login", "no token", "python main.py login", 3)]

    assert run(desk) == 3
    assert desk.written[0].endswith("fix: python main.py login\nnot ready: 1 of 18 failed")


def test_the_checklist_before_going_live_is_asked_for_only_with_its_option(desk):
    desk.backend.answers["launch_lines"] = [failed("launch: tests", "never", "make test")]

    assert run(desk) == 0
    assert run(desk, "--launch") == 1
    assert "launch: tests" in desk.written[1]
    assert "launch: tests" not in desk.written[0]


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (machine_checks.python_line((3, 11, 7)), OK),
        (machine_checks.python_line((3, 10, 1)), FAIL),
        (machine_checks.python_line((4, 0, 0)), OK),
        (machine_checks.sqlite_line((3, 51, 3)), OK),
        (machine_checks.sqlite_line((3, 51, 2)), WARN),
        (machine_checks.sdk_line("2.30.0"), OK),
        (machine_checks.sdk_line("2.31.0"), FAIL),
        (machine_checks.sdk_line(None), FAIL),
        (machine_checks.hot_path_line(is_compiled=True), OK),
        (machine_checks.hot_path_line(is_compiled=False), WARN),
        (disk_line(data=5_000_000_000), OK),
        (disk_line(data=1_000_000_000), WARN),
        (disk_line(data=100_000_000), FAIL),
        (disk_line(data=100_000_000, logs=5_000_000_000), FAIL),
        (clock_line(), OK),
        (clock_line(on=date(1970, 1, 2)), FAIL),
        (clock_line(kernel=KernelClock(False, 16_000), needs_time=True), WARN),
        (clock_line(kernel=KernelClock(True, 16_000), needs_time=True), WARN),
        (clock_line(kernel=None, needs_time=True), WARN),
        (clock_line(kernel=KernelClock(True, 12), needs_time=True), OK),
        (refusal("live opt-in", Settings()), OK),
        (refusal("live opt-in", Settings(run={"mode": "live"})), FAIL),
        (refusal("live opt-in", Settings(run={"mode": "live", "live_trading": True})), WARN),
        (refusal("ramp opt-out", Settings()), OK),
        (refusal("ramp opt-out", Settings(run={"mode": "live"})), OK),
        (refusal("ramp opt-out", Settings(run={"mode": "live"}, live={"ramp": {"paper_days": 4}})), FAIL),
        (refusal("ramp opt-out", Settings(run={"mode": "paper"}, live={"ramp": {"paper_days": 4}})), OK),
        (refusal("ramp opt-out", Settings(run={"mode": "live"}, live={"ramp": {"loosened": True}})), WARN),
        (refusal("protection", Settings()), OK),
        (refusal("protection", Settings(risk={"exits": {"stops": "on_close"}})), FAIL),
        (refusal("dashboard", Settings(web=OPEN | {"behind_tls": True})), OK),
        (refusal("dashboard", Settings(web=OPEN)), WARN),
        (refusal("square-off", Settings()), OK),
        (refusal("square-off", Settings(risk={"windows": {"auction_shares_flat_by": "15:20"}})), FAIL),
        (calendar_line(lambda: date(2027, 12, 31), date(2026, 11, 19)), OK),
        (calendar_line(lambda: date(2026, 12, 1), date(2026, 11, 19)), WARN),
        (calendar_line(lambda: date(2026, 11, 18), date(2026, 11, 19)), FAIL),
        (instance_line(lambda: None), OK),
        (instance_line(lambda: "process 42"), WARN),
    ],
)
def test_each_line_tells_good_from_bad(line, state):
    assert line.state is state
    assert bool(line.fix) is (state is not OK)


def test_room_is_looked_for_where_the_journal_lies(desk, monkeypatch):
    disk = desk.folder / "disk"
    text = f"TRADING_BOT__RUN__DATA_DIR={disk}/data\n"
    (desk.folder / ".env").write_text(text, encoding="utf-8")
    free = {disk: 1_000_000, desk.folder: 9_000_000_000}

    def usage(place):
        if place not in free:
            raise FileNotFoundError(place)
        return SimpleNamespace(free=free[place])

    monkeypatch.setattr(machine_checks.shutil, "disk_usage", usage)
    run(desk, "--json")

    assert lines_of(desk)["disk"]["message"] == f"1 MB free for {disk}/data, 200 MB are needed"


@pytest.mark.parametrize(("mode", "state"), [(0o600, OK), (0o640, WARN), (0o644, FAIL), (0o602, FAIL)])
def test_dotenv_is_for_its_owner_only(tmp_path, mode, state):
    """Fault 116."""
    path = tmp_path / ".env"
    path.write_text("BASE_CAPITAL=5000\n", encoding="utf-8")
    path.chmod(mode)

    assert check.dotenv_line(path).state is state


def test_no_dotenv_is_fine(tmp_path):
    assert check.dotenv_line(tmp_path / ".env").state is OK


def test_a_folder_is_made_and_probed(tmp_path):
    assert check.folder_line("data", tmp_path / "a/b").state is OK
    assert list((tmp_path / "a/b").iterdir()) == []


def test_a_folder_that_is_a_file_fails(tmp_path):
    (tmp_path / "data").write_text("", encoding="utf-8")

    line = check.folder_line("data", tmp_path / "data")

    assert (line.state, line.exit_code) == (FAIL, SettingsError.exit_code), "as the daemon says"


def test_a_folder_that_everyone_may_write_fails(tmp_path):
    tmp_path.chmod(0o777)

    line = check.folder_line("data", tmp_path)

    assert (line.state, line.exit_code) == (FAIL, SettingsError.exit_code)


def test_the_first_failure_decides_the_exit_code():
    lines = [passed("a", "x"), doubtful("b", "x", "y"), failed("c", "x", "y", 2), failed("d", "x", "y", 3)]

    assert exit_code_of(lines) == 2
    assert exit_code_of(lines[:2]) == 0


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([passed("a", "x")], "ready"),
        ([doubtful("a", "x", "y")], "ready, with 1 warning"),
        ([doubtful("a", "x", "y")] * 2, "ready, with 2 warnings"),
        ([failed("a", "x", "y")], "not ready: 1 of 1 failed"),
    ],
)
def test_the_last_line_is_the_verdict(lines, verdict):
    assert check_text(lines, in_colour=False).splitlines()[-1] == verdict


def test_lights_have_colour_on_a_terminal_only():
    lines = [failed("a", "x", "y")]

    assert "\x1b[31mFAIL" in check_text(lines, in_colour=True)
    assert "\x1b" not in check_text(lines, in_colour=False)


def test_json_has_state_message_and_fix():
    assert json.loads(check_json([failed("a", "x", "y")])) == {
        "ok": False,
        "exit_code": 1,
        "lines": [{"name": "a", "state": "fail", "message": "x", "fix": "y"}],
    }


def test_what_was_not_looked_at_is_told_and_fails_nothing(desk):
    desk.backend.answers["check_lines"] = [skipped("funds", "not asked: --offline")]

    assert run(desk, "--offline") == 0
    assert "skip  funds" in desk.written[0]
    assert desk.written[0].rstrip().endswith("; 1 not looked at")


def test_the_exit_code_is_in_the_document(desk):
    desk.backend.answers["check_lines"] = [failed("token", "none", "login", 3)]

    run(desk, "--json")

    document = json.loads(desk.written[0])
    assert (document["ok"], document["exit_code"]) == (False, 3)


def test_the_kernel_tells_whether_the_clock_is_kept_in_step():
    """The machine's own answer may be either; it is read without a service and without a change."""
    read = kernel_clock()

    assert read is None or read.error_ms_max >= 0


def test_shadows_are_a_line_only_where_there_are_any(desk):
    run(desk, "--json")
    assert "shadows" not in lines_of(desk)

    settings = Settings(shadow={"strict": {"confluence": {"threshold": 0.9}}})
    (line,) = check.shadow_lines(settings)
    assert (line.state, line.message) == (OK, "strict")


def test_of_several_shadows_each_broken_one_is_a_line(desk):
    good, broken = {"confluence": {"threshold": 0.9}}, {"confluence": {"threshold": 80}}

    lines = check.shadow_lines(Settings(shadow={"one": broken, "two": good, "three": broken}))

    assert [line.message.split(":")[0] for line in lines] == ["two", *["1 setting cannot be used"] * 2]


def test_a_misspelt_shadow_is_yellow_since_nothing_that_trades_depends_on_it():
    (line,) = check.shadow_lines(Settings(shadow={"strict": {"confluence": {"treshold": 0.9}}}))

    assert line.state is WARN
    assert "confluence.threshold" in line.message
