"""The synchronous core: an input in, journal rows and commands out; backtests call it directly."""

from collections.abc import Iterable
from dataclasses import dataclass

from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Evaluation
from trading_bot.engine.commands import Command
from trading_bot.engine.decide import decide
from trading_bot.engine.inputs import EvaluationDue, Input
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event, encode
from trading_bot.engine.state import State


@dataclass(frozen=True, slots=True)
class Step:
    """What one input led to, ready for the journal and the workers."""

    rows: tuple[JournalRow, ...]
    commands: tuple[Command, ...]
    evaluations: tuple[EvaluationDue, ...]
    candles: tuple[tuple[str, Candle], ...]
    """Minutes that closed, by instrument key."""
    traces: tuple[Evaluation, ...]
    failures: tuple[Exception, ...]


_NOTHING = Step((), (), (), (), (), ())


class Core:
    """State, decision and row numbers; without I/O, without a clock, without waiting."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.last_sequence = 0

    def restore(self, rows: Iterable[JournalRow]) -> None:
        """Rebuild the book from its journal, before the first step."""
        book = self.state.book
        for row in rows:
            book.apply(decode_event(row.kind, row.payload))
            self.last_sequence = row.sequence

    def step(self, event: Input) -> Step:
        """Take one input."""
        turn = decide(self.state, event)
        if not (turn.events or turn.commands or turn.evaluations or turn.candles or turn.traces):
            return _NOTHING
        return Step(
            tuple(self._row(*encode(decided), decided.at_ms) for decided in turn.events),
            tuple(turn.commands),
            tuple(turn.evaluations),
            tuple(turn.candles),
            tuple(turn.traces),
            tuple(turn.failures),
        )

    def _row(self, kind: str, payload: str, at_ms: int) -> JournalRow:
        self.last_sequence += 1
        return JournalRow(self.last_sequence, at_ms, kind, payload)
