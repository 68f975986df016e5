"""A virtual-time loop in which a seed decides which of the callbacks that are ready runs next."""

import asyncio
from collections import deque

from trading_bot.simulator.virtual_time import VirtualTimeLoop

_REACH = 6


class _ShuffledQueue(deque):
    """Ready callbacks; taking one takes any of the oldest few, by chance."""

    def __init__(self, random):
        super().__init__()
        self._random = random

    def popleft(self):
        reach = min(len(self), _REACH)
        if reach > 1:
            index = int(self._random.random() * reach)
            if index:
                handle = self[index]
                del self[index]
                return handle
        return super().popleft()


class ShuffledLoop(VirtualTimeLoop):
    """Time jumps, and what is ready at one instant runs in an order that the seed draws."""

    def __init__(self, random):
        super().__init__()
        if random is not None:
            self._ready = _ShuffledQueue(random)


def run_shuffled(main, random, on_unretrieved):
    """Run a coroutine to its end; `on_unretrieved` is told of every exception that nobody took.

    With `random` None callbacks run first come, first served.
    """
    with asyncio.Runner(loop_factory=lambda: ShuffledLoop(random)) as runner:
        runner.get_loop().set_exception_handler(lambda _loop, context: on_unretrieved(context))
        return runner.run(main)
