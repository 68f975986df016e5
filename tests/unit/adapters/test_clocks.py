"""The computer's time as session time, when somebody sets it."""

import asyncio

from trading_bot.adapters.clocks import SimulatorClock, SystemClock
from trading_bot.simulator.virtual_time import run_virtually

HOUR_MS = 3_600_000
START_MS = 1_795_059_000_000


class Machine:
    """A time of day that can be set, and a count of nanoseconds that cannot."""

    def __init__(self):
        self.wall_ms, self.steady_ms = START_MS, 5
        self.clock = SystemClock(lambda: self.wall_ms * 1_000_000, lambda: self.steady_ms * 1_000_000)
        self.clock.now_ms()

    def runs(self, ms, step_ms=1_000):
        """Time passes, looked at now and then; the pace of what was seen."""
        before_ms = self.clock.now_ms()
        for _ in range(ms // step_ms):
            self.wall_ms += step_ms
            self.steady_ms += step_ms
            self.clock.now_ms()
        return (self.clock.now_ms() - before_ms) / ms


def test_session_time_is_the_time_of_day():
    machine = Machine()

    assert machine.runs(60_000) == 1
    assert machine.clock.now_ms() == machine.wall_ms


def test_a_step_back_by_an_hour_stops_no_timer():
    """Fault 16, V4, V11: it used to stand still for the hour, with square-off and stops behind it."""
    machine = Machine()
    machine.wall_ms -= HOUR_MS

    assert machine.runs(60_000) == 0.5


def test_time_and_time_of_day_meet_again_after_a_step_back():
    """Fault 16: twice the step later, and never a step back in between."""
    machine = Machine()
    machine.wall_ms -= HOUR_MS

    machine.runs(2 * HOUR_MS, step_ms=60_000)

    assert machine.clock.now_ms() == machine.wall_ms
    assert machine.runs(60_000) == 1


def test_a_step_forward_is_followed():
    """Faults 16 and 18: so is the time that a machine slept."""
    machine = Machine()
    machine.wall_ms += HOUR_MS

    assert machine.clock.now_ms() == START_MS + HOUR_MS


# --- a simulator's time -----------------------------------------------------------------------------------


def seconds_seen(walk_to_ms, *, start_ms=400):
    """The times at which somebody woke who sleeps from second to second."""

    async def scenario():
        clock, seen = SimulatorClock(start_ms), []

        async def count():
            while True:
                now_ms = clock.now_ms()
                await clock.sleep_until(now_ms - now_ms % 1_000 + 1_000)
                seen.append(clock.now_ms())

        counting = asyncio.create_task(count())
        await asyncio.sleep(0)
        await clock.walk(walk_to_ms)
        counting.cancel()
        return seen, clock.now_ms()

    return run_virtually(scenario())


def test_a_walk_shows_every_second_to_whoever_counts_them():
    assert seconds_seen(3_700) == ([1_000, 2_000, 3_000], 3_700)


def test_a_walk_that_ends_on_a_second_shows_it_before_it_ends():
    assert seconds_seen(2_000) == ([1_000, 2_000], 2_000)


def test_a_walk_back_is_none():
    assert seconds_seen(100) == ([], 400)


def test_a_leap_over_hours_is_one_step():
    assert seconds_seen(HOUR_MS)[1] == HOUR_MS
    assert len(seconds_seen(HOUR_MS)[0]) <= 1
