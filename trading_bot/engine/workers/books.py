"""Orders, trades and positions read from the broker: the truth, on a beat and whenever it is asked for.

A list that is empty is believed only after the broker has shown that it knows who asks: a dead token has been
answered with nothing instead of an error.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import BOOKS, POSITIONS, BooksRead, PositionsRead, TagSearched
from trading_bot.engine.ports import Broker, Clock
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.workers.failed_read import tell_failed_read

_LEAST_GAP_MS = 250
"""Between two reads of the books, however often they are asked for: the broker counts reads, too."""


_AFTER_FAILURE_MS = 2_000
"""From a first read of the books without an answer to the next one; doubled with each further failure."""
_LEAST_POSITIONS_GAP_MS = 1_000
"""The same for positions: each comparison is five reads."""


async def read_books(engine: Engine, broker: Broker, clock: Clock) -> None:
    """Read orders, then trades, and hand both over together. Raises ReadFailedError."""
    asked_at_ms = clock.now_ms()
    orders = await broker.orders()
    if not orders:
        await broker.confirm_token()
    fills = await broker.fills()
    await engine.handle(BooksRead(at_ms=0, asked_at_ms=asked_at_ms, orders=orders, fills=fills))


async def read_positions(engine: Engine, broker: Broker, clock: Clock) -> None:
    """Read the books and then the positions, so that a fill cannot lie between them unseen."""
    await read_books(engine, broker, clock)
    asked_at_ms = clock.now_ms()
    positions = await broker.positions()
    if not positions:
        await broker.confirm_token()
    await read_books(engine, broker, clock)
    await engine.handle(PositionsRead(at_ms=0, asked_at_ms=asked_at_ms, positions=positions))


@dataclass(frozen=True, slots=True)
class OrderPollingWorker:
    """Reads the order book and the trades every few seconds, and at once when asked."""

    engine: Engine
    broker: Broker
    clock: Clock
    settings: EngineSettings
    name: str = "order polling"

    async def run(self, beat: Callable[[], None]) -> None:
        """Read until cancelled."""
        outbox = self.engine.outbox
        failures = 0
        while True:
            beat()
            outbox.books_wanted.clear()
            started_ms = self.clock.now_ms()
            failures = 0 if await self._read() else failures + 1
            await self.clock.sleep_until(started_ms + _LEAST_GAP_MS)
            due_ms = started_ms + self.settings.order_poll_s * MS_PER_SECOND
            if failures:
                due_ms = min(due_ms, self.clock.now_ms() + (_AFTER_FAILURE_MS << min(failures - 1, 8)))
            await self.clock.wait_for(outbox.books_wanted, due_ms)

    async def _read(self) -> bool:
        try:
            await read_books(self.engine, self.broker, self.clock)
        except ReadFailedError as error:
            await tell_failed_read(self.engine, BOOKS, error)
            return False
        return True


@dataclass(frozen=True, slots=True)
class TagSearchWorker:
    """Searches the tags of orders in doubt, beside the reading of the books: neither waits for the other."""

    engine: Engine
    broker: Broker
    clock: Clock
    name: str = "tag searches"

    async def run(self, beat: Callable[[], None]) -> None:
        """Search until cancelled. A search without an answer is not repeated here: the doubt asks again."""
        outbox = self.engine.outbox
        while True:
            beat()
            outbox.searches_wanted.clear()
            for tag in outbox.take_searches():
                await self._search(tag)
            await outbox.searches_wanted.wait()

    async def _search(self, tag: str) -> None:
        asked_at_ms = self.clock.now_ms()
        try:
            orders = await self.broker.orders_by_tag(tag)
        except ReadFailedError as error:
            await tell_failed_read(self.engine, f"orders with tag {tag}", error)
        else:
            await self.engine.handle(TagSearched(at_ms=0, asked_at_ms=asked_at_ms, tag=tag, orders=orders))


@dataclass(frozen=True, slots=True)
class PositionWorker:
    """Compares the broker's positions with ours every half minute, and when it is asked for."""

    engine: Engine
    broker: Broker
    clock: Clock
    settings: EngineSettings
    name: str = "positions"

    async def run(self, beat: Callable[[], None]) -> None:
        """Compare until cancelled."""
        wanted = self.engine.outbox.positions_wanted
        while True:
            beat()
            wanted.clear()
            try:
                await read_positions(self.engine, self.broker, self.clock)
            except ReadFailedError as error:
                await tell_failed_read(self.engine, POSITIONS, error)
            read_ms = self.clock.now_ms()
            await self.clock.sleep_until(read_ms + _LEAST_POSITIONS_GAP_MS)
            await self.clock.wait_for(wanted, read_ms + self.settings.position_poll_s * MS_PER_SECOND)
