"""A worker that is stopped between two messages lets go of its connection at once."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.fakes.engine_driver import DAY, KEY
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain.ist import midnight_ms
from trading_bot.engine.latency import Latencies
from trading_bot.engine.workers.feed import FeedWorker
from trading_bot.engine.workers.order_stream import OrderStreamWorker
from trading_bot.simulator.virtual_time import run_virtually


class StoppedError(Exception):
    """Stands for the cancellation that meets the worker while it hands a message on."""


class Connection:
    """A stream that knows whether it was closed."""

    is_closed = False

    async def messages(self, _keys=()):
        try:
            yield None
        finally:
            self.is_closed = True

    order_updates = messages


def stopped():
    raise StoppedError


@pytest.mark.parametrize("kind", ["feed", "orders"])
def test_the_connection_of_a_worker_that_is_stopped_is_closed(kind):
    """Fault 97: left to the collector, one is lost with every day."""

    async def scenario():
        connection, clock = Connection(), LoopClock(midnight_ms(DAY))
        warm = asyncio.Event()
        warm.set()
        worker = (
            FeedWorker(SimpleNamespace(handle=None, latencies=Latencies()), connection, [KEY], clock, warm, 0)
            if kind == "feed"
            else OrderStreamWorker(None, connection)
        )
        with pytest.raises(StoppedError) as held:
            await worker.run(stopped)
        return held, connection.is_closed

    _, is_closed = run_virtually(scenario())
    assert is_closed
