"""Keeps the workers alive, sees when they do not move, and stops everything in stages."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import structlog
from pydantic import Field

from trading_bot.domain.errors import DecisionFailedError, NotAuthorisedError, StorageError
from trading_bot.domain.section import Section
from trading_bot.engine.workers.worker import Worker

log = structlog.get_logger()

_HOPELESS = (StorageError, DecisionFailedError)
"""A restarted worker would meet these again: the process has to stop and recover."""


class SupervisorSettings(Section):
    """Restart policy and circuit breaker, in seconds of wall time."""

    first_delay_s: Annotated[
        float, Field(gt=0, le=60, description="Before a failed worker starts again; it doubles each time")
    ] = 0.5
    longest_delay_s: Annotated[
        float, Field(gt=0, le=600, description="Longest pause before a failed worker starts again")
    ] = 30.0
    login_delay_s: Annotated[
        float, Field(gt=0, le=3_600, description="Before asking again after the token was not accepted")
    ] = 30.0
    healthy_after_s: Annotated[
        float, Field(gt=0, le=3_600, description="Running so long forgives earlier failures")
    ] = 30.0
    max_failures: Annotated[
        int, Field(ge=1, le=100, description="Failures in a row that open the circuit breaker")
    ] = 8
    flatten_on_breaker: Annotated[
        bool, Field(description="Whether an open breaker closes every position instead of leaving its stop")
    ] = False
    stop_timeout_s: Annotated[
        float, Field(gt=0, le=9, description="How long a worker may take to end before it is left behind")
    ] = 3.0


@dataclass(slots=True)
class WorkerHealth:
    """What is known of one worker."""

    name: str
    state: str = "starting"
    """starting, running, waiting to restart, needs login, done, or stopped."""
    beats: int = 0
    beat_at_s: float = 0.0
    """Loop time of the last heartbeat."""
    failures: int = 0
    """In a row."""
    failures_ever: int = 0
    is_vital: bool = True
    """Whether its failures may open the circuit breaker."""
    last_error: str = ""


@dataclass(slots=True)
class Supervisor:
    """Owns every task of the daemon."""

    settings: SupervisorSettings
    on_breaker: Callable[[str], None]
    """Called once when the circuit breaker opens, with the reason."""
    health: dict[str, WorkerHealth] = field(default_factory=dict)
    is_breaker_open: bool = False
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self, workers: Sequence[Worker], *, are_vital: bool = True) -> None:
        """Start workers; each is restarted when it fails. Trading can do without what is not vital."""
        for worker in workers:
            self.health[worker.name] = WorkerHealth(worker.name, is_vital=are_vital)
            self._tasks[worker.name] = asyncio.create_task(self._keep_alive(worker), name=worker.name)

    async def stop(self, names: Sequence[str] | None = None) -> None:
        """Cancel the named workers, or all, and wait for them, with a bound."""
        chosen = [task for name, task in self._tasks.items() if names is None or name in names]
        for task in chosen:
            task.cancel()
        if chosen:
            _, pending = await asyncio.wait(chosen, timeout=self.settings.stop_timeout_s)
            for task in pending:
                log.error("worker_does_not_stop", worker=task.get_name())

    async def finished(self, name: str) -> None:
        """Return when a worker that ends by itself is done."""
        await asyncio.wait([self._tasks[name]])

    async def _keep_alive(self, worker: Worker) -> None:
        health = self.health[worker.name]
        loop = asyncio.get_running_loop()

        def beat() -> None:
            health.beats += 1
            health.beat_at_s = loop.time()

        while True:
            health.state, started_s = "running", loop.time()
            try:
                await worker.run(beat)
            except asyncio.CancelledError:
                health.state = "stopped"
                raise
            except Exception as error:
                # Sanctioned: whatever a worker dies of, it is logged with its stack and started again.
                delay_s = self._after_failure(health, error, loop.time() - started_s)
                if isinstance(error, NotAuthorisedError):
                    log.warning("worker_needs_login", worker=worker.name, again_in_s=delay_s)
                else:
                    log.exception("worker_failed", worker=worker.name, again_in_s=delay_s)
                await asyncio.sleep(delay_s)
            else:
                health.state = "done"
                return

    def _after_failure(self, health: WorkerHealth, error: Exception, ran_s: float) -> float:
        """Count the failure; seconds to wait before the next start."""
        settings = self.settings
        health.last_error = f"{type(error).__name__}: {error}"
        if isinstance(error, NotAuthorisedError):
            health.state = "needs login"
            return settings.login_delay_s
        health.state = "waiting to restart"
        health.failures_ever += 1
        health.failures = 1 if ran_s >= settings.healthy_after_s else health.failures + 1
        is_hopeless = isinstance(error, _HOPELESS) or health.failures >= settings.max_failures
        if is_hopeless and health.is_vital and not self.is_breaker_open:
            self.is_breaker_open = True
            self.on_breaker(f"worker {health.name} failed {health.failures} times: {health.last_error}")
        delay_s: float = settings.first_delay_s * 2.0 ** (health.failures - 1)
        return min(delay_s, settings.longest_delay_s)


def slept_s() -> float:
    """Seconds for which the machine has slept since it started, where the system tells."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return 0.0 if clock is None else time.clock_gettime(clock) - time.monotonic()


async def _nobody_is_told(_lost_s: float) -> None:
    return


@dataclass(slots=True)
class LagWorker:
    """Measures how late the event loop is: what it measures holds up stops, too.

    A process that was stopped, a loop that was blocked and a machine that slept look alike from here.
    """

    on_lost: Callable[[float], Awaitable[None]] = _nobody_is_told
    """Told of the seconds of a gap that is too long for what is known to be still true."""
    slept_s: Callable[[], float] = slept_s
    interval_s: float = 0.1
    lost_after_s: float = 5.0
    name: str = "loop lag"
    lag_s: float = 0.0
    worst_lag_s: float = 0.0

    async def run(self, beat: Callable[[], None]) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s, slept_s = loop.time() + self.interval_s, self.slept_s()
            await asyncio.sleep(self.interval_s)
            self.lag_s = max(0.0, loop.time() - due_s)
            self.worst_lag_s = max(self.worst_lag_s, self.lag_s)
            beat()
            lost_s = self.lag_s + self.slept_s() - slept_s
            if lost_s >= self.lost_after_s:
                await self.on_lost(lost_s)
