"""Session time follows the simulator, but never past frames that wait to be worked off."""

import asyncio

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.simulator.link import ClockReading, SimulatorClockWorker
from trading_bot.simulator.virtual_time import run_virtually


def reading(now_ms, *, is_finished=False):
    return ClockReading(now_ms=now_ms, speed=1.0, phase="open", is_finished=is_finished)


class Readings:
    def __init__(self, *answers):
        self.answers = list(answers)

    async def clock(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def followed(link, is_feed_idle):
    async def scenario():
        clock = SimulatorClock(0)
        worker = SimulatorClockWorker(link, clock, asyncio.sleep, is_feed_idle=is_feed_idle)
        await worker.run(lambda: None)
        return clock.now_ms()

    return run_virtually(scenario())


def test_time_passes_where_no_frame_comes():
    assert followed(Readings(reading(500), reading(5_000, is_finished=True)), lambda: True) == 5_000


def test_time_that_was_read_while_frames_wait_is_not_taken():
    idle = [False, False, True]
    link = Readings(reading(9_000), reading(9_500), reading(2_000, is_finished=True))

    assert followed(link, lambda: idle.pop(0)) == 2_000
