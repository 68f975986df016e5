"""Panic through a daemon: what its answers mean."""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from trading_bot.bootstrap.answers.daemon import following
from trading_bot.bootstrap.answers.daemon.panic_wish import panic_through_daemon
from trading_bot.control.protocol import line_of, socket_path

NO_DAEMON = None
SILENCE = None


def status(*, flat: bool | None, quantity: int = 0) -> dict:
    return {
        "is_confirmed_flat": flat,
        "symbols": [{"symbol": "SBIN", "quantity": quantity}],
        "orders": [{"status": "trigger_pending"}] if quantity else [],
    }


@contextmanager
def daemon(database, *statuses):
    """Answers one request after the other with these documents, or with silence, then goes away."""
    held: list[socket.socket] = []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(socket_path(database)))
    server.listen()

    def serve() -> None:
        for document in statuses:
            try:
                connection, _ = server.accept()
            except OSError:  # nobody asks any more
                break
            if document is SILENCE:
                held.append(connection)
                continue
            with connection, connection.makefile("rb") as stream:
                stream.readline()
                ok = {"ok": True, "status": document}
                connection.sendall(line_of(document if "ok" in document else ok))
        server.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield
    with suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in held:
        connection.close()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "paper.db"


def run_panic(database, *statuses):
    said: list[str] = []
    with daemon(database, *statuses):
        code = panic_through_daemon(database, said.append, pause=lambda _seconds: None)
    return code, said


def test_nothing_held_by_us_is_not_taken_for_flat(database):
    code, said = run_panic(database, status(flat=False), status(flat=True))

    assert code == 0
    assert said[1:] == [
        "waiting for a read that confirms it",
        "flat: no position and no live order is left; entries stay off until resume",
    ]


def test_what_is_open_is_told_once(database):
    code, said = run_panic(database, *[status(flat=False, quantity=7)] * 3, status(flat=True))

    assert code == 0
    assert [text for text in said if "SBIN" in text] == ["open: SBIN +7; 1 live orders"]


def test_a_daemon_that_asks_nobody_cannot_say_that_all_is_flat(database):
    code, said = run_panic(database, status(flat=None))

    assert code == 1
    assert "does not ask the broker" in said[-1]


def test_a_daemon_that_dies_meanwhile_leaves_the_work_to_us(database):
    code, _ = run_panic(database, status(flat=False))

    assert code is NO_DAEMON


def test_thousands_of_symbols_fit_into_an_answer(database):
    crowded = status(flat=True) | {"symbols": [{"symbol": "S" * 400, "quantity": 0}] * 5_000}

    code, _ = run_panic(database, crowded)

    assert code == 0


def test_a_daemon_that_cannot_write_the_wish_down_leaves_the_work_to_us(database):
    code, said = run_panic(database, {"ok": False, "error": "the disk is full"})

    assert code is NO_DAEMON
    assert said == ["the daemon answered: the disk is full"]


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(following, "_ASK_TIMEOUT_S", 0.05)


@pytest.mark.parametrize(
    "statuses",
    [
        (SILENCE, status(flat=False), status(flat=True)),
        (status(flat=False), SILENCE, status(flat=False), SILENCE, status(flat=True)),
    ],
)
def test_a_daemon_that_is_slow_once_goes_on_with_the_panic(database, impatient, statuses):
    """Fault 86, V13: it would be killed in the midst of its exits."""
    code, said = run_panic(database, *statuses)

    assert code == 0
    assert said[-1].startswith("flat")


@pytest.mark.parametrize(
    "statuses", [(SILENCE, SILENCE), (status(flat=False), status(flat=False), SILENCE, SILENCE)]
)
def test_a_daemon_that_is_silent_twice_in_a_row_is_taken_for_hung(database, impatient, statuses):
    """Fault 86."""
    code, _ = run_panic(database, *statuses)

    assert code is NO_DAEMON
