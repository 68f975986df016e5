"""Runs a schedule to its end: faults, healing, a minute to recover, everything closed, and what was found."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

from tests.simulation.loop import run_shuffled
from tests.simulation.world import World
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.inputs import OperatorWish

_HEALS_WITHIN_MS = 60 * MS_PER_SECOND
_CLOSES_WITHIN_MS = 120 * MS_PER_SECOND
_LOOK_MS = 5 * MS_PER_SECOND
_COMMITS, _COMMIT_S = 200, 0.005


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    seed: int
    violations: tuple
    trace: str
    injected: Counter
    trades: int
    restarts: int
    checked: int
    longest_bare_s: float
    log: tuple[str, ...]

    @property
    def is_good(self):
        return not self.violations


def run(schedule, *, is_brief=False):
    """Run a schedule; the same one gives the same trace. A brief run ends with the first violation."""
    random = Random(f"loop {schedule.seed}") if schedule.world.shuffled else None
    worlds = []

    def unretrieved(context):
        if worlds:
            worlds[0].oracle.on_unretrieved(context)

    world = run_shuffled(_lived(schedule, worlds, is_brief=is_brief), random, unretrieved)
    oracle = world.oracle
    if not oracle.violations and schedule.faults == () and len(world.processes) > 1:
        raise AssertionError("a run without faults needed a restart")
    book_trades = sum(1 for line in world.log if " trade_closed " in line)
    return Outcome(
        seed=schedule.seed,
        violations=tuple(oracle.violations),
        trace=world.trace.hexdigest(),
        injected=world.faults.injected,
        trades=book_trades,
        restarts=len(world.processes) - 1,
        checked=oracle.checked,
        longest_bare_s=oracle.positions.longest_bare_s,
        log=tuple(world.log),
    )


async def _lived(schedule, worlds, *, is_brief):
    world = World(schedule)
    world.oracle.is_brief = is_brief
    worlds.append(world)
    try:
        await _lived_through(world)
    except asyncio.CancelledError:
        if not world.is_over:
            raise
    world.is_over = True
    process = world.process
    process.is_alive = False
    process.drop()
    await asyncio.sleep(0)
    world.driver.stop()
    world.store.remove()
    return world


async def _lived_through(world):
    clock, schedule = world.clock, world.schedule
    await world.start()
    world.driver.arm()
    world.schedule_instants()
    await clock.sleep_until(schedule.heal_ms)
    world.note("healed")
    await clock.sleep_until(schedule.heal_ms + _HEALS_WITHIN_MS)
    await _written(world)
    world.oracle.healed()
    await _close_everything(world)
    await _written(world)
    world.oracle.ended()


async def _written(world):
    """Let what the process has decided at this very moment reach the journal."""
    for _ in range(_COMMITS):
        if not world.process.is_alive or world.process.engine.is_at_rest:
            return
        await asyncio.sleep(_COMMIT_S)


async def _close_everything(world):
    """Pause and flatten, and give exits their time."""
    world.ask(OperatorWish.PAUSE, OperatorWish.FLATTEN)
    give_up_ms = world.clock.now_ms() + _CLOSES_WITHIN_MS
    while world.clock.now_ms() < give_up_ms:
        await world.clock.sleep_until(world.clock.now_ms() + _LOOK_MS)
        process = world.process
        if process.is_alive and not process.engine.state.book.trades and not world.truth.own_live():
            break
