"""The synchronous core: an input in, journal rows and commands out; backtests call it directly."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from mypy_extensions import mypyc_attr

from trading_bot.domain.events import BookEvent
from trading_bot.domain.market_data import Candle
from trading_bot.domain.trace import Trace
from trading_bot.engine.commands import Command
from trading_bot.engine.decide import decide, decide_in
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import EvaluationDue, Input
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.rebuild import rebuilt_book
from trading_bot.engine.records import encode
from trading_bot.engine.state import State


class Step(NamedTuple):
    """What one input led to, ready for the journal and the workers."""

    rows: tuple[JournalRow, ...]
    commands: tuple[Command, ...]
    evaluations: tuple[EvaluationDue, ...]
    candles: tuple[tuple[str, Candle], ...]
    """Minutes that closed, by instrument key."""
    traces: tuple[Trace, ...]
    failures: tuple[Exception, ...]


_NOTHING = Step((), (), (), (), (), ())
_tuple: Final = tuple.__new__  # half the cost of calling the NamedTuple


@mypyc_attr(allow_interpreted_subclasses=True)
class Core:
    """State, decision and row numbers; without I/O, without a clock, without waiting."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.last_sequence = 0

    def restore(self, rows: Iterable[JournalRow]) -> None:
        """Rebuild the book from its journal, before the first step. Raises StorageError."""
        self.state.book, self.last_sequence = rebuilt_book(rows)

    def step(self, event: Input) -> Step:
        """Take one input."""
        return self._step_of(decide(self.state, event))

    def step_run(self, events: Iterable[Input], at_ms: int) -> Step:
        """Take inputs at one session time, up to the first that leads to an event: that one ends the run.

        The rows are those of as many single steps, each input stamped with that time. Most inputs lead to
        nothing that is journaled, and then the cost of a step is shared.
        """
        self.state.now_ms = max(self.state.now_ms, at_ms)
        turn = Turn(self.state)
        for event in events:
            decide_in(turn, event)
            if turn.events or turn.commands:
                break
        return self._step_of(turn)

    def _step_of(self, turn: Turn) -> Step:
        if not (turn.events or turn.commands or turn.evaluations or turn.candles or turn.traces):
            return _NOTHING
        step: Step = _tuple(
            Step,
            (
                tuple([self._row(decided) for decided in turn.events]),
                tuple(turn.commands),
                tuple(turn.evaluations),
                tuple(turn.candles),
                tuple(turn.traces),
                tuple(turn.failures),
            ),
        )
        return step

    def _row(self, decided: BookEvent) -> JournalRow:
        kind, payload = encode(decided)
        self.last_sequence += 1
        return JournalRow(self.last_sequence, decided.at_ms, kind, payload)
