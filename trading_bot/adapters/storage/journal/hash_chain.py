"""Links each journal row to the one before it, so that a changed or missing row shows.

`hash = sha256(previous_hash, sequence, at_ms, kind, payload)`, one part per line, in UTF-8. The payload comes
last and is canonical JSON, so no two rows share a text.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

GENESIS = "0" * 64
"""What the first row calls its previous hash."""


class ChainHead(NamedTuple):
    """The newest row of a chain."""

    sequence: int = 0
    hash: str = GENESIS


class ChainedRow(NamedTuple):
    """A journal row as it is stored."""

    sequence: int
    at_ms: int
    kind: str
    payload: str
    previous_hash: str
    hash: str


class BrokenChainError(StorageError):
    """A journal row was changed, removed or inserted after it was written."""


def linked(previous_hash: str, row: JournalRow | ChainedRow) -> str:
    """The hash of a row that follows the one with `previous_hash`."""
    text = f"{previous_hash}\n{row.sequence}\n{row.at_ms}\n{row.kind}\n{row.payload}"
    return sha256(text.encode()).hexdigest()


def verified(rows: Iterable[ChainedRow], head: ChainHead) -> ChainHead:
    """Follow the chain from `head` over the rows and return its new head.

    Raises BrokenChainError at the first row that does not fit.
    """
    sequence, previous_hash = head
    for row in rows:
        if row.sequence != sequence + 1:
            raise BrokenChainError(f"journal row {row.sequence} follows row {sequence}: rows are missing")
        if row.previous_hash != previous_hash or row.hash != linked(previous_hash, row):
            raise BrokenChainError(f"journal row {row.sequence} does not match its hash: it was changed")
        sequence, previous_hash = row.sequence, row.hash
    return ChainHead(sequence, previous_hash)
