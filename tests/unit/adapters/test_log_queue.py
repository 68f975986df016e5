import logging
import threading

from trading_bot.adapters.log_queue import DroppingQueue, PatientListener


def record(level):
    return logging.LogRecord("x", level, "", 0, "line", None, None)


def fill(lines, level, count):
    for _ in range(count):
        lines.handle(record(level))


def test_debug_lines_are_dropped_first():
    """Fault 98, V22."""
    lines = DroppingQueue(10)
    fill(lines, logging.DEBUG, 10)
    fill(lines, logging.INFO, 10)
    fill(lines, logging.ERROR, 10)

    assert lines.lines.qsize() == 10
    assert lines.dropped == {"debug": 5, "info": 6, "error": 9}


def test_a_full_queue_does_not_block_or_raise():
    """Fault 98, V16."""
    lines = DroppingQueue(1)
    fill(lines, logging.CRITICAL, 3)

    assert lines.dropped == {"critical": 2}


def test_drops_are_reported_once_there_is_room_again():
    lines = DroppingQueue(4)
    fill(lines, logging.ERROR, 7)
    while not lines.lines.empty():
        lines.lines.get_nowait()

    fill(lines, logging.INFO, 2)

    messages = [lines.lines.get_nowait().getMessage() for _ in range(3)]
    assert messages == ["log_lines_dropped count=3 in_total={'error': 3}", "line", "line"]


def test_a_disk_that_hangs_for_good_does_not_keep_the_process_from_ending(monkeypatch):
    """Fault 98, V16."""
    monkeypatch.setattr("trading_bot.adapters.log_queue._CLOSE_S", 0.01)
    hung = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda _record: hung.wait(30)
    lines = DroppingQueue(1)
    listener = PatientListener(lines.lines, handler)
    listener.start()
    fill(lines, logging.ERROR, 50)

    listener.stop()

    assert listener.is_stuck
    hung.set()
