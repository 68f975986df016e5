import pytest

from trading_bot.adapters.upstox.pacing import Backoff, CallPace


def test_delays_double_up_to_the_limit():
    backoff = Backoff(1, 8, jitter=lambda: 1.0)

    assert [backoff.next_s() for _ in range(6)] == [1, 2, 4, 8, 8, 8]


def test_jitter_shortens_a_delay_by_at_most_half():
    assert Backoff(1, 8, jitter=lambda: 0.0).next_s() == 0.5


def test_reset_starts_from_the_first_delay():
    backoff = Backoff(1, 8, jitter=lambda: 1.0)
    backoff.next_s()
    backoff.next_s()

    backoff.reset()

    assert backoff.next_s() == 1


class FakeTime:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s

    async def sleep(self, delay_s):
        self.now_s += delay_s


@pytest.mark.parametrize("calls", [1, 3, 7])
async def test_at_most_so_many_calls_pass_in_any_minute(calls):
    time = FakeTime()
    pace = CallPace(3, time.sleep, time)
    passed = []

    for _ in range(calls):
        await pace.wait()
        passed.append(time.now_s)

    assert passed == [0.0, 0.0, 0.0, 60.0, 60.0, 60.0, 120.0][:calls]
