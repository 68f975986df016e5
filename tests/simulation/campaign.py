"""Runs many seeds in several processes and adds up what they injected and found."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.fakes.quiet import be_quiet
from tests.simulation.runner import run
from tests.simulation.schedule import draw

_SEEDS_AT_ONCE = 4


@dataclass(frozen=True)
class Finding:
    """What came of one seed."""

    seed: int
    violations: tuple[str, ...]
    injected: Counter
    trades: int
    restarts: int
    checked: int


@dataclass
class Tally:
    """What came of all seeds so far."""

    started_s: float = field(default_factory=time.monotonic)
    seeds: int = 0
    trades: int = 0
    restarts: int = 0
    checked: int = 0
    injected: Counter = field(default_factory=Counter)
    failed: list[Finding] = field(default_factory=list)

    def add(self, finding):
        self.seeds += 1
        self.trades += finding.trades
        self.restarts += finding.restarts
        self.checked += finding.checked
        self.injected += finding.injected
        if finding.violations:
            self.failed.append(finding)

    @property
    def seeds_per_second(self):
        return self.seeds / max(time.monotonic() - self.started_s, 0.001)


def tried(seed, *, is_brief=False):
    """Run one seed; what the run itself raises is a violation, too."""
    try:
        outcome = run(draw(seed), is_brief=is_brief)
    except Exception as error:  # noqa: BLE001  # the other seeds are still to be run
        return Finding(seed, (f"run failed: {type(error).__name__}: {error}",), Counter(), 0, 0, 0)
    return Finding(
        seed,
        tuple(map(str, outcome.violations)),
        outcome.injected,
        outcome.trades,
        outcome.restarts,
        outcome.checked,
    )


def findings(seeds, jobs) -> Iterator[Finding]:
    """Run seeds, in `jobs` processes, in order."""
    if jobs == 1:
        be_quiet()
        yield from map(tried, seeds)
        return
    with get_context("spawn").Pool(jobs, initializer=be_quiet) as pool:
        yield from pool.imap(tried, seeds, _SEEDS_AT_ONCE)
