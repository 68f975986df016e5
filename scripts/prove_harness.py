"""Plants one defect after another and looks whether simulations find it; the first find ends the search."""

import argparse
import sys
import time
from multiprocessing import get_context
from typing import NamedTuple

from tests.acceptance.findings import say
from tests.simulation.campaign import be_quiet
from tests.simulation.planted import BUGS
from tests.simulation.runner import run
from tests.simulation.schedule import draw


class Search(NamedTuple):
    """How the search for one defect ended."""

    bug: str
    seed: int | None
    """The first seed that shows it; None when none did."""
    violation: str
    seconds: float


def main() -> int:
    """Search for each planted defect; return 0 when at least 95% were found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many seeds a defect gets")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", nargs="*", default=sorted(BUGS), help="names of defects")
    arguments = parser.parse_args()
    tasks = [(name, arguments.first, arguments.seeds) for name in arguments.only]
    found = 0
    with get_context("spawn").Pool(arguments.jobs, initializer=be_quiet) as pool:
        for search in pool.imap(searched, tasks):
            found += search.seed is not None
            say(_line(search))
    say(f"{found} of {len(tasks)} planted defects were found")
    return 0 if found >= 0.95 * len(tasks) else 1


def searched(task: tuple[str, int, int]) -> Search:
    """Run seeds with the defect until one shows a violation that it does not show without."""
    name, first, count = task
    started_s = time.monotonic()
    for seed in range(first, first + count):
        violation = _violation_with(name, seed)
        if violation and run(draw(seed)).is_good:
            return Search(name, seed, violation, time.monotonic() - started_s)
    return Search(name, None, "", time.monotonic() - started_s)


def _violation_with(name: str, seed: int) -> str:
    with BUGS[name].planted():
        try:
            violations = run(draw(seed)).violations
        except Exception as error:  # noqa: BLE001  # a defect may break the run itself: that shows it, too
            return f"run failed: {type(error).__name__}: {error}"
    return str(violations[0]) if violations else ""


def _line(search: Search) -> str:
    where = "not found" if search.seed is None else f"seed {search.seed}"
    return f"{search.bug:<50} {where:<11} {search.seconds:>6.0f} s  {search.violation[:110]}"


if __name__ == "__main__":
    sys.exit(main())
