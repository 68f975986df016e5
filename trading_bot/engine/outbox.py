"""Where what the engine asks for waits for the worker that carries it out. Every queue is bounded."""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter_ns

from trading_bot.domain.order import Purpose
from trading_bot.engine.commands import Alert, CancelOrder, ModifyOrder, OrderCommand, PlaceOrder
from trading_bot.engine.inputs import EvaluationDue

_EXIT, _CANCEL, _ENTRY = range(3)
_MOST_ALERTS = 1_000


def priority_of(command: OrderCommand) -> int:
    """Exits before cancellations before entries; within each, first come, first served."""
    match command:
        case PlaceOrder(request=request):
            return _ENTRY if request.purpose is Purpose.ENTRY else _EXIT
        case ModifyOrder():
            return _EXIT
        case CancelOrder():
            return _CANCEL


@dataclass(slots=True, order=True)
class _Waiting:
    """A command in the queue: the lowest priority first, then the lowest number."""

    priority: int
    number: int
    command: OrderCommand = field(compare=False)


class Outbox:
    """Queues between the engine and its workers."""

    def __init__(self) -> None:
        self._orders: list[_Waiting] = []
        self._changes: dict[str, _Waiting] = {}
        """Those that change an order, by its id: a newer change takes the place of one that still waits."""
        self._count = itertools.count()
        self._orders_in_hand = 0
        self._orders_waiting = asyncio.Event()
        self._exits_waiting = asyncio.Event()
        self._evaluations: deque[EvaluationDue] = deque()
        self.evaluations_waiting = asyncio.Event()
        self.evaluations_since_ns = 0
        """When the oldest that waits came; by the counter for performance."""
        self._alerts: deque[Alert] = deque(maxlen=_MOST_ALERTS)
        self.alerts_waiting = asyncio.Event()
        self._searches: dict[str, None] = {}
        self.searches_wanted = asyncio.Event()
        self.books_wanted = asyncio.Event()
        self.positions_wanted = asyncio.Event()
        self.bands_asked: set[str] = set()
        self.bands_wanted = asyncio.Event()
        self.history_wanted = asyncio.Event()
        """Set when the feed missed candles."""
        self.connection_wanted = asyncio.Event()
        """Set when the feed is connected and silent."""

    def put_order(self, command: OrderCommand) -> None:
        """Queue an order command by priority; bounded by the orders that limits allow to be live."""
        priority = priority_of(command)
        waiting = _Waiting(priority, next(self._count), command)
        if isinstance(command, ModifyOrder | CancelOrder):
            earlier = self._changes.get(command.order_id)
            if earlier is not None:
                waiting.number = earlier.number
                self._orders.remove(earlier)
                heapq.heapify(self._orders)
            self._changes[command.order_id] = waiting
        heapq.heappush(self._orders, waiting)
        self._orders_waiting.set()
        if priority != _ENTRY:
            self._exits_waiting.set()

    def peek_order(self, *, exits_only: bool = False) -> OrderCommand | None:
        """The most urgent order command, if any; with `exits_only` entries are left for others."""
        if not self._orders or (exits_only and self._orders[0].priority == _ENTRY):
            return None
        return self._orders[0].command

    def take_order(self) -> None:
        """Remove the command that was just peeked at: it is about to be carried out."""
        command = heapq.heappop(self._orders).command
        if isinstance(command, ModifyOrder | CancelOrder):
            del self._changes[command.order_id]

    async def wait_for_orders(self, *, exits_only: bool = False) -> None:
        """Return when there may be an order command to take."""
        waiting = self._exits_waiting if exits_only else self._orders_waiting
        waiting.clear()
        await waiting.wait()

    @contextmanager
    def order_in_hand(self) -> Iterator[None]:
        """Count an order command as under way, from the queue to its answer."""
        self._orders_in_hand += 1
        try:
            yield
        finally:
            self._orders_in_hand -= 1

    @property
    def has_orders(self) -> bool:
        """Whether an order command waits or is under way."""
        return bool(self._orders or self._orders_in_hand)

    async def drained(self) -> None:
        """Return once no order command waits."""
        while self._orders:  # noqa: ASYNC110  # the workers take them; this is the last thing before the end
            await asyncio.sleep(0.01)

    @property
    def orders_queued(self) -> int:
        """How many order commands wait."""
        return len(self._orders)

    def put_evaluation(self, due: EvaluationDue) -> None:
        """Queue a closed candle; bounded by the number of instruments and timeframes."""
        if not self._evaluations:
            self.evaluations_since_ns = perf_counter_ns()
        self._evaluations.append(due)
        self.evaluations_waiting.set()

    def next_evaluation(self) -> EvaluationDue | None:
        """Take the oldest closed candle that waits for its strategies."""
        if not self._evaluations:
            self.evaluations_waiting.clear()
            return None
        return self._evaluations.popleft()

    @property
    def evaluations_queued(self) -> int:
        """How many closed candles wait."""
        return len(self._evaluations)

    def put_alert(self, alert: Alert) -> None:
        """Queue a message for a person; when nobody takes them the oldest go."""
        self._alerts.append(alert)
        self.alerts_waiting.set()

    def next_alert(self) -> Alert | None:
        """Take the oldest message."""
        if not self._alerts:
            self.alerts_waiting.clear()
            return None
        return self._alerts.popleft()

    def ask_for_books(self, _reason: str) -> None:
        """Have orders and trades read at once; asking twice reads once."""
        self.books_wanted.set()

    def ask_for_band(self, instrument_key: str) -> None:
        """Have the price limits of an instrument read at once."""
        self.bands_asked.add(instrument_key)
        self.bands_wanted.set()

    def search(self, tag: str) -> None:
        """Have the broker asked for the orders of a tag."""
        self._searches[tag] = None
        self.searches_wanted.set()
        self.books_wanted.set()

    def take_searches(self) -> tuple[str, ...]:
        """Take all tags that are to be searched."""
        tags, self._searches = tuple(self._searches), {}
        return tags
