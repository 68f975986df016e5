"""Whether what a crash left is as if there had been none: the simulator's ledger against the journal."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.ledger import LIVE, Ledger, doubled_in, held_in
from trading_bot.adapters.storage.emergency.emergency_journal import emergency_path, kept_rows
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.domain.errors import StorageError
from trading_bot.domain.events import FillExplained, OrderFilled
from trading_bot.engine.book import Book
from trading_bot.engine.decisions.account.fills import ASSUMED
from trading_bot.engine.records import decode_event

_INTENDED = "order_intended"
_LATCHES = {"panic_latched": True, "panic_released": False}


@dataclass
class Judge:
    """Follows one journal and the ledger of the broker that it is about."""

    database: Path
    purposes: dict[str, str] = field(default_factory=dict)
    """Of every intent that was found on disk, by tag."""
    is_latched: bool = False
    """Whether the journal holds a panic that nobody has released."""
    schema: str = ""
    """The schema of the file when it was looked at last."""
    _sequence: int = 0

    def inspect(self, ledger: Ledger) -> list[str]:
        """What is wrong, looked at while nobody writes the journal. Faults 83 to 87, V1 to V3."""
        problems = self._read_intents()
        problems += [f"V2: more than one broker order carries {tag}" for tag in doubled_in(ledger)]
        at_broker = {order["tag"] for order in ledger["orders"]}
        problems += [f"V1: no intent of {tag} is on disk" for tag in at_broker - self.purposes.keys()]
        return problems + self._surplus(ledger) + self._turned(ledger)

    def conclude(self, ledger: Ledger) -> list[str]:
        """What is wrong at the end, when the daemon was told to close everything. V6, V17, V19."""
        problems = [f"V3: left open: {key} {quantity}" for key, quantity in held_in(ledger).items()]
        problems += [f"V3: left live: {row}" for row in ledger["orders"] if row["status"] in LIVE]
        with JournalReader(self.database) as reader:
            reader.verify()
            events = [decode_event(row.kind, row.payload) for row in reader.rows()]
        book = Book()
        for event in events:
            book.apply(event)
        own = [event.fill for event in events if isinstance(event, OrderFilled | FillExplained)]
        ours = Counter(fill.trade_id for fill in own if not fill.trade_id.startswith(ASSUMED))
        theirs = {trade["trade_id"] for trade in ledger["trades"]}
        problems += [f"V6: trade {one} was taken {times} times" for one, times in ours.items() if times > 1]
        problems += [f"V6: trade {one} is not in the journal" for one in sorted(theirs - ours.keys())]
        problems += [f"V6: trade {one} is not the broker's" for one in sorted(ours.keys() - theirs)]
        problems += [f"V6: the book holds {one}" for one in book.positions.values() if not one.is_flat]
        return problems

    def _read_intents(self) -> list[str]:
        """Take in what was journaled since the last look, without writing a byte."""
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            try:
                rows = connection.execute(
                    "SELECT sequence, kind, payload FROM journal WHERE sequence > ? ORDER BY sequence",
                    [self._sequence],
                ).fetchall()
                self.schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
                newest = connection.execute("SELECT max(sequence) FROM journal").fetchone()[0] or 0
            except sqlite3.OperationalError as error:
                if "no such table" in str(error) and not self._sequence:
                    return []
                raise
        problems = [f"V1: rows {newest} to {self._sequence} are gone"] if newest < self._sequence else []
        self._sequence = newest
        for _, kind, _ in rows:
            if kind in _LATCHES:
                self.is_latched = _LATCHES[kind]
        fresh = [_intent(payload) for _, kind, payload in rows if kind == _INTENDED]
        problems += [f"V2: {tag} was intended twice" for tag, _ in fresh if tag in self.purposes]
        kept = [_intent(row.payload) for row in _kept(self.database) if row.kind == _INTENDED]
        self.purposes.update([*fresh, *kept])
        return problems

    def _surplus(self, ledger: Ledger) -> list[str]:
        """Live orders other than entries must not add up to more than is held."""
        held, live = held_in(ledger), Counter[tuple[str, int]]()
        for order in ledger["orders"]:
            if order["status"] in LIVE and self.purposes.get(order["tag"]) != "entry":
                side = 1 if order["side"] == "BUY" else -1
                live[order["instrument_key"], side] += order["quantity"] - order["filled_quantity"]
        return [
            f"V3: {units} units of {key} are to be closed, {held.get(key, 0)} are held"
            for (key, side), units in live.items()
            if units > max(0, -side * held.get(key, 0))
        ]

    def _turned(self, ledger: Ledger) -> list[str]:
        """No trade of an exit or a stop may turn a position round."""
        orders = {order["order_id"]: order for order in ledger["orders"]}
        held: Counter[str] = Counter()
        problems = []
        for trade in ledger["trades"]:
            key, units = trade["instrument_key"], trade["quantity"]
            signed = units if trade["side"] == "BUY" else -units
            tag = orders[trade["order_id"]]["tag"]
            is_closing = held[key] * signed < 0 and units <= abs(held[key])
            if self.purposes.get(tag) != "entry" and not is_closing:
                problems.append(f"V3: trade {trade['trade_id']} of {tag} meets a position of {held[key]}")
            held[key] += signed
        return problems


def _intent(payload: str) -> tuple[str, str]:
    request = json.loads(payload)["request"]
    return request["tag"], request["purpose"]


def _kept(database: Path) -> tuple[Any, ...]:
    try:
        return kept_rows(emergency_path(database))
    except StorageError:
        return ()
