"""Panic in a replay of which no daemon answers and no simulator is named: what may be open all the same."""

from pathlib import Path

from trading_bot.adapters.storage.emergency.emergency_journal import emergency_path, kept_rows
from trading_bot.bootstrap.answers.daemon.daemon_link import owner_of, owner_text
from trading_bot.bootstrap.answers.daemon.following import Write
from trading_bot.bootstrap.earlier import earlier_book
from trading_bot.bootstrap.panicking.panic import left_open
from trading_bot.bootstrap.panicking.panic_records import kept_instruments
from trading_bot.bootstrap.places import database_path, known_databases
from trading_bot.domain.errors import StorageError
from trading_bot.engine.book import Book
from trading_bot.settings.tree import Settings

_THEN = "the simulator it traded at may still run: add --simulator URL"


def panic_without_simulator(settings: Settings, write: Write) -> int:
    """Say what is open at a simulator that outlives its daemon; 0 when nothing can be, else 1."""
    for known in known_databases(settings):
        owner = owner_of(settings, known)
        if owner is not None:
            who = owner_text(owner)
            write(f"{who} owns {known} and does not answer: end it, and its own simulator ends with it")
            return 1
    database = database_path(settings, attached=True, now_ms=0)
    book = _left_in(database)
    if book is not None and not _is_open(book):
        write("no daemon runs, and a replay's own simulator ends with it: nothing can be open")
        return 0
    write(f"{database}: {left_open(book, kept_instruments(database), _THEN)}")
    return 1


def _left_in(database: Path) -> Book | None:
    """The book of replays at simulators of their own; None where it is not known."""
    if not database.is_file() or not database.stat().st_size:
        return Book()
    try:
        return None if kept_rows(emergency_path(database)) else earlier_book(database)
    except StorageError:
        return None


def _is_open(book: Book) -> bool:
    held = any(not position.is_flat for position in book.positions.values())
    return held or bool(book.trades) or any(True for _ in book.live_orders())
