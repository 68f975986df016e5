"""Kills the real daemon at every named crash point, and looks at what is left and how soon it is safe.

Run it with `make crash-test RUNS=n`. `TALLY=FILE` adds what happened to a file, and the table is then of
everything in it.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.acceptance.findings import Findings, say
from tests.crash.campaign import Campaign, is_good, read_tally, table
from tests.crash.points import POINTS
from tests.crash.power.daemon_losses import PowerLosses
from tests.crash.power.record import compiler
from tests.crash.session import RANDOM, STOPPED
from tests.crash.trouble import Troubles


def main() -> int:
    """Carry the campaign out and return 0 when nothing was wrong."""
    arguments = _arguments()
    if arguments.list:
        say("\n".join([*POINTS, RANDOM, STOPPED]))
        return 0
    scratch = Path(arguments.keep or tempfile.mkdtemp(prefix="crash-test-"))
    campaign = Campaign(
        scratch=scratch,
        runs=arguments.runs,
        seed=arguments.seed,
        say=say,
        only=arguments.point,
        jobs=arguments.jobs,
        start_limit_s=arguments.start_limit,
        tally=arguments.tally,
    )
    findings = Findings()
    try:
        campaign.run()
        if not arguments.point:
            _try_the_disk(findings, scratch, arguments)
    finally:
        if arguments.keep is None:
            shutil.rmtree(scratch)
    if findings.found:
        say(findings.table())
    say(table(read_tally(arguments.tally) if arguments.tally else campaign.deaths))
    is_all_good = is_good(campaign.deaths) and all(one.is_good for one in findings.found)
    say("all is well" if is_all_good else "NOT all is well: see above")
    return 0 if is_all_good else 1


def _try_the_disk(findings: Findings, scratch: Path, arguments: argparse.Namespace) -> None:
    with findings.trying("power fails while it trades") as finding:
        if compiler() is None:
            finding.facts = "not tried: there is no C compiler to build the recorder"
        else:
            losses = PowerLosses(scratch / "power", arguments.seed, min(400, max(20, arguments.runs)))
            losses.run()
            finding.problems += losses.problems
            finding.facts = f"{losses.sent} orders sent, looked at {losses.looked_at} moments"
    with findings.trying("the database cannot be used") as finding:
        troubles = Troubles(scratch / "troubles")
        troubles.run()
        finding.problems += [
            f"{name}: {problem}" for name, found in troubles.problems.items() for problem in found
        ]
        finding.facts = ", ".join(troubles.problems)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="how many kills; a session has 25 of them")
    parser.add_argument("--seed", type=int, default=1, help="of the first session")
    parser.add_argument("--jobs", type=int, default=2, help="sessions side by side")
    parser.add_argument("--point", default="", help="only this one, by its full name; --list shows all")
    parser.add_argument("--list", action="store_true", help="show the names of the points")
    parser.add_argument(
        "--tally", type=Path, help="a file to add the results to, one JSON line for each kill"
    )
    parser.add_argument("--keep", help="a folder for databases and logs that is not removed")
    parser.add_argument(
        "--start-limit",
        type=float,
        default=5.0,
        help="seconds from a start until all is protected; more where the machine is shared",
    )
    arguments = parser.parse_args()
    if arguments.point and arguments.point not in {*POINTS, RANDOM, STOPPED}:
        parser.error(f"there is no point {arguments.point!r}: --list shows all")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
