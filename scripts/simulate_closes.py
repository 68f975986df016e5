"""Trades simulated closes, one for each seed, with gaps, locks, rejects, lost answers and storms of refusals.

A close is good when what has liquidity is flat before the desk of the broker begins, and a person was told of
what is locked within five seconds.
"""

import argparse
import sys

from tests.acceptance.findings import Findings, say
from tests.fakes.closing_days import Close, simulated_close
from tests.fakes.quiet import be_quiet


def main() -> int:
    """Trade the closes and return 0 when all were good."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how many closes")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    arguments = parser.parse_args()
    be_quiet()
    findings, closes = Findings(), list[Close]()
    for seed in range(arguments.first, arguments.first + arguments.runs):
        with findings.trying(f"seed {seed}") as finding:
            close = simulated_close(seed)
            closes.append(close)
            finding.problems += close.problems
            kinds = ", ".join(fate.kind for fate in close.fates.values())
            finding.facts = f"{kinds}; {close.held} held"
    say(findings.table())
    say(figures(closes))
    return 0 if findings.are_good else 1


def figures(closes: list[Close]) -> str:
    """What all closes add up to."""
    flat = [seconds for close in closes for seconds in close.flat_s]
    pages = [seconds for close in closes for seconds in close.page_s]
    held = sum(close.held for close in closes)
    return (
        f"{len(closes)} closes, {held} positions held, {len(flat)} squared off after their time, the slowest "
        f"{max(flat, default=0):.1f} s after it; {len(pages)} locked, told after at most "
        f"{max(pages, default=0):.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
