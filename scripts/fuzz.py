"""Spoils recorded and generated answers of the broker and shows which of them are read wrongly.

make fuzz SECONDS=600          ten minutes over all targets
make fuzz TARGET=orders        one of them
make fuzz TARGET=orders SEED=3 CASE=71   one case again, with what it reads and the whole error
"""

import argparse
import itertools
import sys
import time
from collections import Counter

import structlog

from tests.fuzz.cases import TARGETS, Find, shown, tried

_ROUND = 25
"""Cases of one target before the next has its turn."""
_PROGRESS_S = 5.0


def main() -> int:
    """Spoil for so long, and return 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=TARGETS, help="without one all of them in turn")
    parser.add_argument("--case", type=int, help="one case again")
    arguments = parser.parse_args()
    structlog.configure(processors=[_drop])
    targets = [arguments.target] if arguments.target else list(TARGETS)
    if arguments.case is not None:
        return _again(targets[0], arguments.seed, arguments.case)
    return _campaign(targets, arguments.seed, arguments.seconds)


def _again(target: str, seed: int, case: int) -> int:
    print(shown(target, seed, case))
    find = tried(target, seed, case)
    print(find.what if find else "read as it should be")
    return 1 if find else 0


def _campaign(targets: list[str], seed: int, seconds: float) -> int:
    started_s = said_s = time.monotonic()
    cases: Counter[str] = Counter()
    finds: dict[tuple[str, str], Find] = {}
    for first in itertools.count(step=_ROUND):
        for target in targets:
            for case in range(first, first + _ROUND):
                find = tried(target, seed, case)
                cases[target] += 1
                if find is not None and find.kind not in finds:
                    finds[find.kind] = find
                    _tell(find)
        now_s = time.monotonic()
        if now_s - said_s >= _PROGRESS_S:
            said_s = now_s
            _progress(cases, finds, now_s - started_s)
        if now_s - started_s >= seconds:
            break
    _progress(cases, finds, time.monotonic() - started_s)
    return 1 if finds else 0


def _tell(find: Find) -> None:
    print(f"FOUND {find.target}: {find.what}")
    print(f"  make fuzz TARGET='{find.target}' SEED={find.seed} CASE={find.case}", flush=True)


def _progress(cases: Counter[str], finds: dict[tuple[str, str], Find], took_s: float) -> None:
    total = cases.total()
    print(
        f"{total:,} cases of {len(cases)} targets in {took_s:.0f} s ({total / took_s:,.0f}/s), "
        f"{len(finds)} kinds of finds",
        flush=True,
    )


def _drop(_logger: object, _name: str, _event: object) -> dict[str, object]:
    raise structlog.DropEvent


if __name__ == "__main__":
    sys.exit(main())
