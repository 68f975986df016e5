"""What the service manager is told by a daemon that is well, by one that is not, and by none."""

import asyncio
import threading
from datetime import date

import pytest

from tests.fakes.notify_socket import FakeSocket
from trading_bot.bootstrap.vitals.service_link import (
    ServiceLink,
    ServiceWorker,
    service_text,
    service_workers,
)
from trading_bot.engine.snapshot import RunHeader, Snapshot, SymbolView
from trading_bot.simulator.virtual_time import run_virtually

WAITING = Snapshot(
    run=RunHeader(
        mode="paper",
        session_on=date(2026, 11, 19),
        now_ms=0,
        phase="pre_open",
        data="Upstox",
        state="waiting for login",
        reason="no token",
    )
)


def told_in(seconds: float, complaints=lambda _now_s: (), channel=None, snapshots=None) -> list[str]:
    """What a worker tells in so much virtual time."""
    channel = FakeSocket() if channel is None else channel
    link = ServiceLink(channel)
    shown = iter(snapshots or [])

    async def scenario():
        worker = ServiceWorker(link, complaints, lambda: next(shown, WAITING))
        task = asyncio.create_task(worker.run(lambda: None))
        await asyncio.sleep(seconds)
        task.cancel()

    run_virtually(scenario())
    return channel.told


def test_a_daemon_that_waits_in_a_named_state_is_ready_and_says_what_it_waits_for():
    assert told_in(1) == ["paper waiting for login 2026-11-19; no token", "ready", "alive"]


def test_the_watchdog_is_fed_six_times_in_its_time():
    assert told_in(29).count("alive") == 6
    assert told_in(29, channel=FakeSocket(watchdog_s=6.0)).count("alive") == 29


def test_a_watchdog_that_does_not_watch_is_not_fed():
    assert "alive" not in told_in(60, channel=FakeSocket(watchdog_s=None))


def test_a_daemon_that_is_not_well_feeds_nothing_and_says_why():
    told = told_in(60, lambda now_s: ("worker orders has ended",) if now_s > 20 else ())

    assert told.count("alive") == 5
    assert told[-1] == "NOT WELL: worker orders has ended"


def test_a_daemon_that_is_well_again_feeds_again():
    told = told_in(60, lambda now_s: ("the engine: nothing for 61 s",) if 10 < now_s < 30 else ())

    assert told[-1] == "alive"
    assert told.count("ready") == 1


def test_one_that_is_ill_from_the_start_is_never_ready():
    assert told_in(60, lambda _now_s: ("worker orders has ended",)) == ["NOT WELL: worker orders has ended"]


def test_a_status_is_told_when_it_changes():
    trading = Snapshot(
        run=RunHeader(mode="live", session_on=date(2026, 11, 19), now_ms=0, phase="open", data="Upstox"),
        symbols=(SymbolView(symbol="INFY", quantity=-3), SymbolView(symbol="SBIN")),
        halts=("panic",),
    )
    told = told_in(29, snapshots=[WAITING, WAITING, trading, trading, trading, trading])

    assert [text for text in told if text not in ("alive", "ready")] == [
        service_text(WAITING),
        "live trading 2026-11-19; holds INFY -3; HALTED: panic",
    ]


def test_a_loop_that_hangs_feeds_nothing_though_the_thread_goes_on():
    """Fault 94: the thread speaks for steps only that are known to hold the loop up."""
    channel = FakeSocket()
    link = ServiceLink(channel)
    link.vouch("trading")
    fed = list(channel.told)
    for _ in range(100):
        link.look()

    assert channel.told == fed


def test_the_time_of_a_long_start_is_asked_for_by_a_thread_while_the_loop_is_held_up():
    channel = FakeSocket()
    with ServiceLink(channel).open():
        assert channel.is_told.wait(30)

    assert channel.told[0] == "needs 60 s"
    assert channel.told[-1] == "stopping"


@pytest.mark.parametrize(("was_ready", "asks"), [(False, "needs 60 s"), (True, "alive")])
def test_a_step_that_takes_longer_than_any_does_is_not_spoken_for(was_ready, asks):
    now_s = [0.0]
    channel = FakeSocket()
    link = ServiceLink(channel, longest_step_s=600.0, steady_s=lambda: now_s[0])
    if was_ready:
        link.vouch("trading")
        link.begin_step()
    before = len(channel.told)
    now_s[0] = 599.0
    link.look()
    assert channel.told[before:] == [asks]
    now_s[0] = 600.0
    link.look()

    assert channel.told[before:] == [asks]


def test_the_end_is_told_once():
    channel = FakeSocket()
    link = ServiceLink(channel)
    with link.open():
        link.stopping()

    assert channel.told.count("stopping") == 1


def test_without_a_service_manager_no_thread_and_no_worker_runs():
    before = threading.active_count()
    with ServiceLink(None).open() as link:
        assert threading.active_count() == before
        link.stopping()
        link.doubt(("never told",))
        link.vouch("never told")
        assert service_workers(link, lambda _now_s: (), lambda: WAITING) == ()
