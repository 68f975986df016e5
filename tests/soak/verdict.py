"""Whether something grows: figures of many days, by numbers with stated limits.

A day is not level in itself: books, candles and logs grow from open to close and begin anew. So a figure is
compared with the same time of other days of the same process, and the median of all such slopes is taken
(the seasonal Theil-Sen estimator), which no single outlier moves. A process's first day is not compared: its
first report brings the plotting library, once. Inside the days the slope from the forenoon to the close is
limited as well.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from tests.soak.samples import Sample

Figure = Callable[[Sample], float]
_MB = 1_000_000
_SESSION_MINUTES = 375


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What still counts as level."""

    memory_mb_per_day: float = 5.0
    memory_mb_within_a_day: float = 25.0
    counts_per_day: float = 0.5
    """Descriptors, threads and tasks, at the same time of day."""
    idle_spread: int = 2
    """Between the nights of one process: descriptors, threads, tasks."""
    database_change: float = 0.5
    """Bytes for each row, between the cheapest and the dearest day, as a part of the cheapest."""
    write_ahead_mb: float = 16.0
    log_change: float = 1.0
    """Bytes of log of a day, between the quietest and the loudest, as a part of the quietest."""
    log_mb: float = 400.0
    warm_minute: int = 10 * 60 + 30
    """From here on a day is warm."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One figure against its limit."""

    name: str
    figure: str
    limit: str
    is_good: bool


def judged(samples: Sequence[Sample], limits: Limits) -> list[Judgement]:
    """Every figure; what could not be compared is not good."""
    settled = settled_in(samples)
    return [
        *_memory(settled, limits),
        *(_count(settled, name, limits) for name in ("descriptors", "threads", "tasks")),
        *(_idle(settled, name, limits) for name in ("descriptors", "threads", "tasks")),
        *_files(samples, limits),
    ]


def settled_in(samples: Sequence[Sample]) -> list[Sample]:
    """What was taken after a process's first day."""
    began = {process: min(one.day for one in samples if one.process == process) for process in _runs(samples)}
    return [one for one in samples if one.day > began[one.process]]


def theil_sen(points: Iterable[tuple[float, float]]) -> float | None:
    """The median slope of all pairs; None without two different abscissas."""
    slopes = [
        (later[1] - sooner[1]) / (later[0] - sooner[0])
        for sooner, later in combinations(sorted(points), 2)
        if later[0] != sooner[0]
    ]
    return median(slopes) if slopes else None


def slope_per_day(samples: Sequence[Sample], figure: Figure) -> float | None:
    """How much a figure grows from a day to the next at the same time of day of one process."""
    slopes = [
        (figure(later) - figure(sooner)) / (later.day - sooner.day)
        for sooner, later in combinations(sorted(samples, key=lambda one: one.day), 2)
        if sooner.process == later.process and sooner.minute == later.minute and sooner.day != later.day
    ]
    return median(slopes) if slopes else None


def slopes_within_days(samples: Sequence[Sample], figure: Figure, warm_minute: int) -> list[float]:
    """For each day and process how much a figure grows over a session's length, once it is warm."""
    warm = [one for one in samples if one.minute >= warm_minute and not one.is_idle]
    days = sorted({(one.day, one.process) for one in warm})
    slopes = (
        theil_sen((one.minute, figure(one)) for one in warm if (one.day, one.process) == day) for day in days
    )
    return [slope * _SESSION_MINUTES for slope in slopes if slope is not None]


def _memory(samples: Sequence[Sample], limits: Limits) -> list[Judgement]:
    judgements = []
    for name in ("resident", "proportional"):
        figure = _megabytes(f"{name}_kb", 1_024)
        growth = slope_per_day(samples, figure)
        judgements.append(_below(f"{name} memory, day by day", growth, limits.memory_mb_per_day, "MB a day"))
    within = slopes_within_days(samples, _megabytes("resident_kb", 1_024), limits.warm_minute)
    worst = max(within, default=None)
    name = "resident memory, from the forenoon to the close"
    return [*judgements, _below(name, worst, limits.memory_mb_within_a_day, "MB")]


def _count(samples: Sequence[Sample], name: str, limits: Limits) -> Judgement:
    growth = slope_per_day(samples, lambda one: float(getattr(one, name)))
    return _below(f"{name}, day by day", growth, limits.counts_per_day, "a day")


def _idle(samples: Sequence[Sample], name: str, limits: Limits) -> Judgement:
    """At night nothing is on its way: the counts of all nights of the longest process are the same."""
    nights = [one for one in samples if one.is_idle]
    processes = [one.process for one in nights]
    longest = max(processes, key=processes.count, default=0)
    counts = [int(getattr(one, name)) for one in nights if one.process == longest]
    spread = max(counts) - min(counts) if len(counts) > 1 else None
    told = ", ".join(map(str, counts))
    return _below(f"{name} at night ({told})", spread, limits.idle_spread, "between nights")


def _files(samples: Sequence[Sample], limits: Limits) -> list[Judgement]:
    pairs = _mornings_and_nights(samples)
    per_row = [
        (after.database_bytes - before.database_bytes) / max(1, after.rows - before.rows)
        for before, after in pairs
    ]
    logged = [float(after.log_bytes - before.log_bytes) for before, after in pairs]
    return [
        _change("database, bytes a row", per_row, limits.database_change),
        _change("logs, bytes a day", logged, limits.log_change),
        _below(
            "write-ahead log, largest", _largest(samples, "write_ahead_bytes"), limits.write_ahead_mb, "MB"
        ),
        _below("logs, all files", _largest(samples, "log_bytes"), limits.log_mb, "MB"),
    ]


def _runs(samples: Sequence[Sample]) -> set[int]:
    return {one.process for one in samples}


def _mornings_and_nights(samples: Sequence[Sample]) -> list[tuple[Sample, Sample]]:
    days = [[one for one in samples if one.day == day] for day in sorted({one.day for one in samples})]
    return [(day[0], day[-1]) for day in days if day[-1].is_idle]


def _largest(samples: Sequence[Sample], name: str) -> float | None:
    return max((getattr(one, name) / _MB for one in samples), default=None)


def _megabytes(name: str, unit: int) -> Figure:
    return lambda one: getattr(one, name) * unit / _MB


def _change(name: str, figures: Sequence[float], limit: float) -> Judgement:
    """The largest against the smallest of some days."""
    told = ", ".join(f"{figure:,.0f}" for figure in figures)
    change = max(figures) / min(figures) - 1 if len(figures) > 1 and min(figures) > 0 else None
    return _below(f"{name} ({told})", None if change is None else 100 * change, 100 * limit, "% apart")


def _below(name: str, figure: float | None, limit: float, unit: str) -> Judgement:
    if figure is None:
        return Judgement(name, "too few samples", f"at most {limit:g} {unit}", is_good=False)
    return Judgement(name, f"{figure:+.2f} {unit}", f"at most {limit:g} {unit}", is_good=figure <= limit)
