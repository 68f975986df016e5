"""Whether what was asked for is reached, by what the daemon says of itself."""

import pytest

from tests.fakes.engine_driver import DAY, KEY, EngineDriver
from trading_bot.bootstrap.answers.daemon.following import is_ours_flat, left_of
from trading_bot.engine.observe import NoticeBoard, resting_snapshot
from trading_bot.engine.snapshot import RunHeader
from trading_bot.engine.supervisor import Supervisor, SupervisorSettings
from trading_bot.report.status import status_document


@pytest.fixture
def resting() -> dict:
    """A daemon between two sessions that still holds something."""
    driver = EngineDriver()
    driver.start()
    driver.enter()
    del driver.core.state.market.series[KEY]
    header = RunHeader(mode="paper", session_on=DAY, now_ms=0, phase="closed", data="none")
    idle = Supervisor(SupervisorSettings(), print)
    return status_document(resting_snapshot(driver.core.state, idle, header, NoticeBoard(), 0.0))


def test_a_daemon_that_rests_with_a_position_is_not_flat_and_cannot_become_so(resting):
    """V5: `flatten` must not end with a yes because nobody watches what is held."""
    assert is_ours_flat(resting) is None
    assert left_of(resting).startswith(f"open: {KEY} +")


def test_in_a_session_the_same_is_a_no(resting):
    assert is_ours_flat(resting | {"is_confirmed_flat": False}) is False


def test_nothing_held_and_no_live_order_is_flat(resting):
    assert is_ours_flat(resting | {"symbols": [], "orders": []}) is True
