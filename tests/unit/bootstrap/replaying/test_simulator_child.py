import asyncio

from trading_bot.bootstrap.replaying.simulator_child import _stop
from trading_bot.simulator.virtual_time import run_virtually


class EndsWhenKilled:
    """A process that ends by itself in the moment in which it is killed."""

    def __init__(self):
        self.stdin = self
        self.is_closed = False
        self._ended = asyncio.Event()

    def close(self):
        self.is_closed = True

    async def wait(self):
        await self._ended.wait()

    def kill(self):
        self._ended.set()
        raise ProcessLookupError


def test_a_simulator_that_ends_while_it_is_killed_has_ended():
    async def scenario():
        process = EndsWhenKilled()
        await _stop(process)
        return process.is_closed

    assert run_virtually(scenario())
