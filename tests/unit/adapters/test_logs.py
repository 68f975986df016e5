import io
import json
import logging
import os
import stat
import threading
from pathlib import Path
from threading import Timer

import pytest

from trading_bot.adapters.log_settings import LogSettings
from trading_bot.adapters.logs import Topic, logger, start_logs

CANARY = "canary-S3cret"
NOW_MS = 1_795_059_000_123


@pytest.fixture
def start(tmp_path):
    running = []

    def start_here(**changes):
        console = changes.pop("console", None)
        settings = LogSettings(folder=tmp_path / "logs", **changes)
        running.append(start_logs(settings, now_ms=lambda: NOW_MS, secrets=[CANARY], console=console))
        return running[-1]

    yield start_here
    for logs in running:
        if logs.queue in logging.getLogger().handlers:
            logs.close()


def lines(folder, name="trading_bot.log"):
    path = folder / "logs" / name
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def test_a_line_is_json_with_its_time_in_india(start, tmp_path):
    logs = start()
    logger(Topic.TRADING).info("order_placed", tag="tb1", quantity=3)
    logs.close()

    assert lines(tmp_path) == [
        {
            "event": "order_placed",
            "topic": "trading",
            "tag": "tb1",
            "quantity": 3,
            "level": "info",
            "at": "2026-11-19T09:00:00.123+05:30",
        }
    ]


def test_topics_and_errors_have_files_of_their_own(start, tmp_path):
    logs = start()
    logger(Topic.TRADING).info("order_placed")
    logger(Topic.SIGNALS).info("signal_raised")
    logger().error("feed_lost")
    logs.close()

    assert [line["event"] for line in lines(tmp_path)] == ["order_placed", "signal_raised", "feed_lost"]
    assert [line["event"] for line in lines(tmp_path, "trading.log")] == ["order_placed"]
    assert [line["event"] for line in lines(tmp_path, "signals.log")] == ["signal_raised"]
    assert [line["event"] for line in lines(tmp_path, "errors.log")] == ["feed_lost"]


def test_lines_below_the_level_are_not_written(start, tmp_path):
    logs = start(level="warning")
    logger().info("quiet")
    logger().warning("loud")
    logging.getLogger("library").info("quiet")
    logs.close()

    assert [line["event"] for line in lines(tmp_path)] == ["loud"]


def test_no_secret_reaches_a_file_or_the_console_by_any_path(start, tmp_path):
    console = io.StringIO()
    logs = start(console=console)
    logs.redactor.add("canary-of-today")
    logger().info(
        f"in the event {CANARY}", value=CANARY, deep=[{"x": CANARY}], headers={"Authorization": "canary9"}
    )
    logger().info("canary-of-today", **{f"key_{CANARY}": 1})
    logging.getLogger("library").warning("argument %s", CANARY)
    logging.getLogger("py.warnings").warning("warning %s", CANARY)
    try:
        int(CANARY)
    except ValueError:
        logger().exception("failed")
        logging.getLogger("library").exception("failed")
    logs.close()

    written = (
        "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "logs").iterdir())
        + console.getvalue()
    )
    assert written.count("ValueError") >= 6
    assert "canary" not in written


def test_console_gets_plain_lines(start):
    console = io.StringIO()
    logs = start(console=console)
    logger().info("order_placed", tag="tb1")
    logs.close()

    assert console.getvalue() == "09:00:00 info    order_placed tag=tb1\n"


def test_the_console_leaves_out_what_says_nothing_and_shortens_numbers(start, tmp_path):
    console = io.StringIO()
    logs = start(console=console)
    fields = {
        "is_assumed": False,
        "order_id": None,
        "exit_step": 0,
        "is_late": True,
        "atr": 7143.586853189535,
    }
    logger(Topic.TRADING).info("order_filled", **fields)
    logs.close()

    assert console.getvalue() == "09:00:00 info    order_filled exit_step=0 is_late=True atr=7143.59\n"
    assert fields.items() <= lines(tmp_path)[0].items()


def test_a_stack_is_one_line_on_the_console_and_whole_in_the_files(start, tmp_path):
    console = io.StringIO()
    logs = start(console=console)
    try:
        int("nothing")
    except ValueError:
        logger().exception("worker_failed", worker="books")
        logging.getLogger("library").exception("failed")
    logs.close()

    told = "ValueError: invalid literal for int() with base 10: 'nothing'"
    assert console.getvalue().splitlines() == [
        f"09:00:00 error   worker_failed worker=books ({told})",
        f"09:00:00 error   failed ({told})",
    ]
    assert all("Traceback" in line["exception"] for line in lines(tmp_path, "errors.log"))


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_files_and_their_folder_are_private(start, tmp_path):
    logs = start()
    logger().info("x")
    logs.close()

    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "logs/trading_bot.log").stat().st_mode) == 0o600


def test_files_rotate_and_old_ones_go(start, tmp_path):
    """Fault 98, V22."""
    logs = start(max_bytes=10_000, backup_count=2)
    for number in range(300):
        logger().info("x" * 150, number=number)
    logs.close()

    files = sorted(path.name for path in (tmp_path / "logs").glob("trading_bot.log*"))
    assert files == ["trading_bot.log", "trading_bot.log.1", "trading_bot.log.2"]
    assert all((tmp_path / "logs" / name).stat().st_size <= 10_000 for name in files)


def test_a_write_that_fails_is_counted_and_nothing_is_printed(start, tmp_path, capsys):
    """Fault 98."""
    logs = start()
    (tmp_path / "logs").chmod(0o700)
    (tmp_path / "logs/trading_bot.log").mkdir()
    logger().info("x")
    logs.close()

    assert logs.failed_writes == 1
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_does_not_spoil_the_end(start, tmp_path):
    """Fault 98: the exit code is that of what was done."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/trading_bot.log").symlink_to("/dev/full")
    logs = start()
    logger().info("x")
    logs.close()

    assert logs.failed_writes == 2, "the line, and what the end would have written"


def test_a_disk_that_takes_no_line_for_a_while_holds_up_nobody_who_logs(start, tmp_path):
    """Fault 98, V16, V22: the writing thread hangs in a write; lines beyond the queue's room are dropped."""
    logs = start(queue_size=100)
    writing, is_free = threading.Event(), threading.Event()
    slow = logs.listener.handlers[0]
    write = slow.emit

    def hang(record):
        writing.set()
        assert is_free.wait(30)
        write(record)

    slow.emit = hang
    logger().error("first")
    assert writing.wait(30)
    for _ in range(300):
        logger().error("x")  # returns, or the test hangs here
    dropped = dict(logs.dropped)
    Timer(0.05, is_free.set).start()
    logs.close()  # while the queue is full

    assert dropped == {"error": 200}
    written = [line["event"] for line in lines(tmp_path)]
    assert written[:2] == ["first", "x"]


def test_lines_that_find_no_room_are_counted(start):
    """Fault 98."""
    logs = start(queue_size=100)
    logs.listener.stop()
    for _ in range(150):
        logger().info("x")
    logs.listener.start()

    assert logs.dropped == {"info": 60}
