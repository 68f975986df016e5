"""Plants one defect after another and looks whether simulations find it; the first find ends the search."""

import argparse
import json
import os
import sys
import time
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

os.environ["HOT_PATH_INTERPRETED"] = "1"  # compiled code calls itself, and would pass a planted defect by

from tests.acceptance.findings import say
from tests.fakes.quiet import be_quiet
from tests.simulation.campaign import tried
from tests.simulation.planted import BUGS
from tests.simulation.schedule import situations_first

_FINDERS = Path(__file__).resolve().parents[1] / "tests" / "simulation" / "planted" / "finders.json"
_BROKEN_PLANT = ("TypeError", "AttributeError", "NameError", "ValueError")
"""What a planted function raises that does not fit the program any more; finding that proves nothing."""


class Search(NamedTuple):
    """How the search for one defect ended."""

    bug: str
    seed: int | None
    """The first seed that shows it; None when none did."""
    tries: int
    violation: str
    seconds: float


def main() -> int:
    """Search for each planted defect; return 0 when at least 95% were found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many seeds a defect gets")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", nargs="*", default=sorted(BUGS), help="names of defects")
    parser.add_argument("--known", action="store_true", help="try the seed first that found it last time")
    parser.add_argument("--record", action="store_true", help="keep which seed found which defect")
    arguments = parser.parse_args()
    known = json.loads(_FINDERS.read_text()) if arguments.known else {}
    plain = situations_first(range(arguments.first, arguments.first + arguments.seeds))
    tasks = [(name, (*([known[name]] if name in known else []), *plain)) for name in arguments.only]
    started_s = time.monotonic()
    searches = []
    with get_context("spawn").Pool(arguments.jobs, initializer=be_quiet) as pool:
        for search in pool.imap_unordered(searched, tasks):
            searches.append(search)
            say(f"{len(searches):>3} of {len(tasks)}  {_line(search)}")
            if arguments.record and search.seed is not None:
                _record(search.bug, search.seed)
    _tell(sorted(searches), time.monotonic() - started_s)
    found = sum(search.seed is not None for search in searches)
    return 0 if found >= 0.95 * len(tasks) else 1


def searched(task: tuple[str, tuple[int, ...]]) -> Search:
    """Run seeds with the defect until one shows a violation that it does not show without."""
    name, seeds = task
    started_s = time.monotonic()
    for tries, seed in enumerate(seeds, start=1):
        violation = _violation_with(name, seed)
        if violation and _is_clean(seed):
            return Search(name, seed, tries, violation, time.monotonic() - started_s)
    return Search(name, None, len(seeds), "", time.monotonic() - started_s)


def _violation_with(name: str, seed: int) -> str:
    with BUGS[name].planted():
        violations = tried(seed, is_brief=True).violations
    is_broken = any(word in text for word in _BROKEN_PLANT for text in violations)
    return "" if is_broken or not violations else violations[0]


@cache
def _is_clean(seed: int) -> bool:
    """Whether a seed shows nothing without a defect: the same answer for each of them."""
    return not tried(seed).violations


def _line(search: Search) -> str:
    where = "-" if search.seed is None else str(search.seed)
    figures = f"{where:>6} {search.tries:>6} {search.seconds:>5.0f} s"
    return f"{search.bug:<50} {figures}  {search.violation[:100]}"


def _tell(searches: list[Search], seconds: float) -> None:
    say("")
    say(f"{'defect':<50} {'seed':>6} {'tries':>6} {'time':>7}  violation")
    for search in searches:
        say(_line(search))
    found = [search for search in searches if search.seed is not None]
    runs = sum(search.tries for search in searches)
    say(f"{len(found)} of {len(searches)} planted defects were found, {runs} seeds, {seconds:.0f} s")


def _record(bug: str, seed: int) -> None:
    kept = json.loads(_FINDERS.read_text()) | {bug: seed}
    _FINDERS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
