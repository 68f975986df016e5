"""The lines of `check` about what lies on this machine: another daemon, the journal, unfinished business."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import takewhile
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from trading_bot.adapters.storage.connection import explained
from trading_bot.adapters.storage.emergency.emergency_journal import emergency_path, kept_rows
from trading_bot.adapters.storage.emergency.emergency_run import runs_of
from trading_bot.adapters.storage.journal.hash_chain import BrokenChainError
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.keeping.check import check_file
from trading_bot.adapters.storage.migrate import NewerSchemaError, schema_of
from trading_bot.bootstrap.answers.daemon.daemon_link import newest_database, owner_of, owner_text
from trading_bot.bootstrap.answers.daemon.stopped_book import StoppedBook, read_book
from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.errors import HaltedError, StorageError, UserFacingError
from trading_bot.domain.money import grouped
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.book import Book
from trading_bot.engine.rebuild import rebuilt_book
from trading_bot.report.check_line import CheckLine, doubtful, failed, instance_line, passed
from trading_bot.settings.tree import Settings

_BYTES_PER_MB = 1_000_000
_MEND = "`python main.py` says on its start what was found, keeps a copy, and names the newest backup"
_GO_BACK = "docs/operations.md says under Upgrading how to go back, and what is then lost"
_UNLIKE = "the newest day took over something else than the rows before it add up to:"
_MEND_BOOK = "trade no more on it: go on with a backup of before that day (docs/operations.md), or begin anew"


def journal_lines(settings: Settings, charges: ChargeSchedule) -> Sequence[CheckLine]:
    """Whether another process owns the journal, whether it is sound, and what its last run left."""
    try:
        database = newest_database(settings)
    except UserFacingError:
        nothing = f"none yet: the first run in mode {settings.mode} makes it"
        return passed("other instance", "none runs"), passed("journal", nothing)
    owner = owner_of(settings, database)
    instance = instance_line(lambda: None if owner is None else owner_text(owner))
    if database.stat().st_size == 0:
        return instance, passed("journal", f"{database} is empty")
    try:
        with check_file(database, settings.storage) as connection:
            schema = schema_of(connection)
            stopped = read_book(settings, database, charges)
            differing = _differing(database, stopped)
        waiting = sum(len(run.rows) for run in runs_of(kept_rows(emergency_path(database))))
    except SQLAlchemyError as error:
        return instance, failed("journal", str(explained(error, database)), _MEND)
    except (StorageError, BrokenChainError) as error:
        fix = _GO_BACK if isinstance(error, NewerSchemaError) else _MEND
        return instance, failed("journal", _with_path(database, error), fix)
    if differing:
        return instance, failed("journal", f"{database}: {_UNLIKE} {', '.join(differing)}", _MEND_BOOK)
    rows, size_mb = stopped.core.last_sequence, database.stat().st_size / _BYTES_PER_MB
    message = f"{database}: {grouped(rows, 0)} rows, whole and unaltered, {size_mb:.1f} MB, schema {schema}"
    return instance, _sound(message, waiting), business_line(stopped, is_running=owner is not None)


def _sound(message: str, waiting: int) -> CheckLine:
    if not waiting:
        return passed("journal", message)
    fix = "start the daemon, or `resume`: either takes them in first"
    return doubtful("journal", f"{message}; {waiting} rows wait in the emergency journal", fix)


def _differing(database: Path, stopped: StoppedBook) -> Sequence[str]:
    """What all rows add up to differently than those since the newest checkpoint, with which a start begins.

    The hashes of all are checked for that. Raises BrokenChainError, StorageError.
    """
    with JournalReader(database) as reader:
        reader.verify()
        until_then = takewhile(lambda row: row.sequence <= stopped.core.last_sequence, reader.rows())
        whole, _ = rebuilt_book(until_then)
    book = stopped.core.state.book
    return [one.name for one in fields(Book) if getattr(whole, one.name) != getattr(book, one.name)]


def business_line(stopped: StoppedBook, *, is_running: bool) -> CheckLine:
    """What the last run left open: halts need a person, the rest needs a start."""
    name = "last run"
    book = stopped.core.state.book
    waiting = [halt for halt in book.halts.values() if halt.until_released]
    if book.is_panicking or waiting:
        message = "; ".join(stopped.halts)
        return failed(name, message, "once you know why: python main.py resume", HaltedError.exit_code)
    doubts = [order.tag for order in book.orders.values() if order.status is OrderStatus.IN_DOUBT]
    left = [
        *(f"open trade in {stopped.symbol(trade.instrument_key)}" for trade in book.trades.values()),
        *(f"order {tag} in doubt" for tag in doubts),
    ]
    if left and not is_running:
        fix = "start the daemon: it asks the broker and goes on from there"
        return doubtful(name, ", ".join(left), fix)
    return passed(name, ", ".join(left) or "nothing unfinished")


def _with_path(database: Path, error: Exception) -> str:
    text = str(error)
    return text if str(database) in text else f"{database}: {text}"
