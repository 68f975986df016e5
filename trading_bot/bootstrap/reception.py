"""Who answers for the daemon at a moment: the day under way, or what stands by between sessions.

A surface that lives as long as the process asks here; a day and a standby take turns.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from trading_bot.adapters.alerts.sending import in_a_thread
from trading_bot.domain.errors import DecisionFailedError, StorageError, UserFacingError
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.engine.snapshot import Snapshot
from trading_bot.report.status import positions_text, status_document, status_text

log = structlog.get_logger()

Why = Callable[[str, int | None], str]
"""Explains what became of a symbol, now or at a moment in epoch milliseconds. It may read files."""

_BETWEEN = "the daemon is between two states just now: ask again in some seconds"
_LATER = "(no session is under way: what has to be sent for it waits for one)"
_WHY_S = 20.0
_NEWEST = 5
"""Notices that a status quotes: each of them was told already."""
_DONE = {
    OperatorWish.PAUSE: "paused: no new entries until /resume; positions keep their stops and exits",
    OperatorWish.RESUME: "resumed: panic and the halts that waited for a person are released",
    OperatorWish.FLATTEN: "closing every position of the daemon's",
    OperatorWish.PANIC: "panic is latched: every order is cancelled, every position closed; see /status",
}


def no_explanation(symbol: str, _at_ms: int | None) -> str:
    """Said where nothing explains."""
    return f"sorry, decisions about {symbol} cannot be explained here yet"


@dataclass(slots=True)
class Reception:
    """Answers questions and takes wishes, whatever the daemon is doing."""

    asked_by: str = "Telegram"
    """Who is noted in the journal as having asked."""
    explain: Why = no_explanation
    _engine: Engine | None = field(default=None, repr=False)
    _snapshot: Callable[[], Snapshot] | None = None
    _is_trading: bool = False

    @contextmanager
    def on_duty(
        self, engine: Engine, snapshot: Callable[[], Snapshot], *, is_trading: bool
    ) -> Iterator[None]:
        """Answer from this engine while the block runs; `is_trading` says whether anything can be sent."""
        self._engine, self._snapshot, self._is_trading = engine, snapshot, is_trading
        try:
            yield
        finally:
            self._engine = self._snapshot = None

    def status(self) -> str:
        """What the daemon does, holds and earned."""
        if self._snapshot is None:
            return _BETWEEN
        document = status_document(self._snapshot())
        return status_text(document | {"notices": document["notices"][-_NEWEST:]})

    def positions(self) -> str:
        """What is held."""
        return _BETWEEN if self._snapshot is None else positions_text(status_document(self._snapshot()))

    async def why(self, symbol: str, at_ms: int | None) -> str:
        """What became of a symbol; looked up beside the loop."""
        try:
            return await in_a_thread(lambda: self.explain(symbol, at_ms), _WHY_S)
        except UserFacingError as error:
            return str(error)
        except TimeoutError:
            return f"no explanation within {_WHY_S:.0f} s"
        except Exception:
            # Sanctioned: around an answer to a person; a question must not end the worker that takes orders.
            log.exception("no_explanation", symbol=symbol)
            return "the explanation failed; the log says why"

    async def carry_out(self, wish: OperatorWish) -> str:
        """Carry a wish out as the control socket does: the answer comes once it is journaled."""
        if self._engine is None:
            return f"nothing was done: {_BETWEEN}"
        try:
            await self._engine.handle(OperatorAsked(at_ms=0, wish=wish, asked_by=self.asked_by))
        except (StorageError, DecisionFailedError) as error:
            return f"the wish was taken but could not be written to disk: {error}"
        return _DONE[wish] if self._is_trading else f"{_DONE[wish]} {_LATER}"
