"""When a leak is told."""

import asyncio
from dataclasses import replace

import pytest

from trading_bot.bootstrap.resource_watch import LIMITS, ResourceWorker
from trading_bot.engine.snapshot import ResourceUse
from trading_bot.simulator.virtual_time import run_virtually

PLAIN = ResourceUse(resident_mb=300, descriptors=40, threads=10, tasks=25)


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


@pytest.mark.parametrize("kind", LIMITS)
def test_what_grows_by_half_after_the_day_has_settled_is_told_once(kind):
    """Fault 97, V16, V22: long before any limit."""
    grown = {"resident_mb": 700, "descriptors": 120, "threads": 60, "tasks": 90}[kind]
    steps = [replace(PLAIN, **{kind: value}) for value in range(getattr(PLAIN, kind), grown, 10)]

    (text,) = told_of([PLAIN] * 12 + steps)

    assert text.startswith(f"{kind}: ")
    assert "a leak?" in text


@pytest.mark.parametrize("kind", LIMITS)
def test_what_passes_its_limit_is_told_whatever_it_was(kind):
    """Fault 97, V22."""
    (text,) = told_of([replace(PLAIN, **{kind: LIMITS[kind] + 1})])

    assert "more than" in text


def test_growth_while_the_day_begins_and_small_changes_are_not_told():
    """Fault 97, V16: no false alarm."""
    begins = [
        replace(PLAIN, resident_mb=100 + 30 * minute, descriptors=20 + 2 * minute, tasks=10 + minute)
        for minute in range(10)
    ]
    waves = [replace(begins[-1], resident_mb=begins[-1].resident_mb + more) for more in (50, 120, 30, 150)]

    assert told_of(begins + waves * 3) == []


def test_what_the_system_does_not_tell_is_no_leak():
    assert told_of([replace(PLAIN, resident_mb=None, descriptors=None)] * 15) == []
