"""Days back to back in one real process against the simulator, with faults: nothing may grow.

Run it with `make soak DAYS=5`. Everything is kept in a new folder under logs/soak, or in the one that is
given: samples.json, soak.png, the journal, the logs and the reports.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.acceptance.findings import Findings, say
from tests.acceptance.programs import PROJECT
from tests.soak.course import FEWEST_DAYS, Soak
from tests.soak.daemon import LEAKS
from tests.soak.picture import draw
from tests.soak.verdict import Limits, judged

_SPEED = 240.0


def main() -> int:
    """Trade the days, tell what grew, and return 0 when nothing did and every day was as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=5, help="how many, three at least")
    parser.add_argument("--speed", type=float, default=_SPEED, help="session seconds in a second")
    parser.add_argument("--seed", type=int, default=1, help="of the markets")
    parser.add_argument("--folder", type=Path, help="where everything is kept")
    parser.add_argument("--leak", choices=LEAKS, nargs="*", default=(), help="plant leaks: are they found?")
    arguments = parser.parse_args()
    if arguments.days < FEWEST_DAYS:
        parser.error("growth from day to day needs three days: the first one of a process is not compared")
    folder = (arguments.folder or PROJECT / f"logs/soak/{time.strftime('%Y%m%d-%H%M%S')}").resolve()
    folder.mkdir(parents=True)
    return _soak(Soak(folder, arguments.days, arguments.speed, arguments.seed, arguments.leak))


def _soak(soak: Soak) -> int:
    findings = Findings()
    try:
        soak.run(findings)
    finally:
        _keep(soak)
    for judgement in judged(soak.samples, Limits()):
        with findings.trying(judgement.name) as finding:
            finding.facts = judgement.figure
            if not judgement.is_good:
                finding.problems.append(f"{judgement.figure}, allowed is {judgement.limit}")
    say(findings.table())
    say(f"samples, picture, journal and logs: {soak.folder}")
    return 0 if findings.are_good else 1


def _keep(soak: Soak) -> None:
    samples = [asdict(sample) for sample in soak.samples]
    (soak.folder / "samples.json").write_text(json.dumps(samples, indent=1), encoding="utf-8")
    if samples:
        draw(soak.samples, soak.marks, soak.folder / "soak.png")


if __name__ == "__main__":
    sys.exit(main())
