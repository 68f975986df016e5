import json
import os

from trading_bot.adapters.redaction import Redactor
from trading_bot.bootstrap.web.earlier_runs import earlier_runs, log_tail


def write_run(folder, name: str, age_s: int, **changes) -> None:
    (folder / name).mkdir(parents=True)
    document = {"run_id": name, "mode": "paper", "net_pnl": "-1.50", "charges_total": "9.00", "trades": 3}
    (folder / name / "summary.json").write_text(json.dumps(document | changes))
    os.utime(folder / name, (1_000_000 - age_s, 1_000_000 - age_s))


def test_runs_come_newest_first(tmp_path):
    write_run(tmp_path, "old", 500)
    write_run(tmp_path, "new", 1)
    (tmp_path / "latest").symlink_to("new")

    runs = earlier_runs(tmp_path)

    assert [run.run_id for run in runs] == ["new", "old"]
    assert (runs[0].net_pnl, runs[0].charges, runs[0].gross_pnl) == ("-1.50", "9.00", None)


def test_a_report_that_cannot_be_read_hides_no_other(tmp_path):
    write_run(tmp_path, "good", 1)
    for name, text in (("list", "[]"), ("broken", "{"), ("empty", "{}"), ("binary", "\x00")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").write_text(text)
    (tmp_path / "none").mkdir()

    assert [run.run_id for run in earlier_runs(tmp_path)] == ["good"]


def test_the_log_gives_its_newest_lines_without_secrets(tmp_path):
    """Fault 115."""
    file = tmp_path / "trading_bot.log"
    file.write_text("one\ntwo canary-token-of-mine\nthree access_token=abcdef\n")

    lines = log_tail(file, Redactor(["canary-token-of-mine"]), 2)

    assert lines == ["two ***", "three access_token=***"]


def test_without_a_log_there_are_no_lines(tmp_path):
    assert log_tail(tmp_path / "none", Redactor(), 5) == []


def test_of_a_huge_log_only_the_end_is_read(tmp_path):
    file = tmp_path / "trading_bot.log"
    file.write_text("x" * 3_000_000 + "\nlast\n")

    lines = log_tail(file, Redactor(), 500)

    assert lines[-1] == "last"
    assert sum(map(len, lines)) <= 1 << 20
