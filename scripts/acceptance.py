"""The acceptance: real days over the wire, kills, and replays that come out the same.

Run it with `make acceptance`; it takes about ten minutes on two cores. The recorded data are looked for
beside the project, or where DATA_ROOT or TRADING_BOT_SHARED_DATA says.
"""

import argparse
import logging
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

import structlog

from tests.acceptance.determinism import try_determinism
from tests.acceptance.findings import Findings, say
from tests.acceptance.kills import try_kills
from tests.acceptance.programs import PROJECT
from tests.acceptance.real_days import try_real_days

_PARTS = ("virtual", "kills", "days")


def main() -> int:
    """Try everything, tell each result at once, and return 0 when all is good."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="which parts; all when none is named")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--keep", type=Path, help="a folder for databases and reports that is not removed")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    findings = Findings()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = arguments.keep or Path(temporary)
        for part in arguments.parts or _PARTS:
            _try(part, findings, scratch, arguments.seed)
    say(findings.table())
    return 0 if findings.are_good else 1


def _try(part: str, findings: Findings, scratch: Path, seed: int) -> None:
    match part:
        case "virtual":
            try_determinism(findings, _data(), scratch)
        case "kills":
            try_kills(findings, scratch / "kills", date(2026, 11, 19), seed)
        case _:
            try_real_days(findings, _data(), scratch)


def _data() -> Path:
    given = os.environ.get("DATA_ROOT") or os.environ.get("TRADING_BOT_SHARED_DATA")
    return Path(given) if given else PROJECT.parent / "shared" / "data"


if __name__ == "__main__":
    sys.exit(main())
