import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from trading_bot.domain.errors import NotAuthorisedError, StorageError
from trading_bot.engine.supervisor import LagWorker, Supervisor, SupervisorSettings
from trading_bot.simulator.virtual_time import run_virtually

SETTINGS = SupervisorSettings(
    first_delay_s=1, longest_delay_s=8, login_delay_s=30, healthy_after_s=100, max_failures=4
)


@dataclass(slots=True)
class ScriptedWorker:
    """Runs for a while and then fails, ends, or goes on, as the script says."""

    script: list
    name: str = "scripted"
    run_for_s: float = 0.0
    started_at_s: list[float] = field(default_factory=list)

    async def run(self, beat: Callable[[], None]) -> None:
        self.started_at_s.append(asyncio.get_running_loop().time())
        beat()
        await asyncio.sleep(self.run_for_s)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        if step == "forever":
            await asyncio.Event().wait()


@dataclass(slots=True)
class StubbornWorker:
    """Does not stop when it is told to, until it gives in."""

    name: str = "stubborn"
    gives_in: bool = False

    async def run(self, beat: Callable[[], None]) -> None:
        while True:
            try:
                await asyncio.sleep(1_000)
            except asyncio.CancelledError:
                beat()
                if self.gives_in:
                    raise


def supervised(
    worker: ScriptedWorker, seconds: float, *, are_vital: bool = True
) -> tuple[Supervisor, list[str]]:
    """Keep a worker for a while; the supervisor and what the breaker said."""
    said: list[str] = []

    async def scenario() -> Supervisor:
        supervisor = Supervisor(SETTINGS, said.append)
        supervisor.start([worker], are_vital=are_vital)
        await asyncio.sleep(seconds)
        await supervisor.stop()
        return supervisor

    return run_virtually(scenario()), said


def test_a_worker_that_fails_is_started_again_with_growing_delays():
    """Fault 95."""
    worker = ScriptedWorker([ValueError("x")] * 10)

    supervised(worker, 40)

    assert worker.started_at_s == [0, 1, 3, 7, 15, 23, 31, 39]


def test_the_breaker_opens_once_after_too_many_failures_in_a_row():
    worker = ScriptedWorker([ValueError("x")] * 10)

    _, said = supervised(worker, 40)

    assert said == ["worker scripted failed 4 times: ValueError: x"]


@pytest.mark.parametrize("failure", [ValueError("x"), StorageError("disk full")])
def test_what_trading_can_do_without_never_opens_the_breaker(failure):
    worker = ScriptedWorker([failure] * 10)

    supervisor, said = supervised(worker, 40, are_vital=False)

    assert said == []
    assert worker.started_at_s == [0, 1, 3, 7, 15, 23, 31, 39]
    assert supervisor.health["scripted"].failures_ever == 8


def test_a_healthy_run_forgives_earlier_failures():
    worker = ScriptedWorker([ValueError("x")] * 10, run_for_s=120)

    supervisor, said = supervised(worker, 1_000)

    assert said == []
    assert supervisor.health["scripted"].failures == 1


def test_a_failed_journal_opens_the_breaker_at_once():
    worker = ScriptedWorker([StorageError("disk full")])

    _, said = supervised(worker, 0.5)

    assert len(said) == 1


def test_a_token_that_is_not_accepted_is_no_failure_and_not_hammered():
    worker = ScriptedWorker([NotAuthorisedError("401"), NotAuthorisedError("401"), "forever"])

    supervisor, said = supervised(worker, 61)

    assert worker.started_at_s == [0, 30, 60]
    assert supervisor.health["scripted"].failures == 0
    assert said == []


def test_a_worker_that_waits_for_a_login_says_so():
    supervisor, _ = supervised(ScriptedWorker([NotAuthorisedError("401")]), 1)

    assert supervisor.health["scripted"].last_error == "NotAuthorisedError: 401"


def test_a_worker_that_is_done_is_not_started_again():
    worker = ScriptedWorker([])

    supervisor, _ = supervised(worker, 5)

    assert len(worker.started_at_s) == 1
    assert supervisor.health["scripted"].state == "done"
    assert supervisor.health["scripted"].beats == 1


def test_stopping_is_seen_in_the_health():
    supervisor, _ = supervised(ScriptedWorker(["forever"]), 5)

    assert supervisor.health["scripted"].state == "stopped"


def test_shutdown_does_not_wait_for_the_stubborn():
    async def scenario():
        loop = asyncio.get_running_loop()
        worker = StubbornWorker()
        supervisor = Supervisor(SETTINGS, lambda _reason: None)
        supervisor.start([worker])
        await asyncio.sleep(0)
        started_s = loop.time()
        await supervisor.stop()
        took_s = loop.time() - started_s
        worker.gives_in = True
        await supervisor.stop()
        return took_s

    assert run_virtually(scenario()) == SETTINGS.stop_timeout_s


def test_only_the_named_workers_are_stopped():
    async def scenario():
        supervisor = Supervisor(SETTINGS, lambda _reason: None)
        supervisor.start([ScriptedWorker(["forever"], "a"), ScriptedWorker(["forever"], "b")])
        await asyncio.sleep(1)
        await supervisor.stop(["a"])
        states = {name: health.state for name, health in supervisor.health.items()}
        await supervisor.stop()
        return states

    assert run_virtually(scenario()) == {"a": "stopped", "b": "running"}


def test_stopping_nothing_returns_at_once():
    async def scenario():
        await Supervisor(SETTINGS, lambda _reason: None).stop()
        return True

    assert run_virtually(scenario())


def test_the_end_of_a_worker_can_be_waited_for():
    async def scenario():
        supervisor = Supervisor(SETTINGS, lambda _reason: None)
        supervisor.start([ScriptedWorker([], run_for_s=7)])
        await supervisor.finished("scripted")
        return asyncio.get_running_loop().time()

    assert run_virtually(scenario()) == 7


def test_a_loop_that_is_on_time_has_no_lag():
    async def scenario():
        lag = LagWorker(slept_s=lambda: 0.0)
        task = asyncio.create_task(lag.run(lambda: None))
        await asyncio.sleep(1)
        task.cancel()
        return lag

    lag = run_virtually(scenario())

    assert lag.worst_lag_s < 1e-6


@pytest.mark.parametrize(("asleep_s", "told"), [(4.0, []), (120.0, [120])])
def test_a_machine_that_slept_is_noticed_when_it_wakes(asleep_s, told):
    """Fault 18: the event loop's own time does not go on meanwhile, so it shows no lag."""

    async def scenario():
        heard, asleep = [], [0.0]

        async def hear(lost_s):
            heard.append(round(lost_s))

        lag = LagWorker(hear, slept_s=lambda: asleep[0])
        task = asyncio.create_task(lag.run(lambda: None))
        await asyncio.sleep(1)
        asleep[0] += asleep_s
        await asyncio.sleep(1)
        task.cancel()
        return heard

    assert run_virtually(scenario()) == told


def test_a_loop_that_was_blocked_is_noticed_when_it_moves_again():
    """Faults 94 and 100, V4: so is a process that was stopped and goes on (fault 18)."""

    async def scenario():
        heard = []

        async def hear(lost_s):
            heard.append(lost_s)

        lag = LagWorker(hear, slept_s=lambda: 0.0, lost_after_s=0.05, interval_s=0.001)
        task = asyncio.create_task(lag.run(lambda: None))
        await asyncio.sleep(0.01)
        busy_until = time.monotonic() + 0.08
        while time.monotonic() < busy_until:
            pass
        await asyncio.sleep(0.01)
        task.cancel()
        return heard

    assert max(asyncio.run(scenario())) >= 0.05
