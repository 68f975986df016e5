"""The broker's push stream in: fast news of orders, never the last word."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import OrderPushed
from trading_bot.engine.ports import Broker


@dataclass(frozen=True, slots=True)
class OrderStreamWorker:
    """Hands pushed rows to the engine; a reconnect asks for all books: the stream replays nothing."""

    engine: Engine
    broker: Broker
    name: str = "order stream"

    async def run(self, beat: Callable[[], None]) -> None:
        """Read until cancelled."""
        async with aclosing(self.broker.order_updates()) as reports:
            async for report in reports:
                beat()
                if report is None:
                    self.engine.outbox.ask_for_books("order stream connected")
                    self.engine.outbox.positions_wanted.set()
                else:
                    await self.engine.handle(OrderPushed(at_ms=0, report=report))
