"""Whether somebody says so while the event loop does not move."""

import asyncio
import threading

from trading_bot.bootstrap.vitals.loop_watch import LoopWatch


class CountedLooks(threading.Event):
    """What the watching thread waits for between two looks: it tells of ten more after something happened."""

    def __init__(self, since: threading.Event) -> None:
        super().__init__()
        self._since, self._left, self.are_done = since, 10, threading.Event()

    def wait(self, timeout=None):
        self._left -= self._since.is_set()
        if self._left <= 0:
            self.are_done.set()
        return super().wait(timeout)


def test_a_blocked_loop_is_told_by_another_thread_while_it_is_blocked():
    """Fault 94, V16: once, with the stack of what holds it up."""
    told, heard, counts = threading.Event(), [], []
    looks = CountedLooks(since=told)

    def tell(stuck_s, stack):
        heard.append((stuck_s, stack))
        told.set()

    def hold_everything_up():
        assert told.wait(30)  # it is told before this returns, or the test hangs here
        assert looks.are_done.wait(30)
        counts.append(len(heard))

    async def scenario():
        watch = LoopWatch(tell, limit_s=0.02, look_s=0.005)
        watch._is_over = looks
        with watch:
            asyncio.get_running_loop().call_soon(hold_everything_up)
            await asyncio.sleep(0.01)

    asyncio.run(scenario())

    stuck_s, stack = heard[0]
    assert counts == [1]
    assert stuck_s >= 0.02
    assert "hold_everything_up" in stack


def test_a_loop_that_moves_is_not_told_of():
    """Fault 94, V16: no false alarm."""
    heard = []

    async def scenario():
        with LoopWatch(lambda *told: heard.append(told), limit_s=20, look_s=0.001):
            for _ in range(20):
                await asyncio.sleep(0.001)

    asyncio.run(scenario())

    assert heard == []


def test_a_process_that_stood_as_a_whole_is_no_blocked_loop():
    """Fault 18: after a SIGSTOP the first look comes late, and the loop could not move before it."""
    heard, looks = [], iter([False, False, True])

    class LateLook:
        def wait(self, timeout=None):
            watch._moved_s -= 60  # a minute passed for both
            return next(looks)

        def set(self):
            pass

    async def made():
        return LoopWatch(lambda *told: heard.append(told), limit_s=5, look_s=0.5)

    watch = asyncio.run(made())
    watch._loop = type("Loop", (), {"call_soon_threadsafe": lambda _self, _move: None})()
    watch._is_over = LateLook()
    watch._watch()

    assert heard == []
