"""Replays a recorded input log through a fresh core: the journal that comes out must be the one on disk.

A log holds one stretch for each process, which begins with the opening of the day. Each stretch starts from
the book as the journal held it when that process took it over, as the process itself did.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path

from pydantic import ValidationError

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.input_log import InputRecord, read_input_log
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.engine_parts import EngineSections, core_for
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.errors import StorageError
from trading_bot.domain.events import DayClosed, DayStarted, OwnershipTaken
from trading_bot.engine.core import Core
from trading_bot.engine.inputs import DayOpened, Input
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_input, event_kind, input_kind
from trading_bot.settings.tree import Settings
from trading_bot.strategies.strategy import Strategy

_TAKEN = event_kind(OwnershipTaken)
_DAY_STARTED = event_kind(DayStarted)
_DAY_CLOSED = event_kind(DayClosed)
_OPENING = input_kind(DayOpened)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedProcess:
    """How the replay of one process compares with its part of the journal."""

    first_sequence: int
    inputs: int
    rows: int
    """Rows that the process left in the journal."""
    lost_rows: int
    """Rows at its end whose inputs are not in the log: a killed process loses the newest ones."""
    lost_close: bool = False
    """Whether they hold the end of the day: a process that came so far wrote its whole log."""
    recorded: JournalRow | None = None
    """Where they first differ: the row on disk; None with `replayed` when the disk has no such row."""
    replayed: JournalRow | None = None
    """Where they first differ: the row that came out; None when nothing differs."""

    @property
    def is_equal(self) -> bool:
        """Whether every row that came out is the one on disk, byte for byte."""
        return self.recorded is None and self.replayed is None

    @property
    def is_complete(self) -> bool:
        """Whether, beyond that, every row on disk came out."""
        return self.is_equal and self.lost_rows == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReplay:
    """What a replay needs besides the recording: the same rules and the same settings."""

    strategies: Sequence[Strategy]
    sections: EngineSections
    charges: ChargeSchedule

    @classmethod
    def under(cls, settings: Settings) -> "InputReplay":
        """A replay under the program's own settings and rules."""
        sections = EngineSections(
            engine=settings.engine, risk=settings.risk, rate=settings.rate, supervisor=settings.supervisor
        )
        return cls(
            strategies=chosen_strategies(settings), sections=sections, charges=load_market_rules().charges
        )

    def compare(self, database: Path, inputs: Path) -> Iterator[ReplayedProcess]:
        """Replay every process of the log against the journal in a database, in order.

        Raises StorageError when a file cannot be read, or the log is not of this journal or this version.
        """
        with JournalReader(database) as reader:
            rows = tuple(reader.rows())
        processes = _processes(read_input_log(inputs))
        for number, (recorded, records) in enumerate(
            zip_longest(_parts_by_process(rows), processes), start=1
        ):
            if recorded is None or records is None:
                raise StorageError(
                    f"{inputs} is not the whole log of {database}: process {number} is in only one of them"
                )
            yield self._compared(rows, recorded, records)

    def _compared(
        self, rows: Sequence[JournalRow], recorded: slice, records: Sequence[InputRecord]
    ) -> ReplayedProcess:
        expected = rows[recorded]
        like = partial(
            ReplayedProcess, first_sequence=expected[0].sequence, inputs=len(records), rows=len(expected)
        )
        seen = 0
        for row in self._replayed(rows[: recorded.start], records):
            on_disk = expected[seen] if seen < len(expected) else None
            if row != on_disk:
                return like(lost_rows=0, recorded=on_disk, replayed=row)
            seen += 1
        lost = expected[seen:]
        return like(lost_rows=len(lost), lost_close=any(row.kind == _DAY_CLOSED for row in lost))

    def _replayed(
        self, earlier: Iterable[JournalRow], records: Sequence[InputRecord]
    ) -> Iterator[JournalRow]:
        core = self._core(records[0])
        core.restore(earlier)
        for record in records:
            yield from core.step(_input_of(record)).rows

    def _core(self, first: InputRecord) -> Core:
        opening = _input_of(first)
        if not isinstance(opening, DayOpened):
            raise StorageError(f"an input log begins with the opening of a day, not with {first.kind}")
        return core_for(opening.instruments, self.strategies, self.sections, self.charges)


def _input_of(record: InputRecord) -> Input:
    """The input of a record. What another version left out has no safe meaning and is not guessed."""
    try:
        return decode_input(record.kind, str(record.payload))
    except (KeyError, ValueError) as error:
        raise StorageError(
            f"the input log holds a {record.kind} as this version does not write it, "
            f"replay it with the version that recorded it ({_first_problem(error)})"
        ) from error


def _first_problem(error: KeyError | ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"unknown: {error}"
    problem = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, problem['loc'])) or 'value'}: {problem['msg']}"


def _processes(records: Iterable[InputRecord]) -> Iterator[list[InputRecord]]:
    """The log cut where a day is opened."""
    stretch: list[InputRecord] = []
    for record in records:
        if record.kind == _OPENING and stretch:
            yield stretch
            stretch = []
        stretch.append(record)
    if stretch:
        yield stretch


def _parts_by_process(rows: Sequence[JournalRow]) -> list[slice]:
    """The journal cut where a process took it over; a new day is started right before that."""
    starts = [
        index - 1 if index and rows[index - 1].kind == _DAY_STARTED else index
        for index, row in enumerate(rows)
        if row.kind == _TAKEN
    ]
    return [slice(start, end) for start, end in zip(starts, chain(starts[1:], (len(rows),)), strict=True)]
