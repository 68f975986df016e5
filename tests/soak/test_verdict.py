"""The soak's verdict by numbers: what is level passes, what grows does not. Fault 97, V22."""

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.soak.samples import AFTER_CLOSE, Sample, lowest, process_figures
from tests.soak.verdict import Limits, judged, slope_per_day, theil_sen

_MINUTES = (*range(9 * 60 + 30, 15 * 60 + 30, 15), AFTER_CLOSE)
_LEVEL = {"resident_kb": 190_000, "proportional_kb": 180_000, "descriptors": 32, "threads": 15, "tasks": 28}


def level(days: int = 5) -> list[Sample]:
    """Days that are alike: they grow from open to close and begin anew, and are a little restless."""
    dice = random.Random(1)
    samples = []
    for day in range(1, days + 1):
        for number, minute in enumerate(_MINUTES):
            rows = 4_000 * (day - 1) + 160 * number
            memory = 300 * number + dice.randrange(-200, 200)
            samples.append(
                Sample(
                    day=day,
                    minute=minute,
                    process=1,
                    resident_kb=_LEVEL["resident_kb"] + memory,
                    proportional_kb=_LEVEL["proportional_kb"] + memory,
                    descriptors=_LEVEL["descriptors"] + (dice.randrange(3) if minute != AFTER_CLOSE else 0),
                    threads=_LEVEL["threads"],
                    tasks=_LEVEL["tasks"] + (dice.randrange(2) if minute != AFTER_CLOSE else 0),
                    database_bytes=400_000 + 110 * rows,
                    write_ahead_bytes=4_100_000,
                    rows=rows,
                    log_bytes=300 * rows,
                )
            )
    return samples


def objections(samples: list[Sample]) -> set[str]:
    """The first words of what is not good."""
    return {one.name.split(",")[0].split(" (")[0] for one in judged(samples, Limits()) if not one.is_good}


def growing(samples: list[Sample], **by_day: float) -> list[Sample]:
    """The same with figures that grow evenly, by so much a day."""
    grown = []
    for one in samples:
        days = one.day - 1 + (one.minute - _MINUTES[0]) / (AFTER_CLOSE - _MINUTES[0])
        figures = {name: getattr(one, name) + round(rate * days) for name, rate in by_day.items()}
        grown.append(replace(one, **figures))
    return grown


def test_days_that_are_alike_are_level():
    assert objections(level()) == set()
    assert objections(level(days=3)) == set()


@pytest.mark.parametrize(
    ("figure", "a_day", "told"),
    [
        ("resident_kb", 6_000, "resident memory"),
        ("proportional_kb", 6_000, "proportional memory"),
        ("descriptors", 1, "descriptors"),
        ("tasks", 1, "tasks"),
        ("threads", 1, "threads"),
    ],
)
def test_what_grows_day_by_day_is_told(figure, a_day, told):
    assert objections(growing(level(), **{figure: a_day})) >= {told}


def test_the_first_day_of_a_process_is_not_compared():
    """Its first report brings the plotting library, once."""
    lighter = [
        replace(one, resident_kb=one.resident_kb - 45_000) if one.day == 1 else one for one in level(3)
    ]

    assert objections(lighter) == set()
    assert objections(growing(level(days=2), resident_kb=1)) >= {"resident memory"}


def test_one_restless_hour_is_no_growth():
    samples = level()
    samples[40] = replace(samples[40], resident_kb=400_000, descriptors=90, tasks=70)

    assert objections(samples) == set()


def test_a_new_process_is_not_compared_with_the_one_before():
    smaller_before = [
        replace(one, process=2, resident_kb=one.resident_kb + 90_000) if one.day >= 3 else one
        for one in level()
    ]

    assert objections(smaller_before) == set()


def test_memory_that_comes_back_at_night_is_told_where_it_is_too_much():
    by_day = [
        replace(one, resident_kb=one.resident_kb + 200 * (one.minute - _MINUTES[0]))
        if one.minute != AFTER_CLOSE
        else one
        for one in level()
    ]

    assert objections(by_day) == {"resident memory"}


def test_one_more_descriptor_each_night_is_told_before_the_days_show_it():
    nights = [replace(one, descriptors=32 + one.day) if one.is_idle else one for one in level()]

    assert objections(nights) == {"descriptors at night"}


def test_a_database_that_takes_more_for_each_row_is_told():
    swollen = [replace(one, database_bytes=one.database_bytes + 25 * one.day * one.rows) for one in level()]

    assert objections(swollen) == {"database"}


def test_logs_that_get_louder_are_told():
    louder = [replace(one, log_bytes=one.log_bytes * one.day) for one in level()]

    assert objections(louder) == {"logs"}


def test_a_write_ahead_log_that_is_never_folded_in_is_told():
    assert objections(growing(level(), write_ahead_bytes=4_000_000)) == {"write-ahead log"}


def test_too_few_samples_prove_nothing():
    assert not any(one.is_good for one in judged([], Limits()))
    assert slope_per_day(level(days=1), lambda one: one.resident_kb) is None
    assert theil_sen([(1, 1)]) is None


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")
def test_a_real_leak_of_this_very_process_is_told():
    """Memory that is written to, and descriptors that stay open, as the system counts them."""
    kept: list[bytes] = []
    opened: list[int] = []
    leaking, frame = [], [one for one in level() if one.minute in (_MINUTES[8], AFTER_CLOSE)]
    try:
        for one in frame:
            if one.minute == AFTER_CLOSE:
                kept.append(os.urandom(8_000_000))
                opened.append(os.dup(0))
            leaking.append(replace(one, **process_figures(os.getpid())))
    finally:
        for descriptor in opened:
            os.close(descriptor)

    assert objections(leaking) >= {
        "resident memory",
        "proportional memory",
        "descriptors",
        "descriptors at night",
    }


def test_of_several_looks_the_lowest_of_each_figure_counts():
    assert lowest([{"tasks": 3, "threads": 1}, {"tasks": 2, "threads": 4}]) == {"tasks": 2, "threads": 1}
