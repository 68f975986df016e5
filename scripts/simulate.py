"""Trades generated days in virtual time, one for each seed, and checks every invariant after every input."""

import argparse
import logging
import sys

import structlog

from tests.acceptance.findings import Findings, say
from tests.fakes.virtual_days import generated, traded


def main() -> int:
    """Trade the days and return 0 when nothing was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many days")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    findings = Findings()
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        with findings.trying(f"seed {seed}") as finding:
            day = traded(generated(seed), seed=seed)
            finding.problems += day.problems
            finding.facts = f"{day.trades} trades, net {day.net}, {sum(day.checks.values())} checks"
    say(findings.table())
    return 0 if findings.are_good else 1


if __name__ == "__main__":
    sys.exit(main())
