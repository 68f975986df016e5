"""When a leak is told."""

import asyncio
import os

import pytest

from trading_bot.bootstrap.resource_watch import LIMITS, ResourceWorker, Usage, usage
from trading_bot.simulator.virtual_time import run_virtually

PLAIN = Usage(memory_mb=300, descriptors=40, tasks=25)


def told_of(looks):
    """What is told while the process uses, minute by minute, what is given."""
    told, left = [], list(looks)

    async def scenario():
        worker = ResourceWorker(told.append, lambda: left.pop(0) if len(left) > 1 else left[0])
        task = asyncio.create_task(worker.run(lambda: None))
        await asyncio.sleep(60 * (len(looks) + 5))
        task.cancel()

    run_virtually(scenario())
    return told


@pytest.mark.parametrize("kind", Usage._fields)
def test_what_grows_by_half_after_the_day_has_settled_is_told_once(kind):
    """Fault 97, V16, V22: long before any limit."""
    grown = {"memory_mb": 700, "descriptors": 120, "tasks": 90}[kind]
    steps = [PLAIN._replace(**{kind: value}) for value in range(getattr(PLAIN, kind), grown, 10)]

    (text,) = told_of([PLAIN] * 12 + steps)

    assert text.startswith(f"{kind}: ")
    assert "a leak?" in text


@pytest.mark.parametrize("kind", Usage._fields)
def test_what_passes_its_limit_is_told_whatever_it_was(kind):
    """Fault 97, V22."""
    (text,) = told_of([LIMITS._replace(**{kind: getattr(LIMITS, kind) + 1})])

    assert "more than" in text


def test_growth_while_the_day_begins_and_small_changes_are_not_told():
    """Fault 97, V16: no false alarm."""
    begins = [Usage(100 + 30 * minute, 20 + 2 * minute, 10 + minute) for minute in range(10)]
    waves = [begins[-1]._replace(memory_mb=begins[-1].memory_mb + extra) for extra in (50, 120, 30, 150)]

    assert told_of(begins + waves * 3) == []


async def test_the_system_tells_what_is_used():
    used = usage()

    assert used.memory_mb > 10
    assert used.tasks >= 1
    opened = os.open(os.devnull, os.O_RDONLY)
    assert usage().descriptors in (0, used.descriptors + 1)
    os.close(opened)
