"""The one door. One lock, taken here only; nothing under it waits for the network or the disk.

An input is decided and applied in memory under the lock and its rows are queued. Commands, and answers to
whoever asked, leave only after the group commit that holds their rows.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, repeat

import structlog

from trading_bot.domain.errors import DecisionFailedError, StorageError
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Answer
from trading_bot.engine.commands import (
    Alert,
    Command,
    ReadBand,
    ReadBooks,
    ReadPositions,
    ReconnectFeed,
    RefillHistory,
    SearchTag,
)
from trading_bot.engine.core import Core, Step
from trading_bot.engine.inputs import Input
from trading_bot.engine.latency import Latencies
from trading_bot.engine.outbox import Outbox
from trading_bot.engine.ports import Clock, InputLog, Journal, JournalRow
from trading_bot.engine.records import encode
from trading_bot.engine.state import State, has_unsettled_fills

log = structlog.get_logger()

_LOCK_S = 10

MarketSink = Callable[[tuple[tuple[str, Candle], ...], tuple[Answer, ...]], None]
"""Takes closed minutes by instrument key, and gate traces; must not wait."""
RowSink = Callable[[tuple[JournalRow, ...]], None]
"""Takes the rows that were queued for the journal, for the log; must not wait."""


class Engine:
    """Takes inputs from the workers one at a time and hands out what they lead to."""

    def __init__(
        self,
        core: Core,
        clock: Clock,
        journal: Journal,
        *,
        input_log: InputLog | None = None,
        market_sink: MarketSink | None = None,
        row_sink: RowSink | None = None,
    ) -> None:
        self._core = core
        self._clock = clock
        self._journal = journal
        self._input_log = input_log
        self._market_sink = market_sink
        self._row_sink = row_sink
        self._lock = asyncio.Lock()
        self.outbox = Outbox()
        self.storage_failure: StorageError | None = None
        self.inputs_taken = 0
        self.latencies = Latencies()
        self._broken: str | None = None
        self._settling = 0

    @property
    def state(self) -> State:
        """The live state; read it only between awaits, and never change it."""
        return self._core.state

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing that was taken in still waits: for the disk, for its strategies, or to be sent."""
        return not (self._settling or self.outbox.evaluations_queued or self.outbox.has_orders)

    @property
    def has_unread_fills(self) -> bool:
        """Whether an order is reported filled by trades that were not read yet."""
        return any(map(has_unsettled_fills, self.state.book.orders.values()))

    async def handle(self, event: Input) -> None:
        """Take one input, stamped with session time, and return once everything it caused is on its way.

        Raises StorageError when its rows could not be made durable: then none of its commands left.
        """
        if self._lock.locked():
            await self._wait_for_the_lock()
        async with self._lock:
            step = self._take(event)
        if step.rows:
            await self._settle(step.rows[-1].sequence)
        self._release(step)

    async def handle_all(self, events: Iterable[Input]) -> "asyncio.Future[None] | None":
        """Take inputs that came together, under one lock, without waiting for the disk.

        Returns a future that is done once everything they caused is on its way, None when it is already; the
        future raises StorageError as `handle` does.
        """
        steps: list[Step] = []
        if self._lock.locked():
            await self._wait_for_the_lock()
        async with self._lock:
            waiting = iter(events)
            try:
                for event in waiting:
                    steps.append(self._take_run(chain((event,), waiting)))  # noqa: PERF401  # a failure keeps them
            finally:
                finishing = self._finish(steps)
        return finishing

    async def _wait_for_the_lock(self) -> None:
        """Nothing waits under the lock, so whoever holds it for seconds will never let go.

        Raises DecisionFailedError then: the process has to stop, and its stops rest.
        """
        try:
            async with asyncio.timeout(_LOCK_S), self._lock:
                return
        except TimeoutError as error:
            log.critical("engine_is_stuck", tasks=[repr(task) for task in asyncio.all_tasks()])
            raise DecisionFailedError(f"the engine was not free for {_LOCK_S} s") from error

    def _finish(self, steps: Sequence[Step]) -> "asyncio.Future[None] | None":
        sequence = max((step.rows[-1].sequence for step in steps if step.rows), default=None)
        if sequence is not None:
            self._settling += 1  # from now on, not from when the task first runs
            return asyncio.ensure_future(self._release_all(steps, sequence))
        for step in steps:
            self._release(step)
        return None

    async def _release_all(self, steps: Sequence[Step], sequence: int) -> None:
        try:
            await self._settle(sequence)
        finally:
            self._settling -= 1
        for step in steps:
            self._release(step)

    def _take(self, event: Input) -> Step:
        at_ms = self._now_ms()
        event = self._recorded(event.stamped(at_ms), at_ms)
        with self._intact():
            return self._queued(self._core.step(event))

    def _take_run(self, events: Iterable[Input]) -> Step:
        at_ms = self._now_ms()
        with self._intact():
            return self._queued(self._core.step_run(map(self._recorded, events, repeat(at_ms)), at_ms))

    @contextmanager
    def _intact(self) -> Iterator[None]:
        """Take nothing any more once a decision raised: what it had applied never reached the journal."""
        if self._broken is not None:
            raise DecisionFailedError(self._broken)
        try:
            yield
        except Exception as error:
            self._broken = f"{type(error).__name__}: {error}"
            raise DecisionFailedError(self._broken) from error

    def _now_ms(self) -> int:
        return max(self._clock.now_ms(), self.state.now_ms)

    def _recorded(self, event: Input, at_ms: int) -> Input:
        self.inputs_taken += 1
        if self._input_log is not None:
            self._input_log.record(*encode(event.stamped(at_ms)))
        return event

    def _queued(self, step: Step) -> Step:
        if step.rows:
            self._journal.append(step.rows)
            if self._row_sink is not None:
                self._row_sink(step.rows)
        for failure in step.failures:
            log.error("strategy_failed", exc_info=failure)
        if self._market_sink is not None and (step.candles or step.traces):
            self._market_sink(step.candles, step.traces)
        return step

    async def _settle(self, sequence: int) -> None:
        self._settling += 1
        try:
            await self._journal.durable(sequence)
        except StorageError as error:
            self.storage_failure = error
            raise
        finally:
            self._settling -= 1

    def _release(self, step: Step) -> None:
        for due in step.evaluations:
            self.outbox.put_evaluation(due)
        for command in step.commands:
            self._hand_out(command)

    def _hand_out(self, command: Command) -> None:
        match command:
            case Alert():
                self.outbox.put_alert(command)
            case ReadBooks(reason=reason):
                self.outbox.ask_for_books(reason)
            case ReadPositions():
                self.outbox.positions_wanted.set()
            case SearchTag(tag=tag):
                self.outbox.search(tag)
            case ReconnectFeed():
                self.outbox.connection_wanted.set()
            case ReadBand(instrument_key=key):
                self.outbox.ask_for_band(key)
            case RefillHistory():
                self.outbox.history_wanted.set()
            case _:
                self.outbox.put_order(command)
