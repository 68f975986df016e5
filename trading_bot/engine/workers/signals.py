"""Closed candles to strategies, after the tick is done and without holding up the next one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter_ns

from trading_bot.engine.engine import Engine

_EVALUATIONS_AT_ONCE = 25
"""So many strategies may speak before the loop turns to other work: about a fifth of a millisecond."""


@dataclass(frozen=True, slots=True)
class SignalWorker:
    """Evaluates closed candles, a few at a time; one on its way to the disk holds up no other."""

    engine: Engine
    name: str = "signals"

    async def run(self, beat: Callable[[], None]) -> None:
        """Evaluate until cancelled."""
        outbox = self.engine.outbox
        while True:
            await outbox.evaluations_waiting.wait()
            beat()
            await self._evaluate_queued()

    async def _evaluate_queued(self) -> None:
        outbox, finishing = self.engine.outbox, []
        took = self.engine.latencies.evaluations.add
        while outbox.evaluations_waiting.is_set():
            since_ns = outbox.evaluations_since_ns
            due = islice(iter(outbox.next_evaluation, None), _EVALUATIONS_AT_ONCE)
            finished = await self.engine.handle_all(due)
            took(perf_counter_ns() - since_ns)
            if finished is not None:
                finishing.append(finished)
            await asyncio.sleep(0)
        await asyncio.gather(*finishing)
