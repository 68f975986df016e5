"""A broker whose answers are timed."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from time import perf_counter_ns
from typing import TypeVar

from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderTerms
from trading_bot.engine.latency import LatencyTally
from trading_bot.engine.ports import Broker, BrokerPosition, Funds, MarginQuestion, Outcome

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class TimedBroker:
    """Passes everything on, and tallies how long each kind of call took, failures included."""

    broker: Broker
    tallies: dict[str, LatencyTally] = field(default_factory=dict)
    now_ns: Callable[[], int] = perf_counter_ns

    async def place(self, request: OrderRequest) -> Outcome:
        """Send a new order once."""
        return await self._timed("place", self.broker.place(request))

    async def modify(self, order_id: str, terms: OrderTerms) -> Outcome:
        """Ask for new terms."""
        return await self._timed("modify", self.broker.modify(order_id, terms))

    async def cancel(self, order_id: str) -> Outcome:
        """Ask for a cancellation."""
        return await self._timed("cancel", self.broker.cancel(order_id))

    async def orders(self) -> tuple[OrderReport, ...]:
        """Return the order book of the day."""
        return await self._timed("orders", self.broker.orders())

    async def orders_by_tag(self, tag: str) -> tuple[OrderReport, ...]:
        """Return the orders that carry the tag."""
        return await self._timed("orders_by_tag", self.broker.orders_by_tag(tag))

    async def fills(self) -> tuple[Fill, ...]:
        """Return all trades of the day."""
        return await self._timed("fills", self.broker.fills())

    async def confirm_token(self) -> None:
        """Return once the broker knows whose token asks."""
        await self._timed("confirm_token", self.broker.confirm_token())

    async def is_account_active(self) -> bool:
        """Return whether the account may trade."""
        return await self._timed("is_account_active", self.broker.is_account_active())

    async def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the day's positions."""
        return await self._timed("positions", self.broker.positions())

    async def funds(self) -> Funds:
        """Return what may be traded with."""
        return await self._timed("funds", self.broker.funds())

    async def margin(self, questions: Sequence[MarginQuestion]) -> Decimal:
        """Return the margin that orders would need."""
        return await self._timed("margin", self.broker.margin(questions))

    async def price_bands(self, instrument_keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Return today's price limits."""
        return await self._timed("price_bands", self.broker.price_bands(instrument_keys))

    def order_updates(self) -> AsyncGenerator[OrderReport | None]:
        """Yield rows of the push stream, untimed."""
        return self.broker.order_updates()

    async def _timed(self, call: str, answer: Awaitable[Answer]) -> Answer:
        started_ns = self.now_ns()
        try:
            return await answer
        finally:
            self.tallies.setdefault(call, LatencyTally()).add(self.now_ns() - started_ns)
