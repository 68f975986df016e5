import asyncio

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.domain.market_data import Frame
from trading_bot.simulator.virtual_time import run_virtually


class ThreeFrames:
    """A feed of three frames, a second of session time apart."""

    def __init__(self, spacing_ms=1_000):
        self.read = self.reconnections = 0
        self._spacing_ms = spacing_ms

    async def reconnect(self):
        self.reconnections += 1

    async def messages(self, instrument_keys):
        for number in range(1, 4):
            self.read = number
            yield Frame(number * self._spacing_ms, ())


def feed_and_clock():
    clock = SimulatorClock(0)
    inner = ThreeFrames()
    return ClockedFeed(inner, clock), inner, clock


async def drain(feed):
    return [frame async for frame in feed.messages(())]


def test_the_clock_stands_at_a_frames_time_when_it_is_handed_on():
    feed, _, clock = feed_and_clock()

    async def times():
        return [(frame.sent_at_ms, clock.now_ms()) async for frame in feed.messages(())]

    assert run_virtually(times()) == [(1_000, 1_000), (2_000, 2_000), (3_000, 3_000)]


def test_a_new_connection_is_the_inner_feeds_matter():
    feed, inner, _ = feed_and_clock()

    run_virtually(feed.reconnect())

    assert inner.reconnections == 1


def test_the_next_frame_is_read_when_the_work_of_the_last_is_done():
    async def scenario():
        feed, inner, _ = feed_and_clock()
        at_rest = asyncio.Event()
        feed.wait_for(at_rest.is_set)
        reading = asyncio.create_task(drain(feed))
        await asyncio.sleep(0.1)
        read_while_busy = inner.read
        at_rest.set()
        return read_while_busy, len(await reading)

    assert run_virtually(scenario()) == (1, 3)


def test_work_that_takes_long_holds_only_one_frame():
    async def scenario():
        feed, _, _ = feed_and_clock()
        feed.wait_for(lambda: False)
        before_s = asyncio.get_running_loop().time()
        frames = await drain(feed)
        return len(frames), asyncio.get_running_loop().time() - before_s

    frames, waited_s = run_virtually(scenario())

    assert frames == 3
    assert 0.9 < waited_s < 1.1


def test_a_frame_that_the_clock_has_overtaken_counts_as_sent_now():
    """Fault 17: at sixty times its speed, the way of a frame is a second of the session, and no drift."""
    feed, _, clock = feed_and_clock()
    clock.sync(2_500)

    async def times():
        return [frame.sent_at_ms async for frame in feed.messages(())]

    assert run_virtually(times()) == [2_500, 2_500, 3_000]


def test_every_second_before_a_frame_has_passed_when_it_is_handed_on():
    """V21: what the clock decides at a second is decided on what was known then."""

    async def scenario():
        clock = SimulatorClock(0)
        feed, seen = ClockedFeed(ThreeFrames(spacing_ms=2_500), clock), []

        async def count():
            for second_ms in range(1_000, 8_000, 1_000):
                await clock.sleep_until(second_ms)
                seen.append(second_ms)

        counting = asyncio.create_task(count())
        await asyncio.sleep(0)
        known = [list(seen) async for _ in feed.messages(())]
        counting.cancel()
        return known

    assert run_virtually(scenario()) == [
        [1_000, 2_000],
        [1_000, 2_000, 3_000, 4_000, 5_000],
        [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000],
    ]


def test_the_feed_is_idle_unless_a_frame_is_being_worked_off():
    async def scenario():
        feed, _, _ = feed_and_clock()
        before, during = feed.is_idle, [feed.is_idle async for _ in feed.messages(())]
        return before, during, feed.is_idle

    assert run_virtually(scenario()) == (True, [False, False, False], True)
