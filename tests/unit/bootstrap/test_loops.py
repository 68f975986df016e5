import gc
import weakref

import pytest

from trading_bot.bootstrap.loops import event_loop, keep_collections_short


@pytest.fixture
def as_before():
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("as_before")
def test_what_lives_at_warm_up_is_not_walked_again():
    keep_collections_short()

    assert gc.get_freeze_count() > 0
    assert gc.get_threshold()[0] > 700
    assert gc.isenabled()


@pytest.mark.usefixtures("as_before")
def test_what_an_earlier_day_left_goes_at_the_next_warm_up():
    """Fault 97, V22: a daemon runs for days, and what a day made holds itself in rings."""

    class Day:
        pass

    yesterday = Day()
    yesterday.itself = yesterday
    left = weakref.ref(yesterday)
    keep_collections_short()
    del yesterday

    keep_collections_short()

    assert left() is None


def test_the_loop_runs_coroutines():
    async def answer():
        return 42

    loop = event_loop()
    try:
        assert loop.run_until_complete(answer()) == 42
    finally:
        loop.close()
