"""Simulates seeded sessions with faults and checks every invariant; shrinks what fails and keeps it."""

import argparse
import sys
from pathlib import Path

from tests.acceptance.findings import say
from tests.fakes.quiet import be_quiet
from tests.simulation.campaign import Tally, findings
from tests.simulation.catalogue import KINDS
from tests.simulation.runner import run
from tests.simulation.schedule import Schedule, draw
from tests.simulation.shrink import shrunk

_PROGRESS_EVERY = 100
_REGRESSIONS = Path(__file__).resolve().parents[1] / "tests" / "simulation" / "regressions"


def main() -> int:
    """Run what was asked for and return 0 when nothing was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--trace", action="store_true", help="print the whole trace of the first seed")
    parser.add_argument("--file", type=Path, help="run a kept schedule and print its trace")
    parser.add_argument("--keep", action="store_true", help="shrink each failing seed into a regression file")
    arguments = parser.parse_args()
    if arguments.file is not None:
        return _shown(Schedule.from_json(arguments.file.read_text()))
    if arguments.trace:
        return _shown(draw(arguments.first))
    return _campaign(range(arguments.first, arguments.first + arguments.seeds), arguments)


def _shown(schedule: Schedule) -> int:
    be_quiet()
    outcome = run(schedule)
    for line in (schedule.to_json(), *outcome.log, outcome.trace, *map(str, outcome.violations)):
        say(line)
    return 0 if outcome.is_good else 1


def _campaign(seeds: range, arguments: argparse.Namespace) -> int:
    tally = Tally()
    for finding in findings(seeds, arguments.jobs):
        tally.add(finding)
        for violation in finding.violations:
            say(f"seed {finding.seed}: {violation}")
        if finding.violations:
            say(f"    python -m scripts.simulate_faults --trace --from {finding.seed}")
        if tally.seeds % _PROGRESS_EVERY == 0:
            say(f"{tally.seeds} seeds, {tally.seeds_per_second:.1f} a second, {len(tally.failed)} failed")
    if arguments.keep:
        be_quiet()
        for finding in tally.failed:
            _keep(draw(finding.seed))
    _tell(tally)
    return 1 if tally.failed else 0


def _keep(schedule: Schedule) -> None:
    violations = run(schedule).violations
    if not violations:
        return
    small = shrunk(schedule, violations[0].invariant)
    path = _REGRESSIONS / f"{violations[0].invariant.lower()}-seed-{schedule.seed}.json"
    path.write_text(small.to_json() + "\n")
    say(f"kept {path.name}: {len(small.faults)} of {len(schedule.faults)} faults")


def _tell(tally: Tally) -> None:
    say("")
    for kind, count in sorted(tally.injected.items()):
        rows = ", ".join(map(str, KINDS[kind].rows))
        say(f"{kind:<20} {count:>8}  faults {rows}")
    say(
        f"{tally.seeds} seeds, {tally.seeds_per_second:.2f} a second; {tally.trades} trades, "
        f"{tally.restarts} restarts, {tally.checked} looks of the oracle; {len(tally.failed)} seeds failed"
    )


if __name__ == "__main__":
    sys.exit(main())
