"""When a leak is told."""

import asyncio
from dataclasses import replace

import pytest

from trading_bot.bootstrap.vitals.resource_watch import LIMITS, NightWatch, ResourceWorker
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


def told_of_nights(nights):
    told, left = [], iter(nights)
    watch = NightWatch(told.append, lambda: next(left))
    for _ in nights:
        watch.note()
    return told


@pytest.mark.parametrize(
    ("kind", "step"), [("resident_mb", 5), ("descriptors", 1), ("threads", 1), ("tasks", 1)]
)
def test_what_each_night_brings_more_of_is_told_on_the_fourth_night_and_once(kind, step):
    """Fault 97, V16, V22: a leak that stays below every limit for weeks."""
    nights = [replace(PLAIN, **{kind: getattr(PLAIN, kind) + step * night}) for night in range(9)]

    assert told_of_nights(nights[:3]) == []
    (text,) = told_of_nights(nights)
    assert text.startswith(f"{kind} at night: ")
    assert text == told_of_nights(nights[:4])[0]


@pytest.mark.parametrize(
    "megabytes",
    [
        (300, 345, 350, 350, 351, 352, 351),
        (300, 304, 308, 312, 316, 320, 324),
        (300, 310, 320, 319, 330, 340, 339),
        (300, 310, None, 320, 330, None, 340),
    ],
)
def test_nights_that_are_alike_but_for_the_first_report_and_some_unrest_are_not_told(megabytes):
    """Fault 97, V16: no false alarm."""
    assert told_of_nights([replace(PLAIN, resident_mb=figure) for figure in megabytes]) == []
