"""Closed candles to strategies, after the tick is done and without holding up the next one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.engine.engine import Engine

_EVALUATIONS_PER_ROUND = 20
"""So many strategies may speak before the loop turns to other work: about a quarter of a millisecond."""


@dataclass(frozen=True, slots=True)
class SignalWorker:
    """Evaluates closed candles, a few at a time."""

    engine: Engine
    name: str = "signals"

    async def run(self, beat: Callable[[], None]) -> None:
        """Evaluate until cancelled."""
        outbox = self.engine.outbox
        while True:
            await outbox.evaluations_waiting.wait()
            beat()
            for _ in range(_EVALUATIONS_PER_ROUND):
                due = outbox.next_evaluation()
                if due is None:
                    break
                await self.engine.handle(due)
            await asyncio.sleep(0)
