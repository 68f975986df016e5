"""Changes one place of a module at a time, runs the module's tests, and tells which changes no test noticed.

make mutate                                  all modules that guard money
make mutate MODULES=domain/order.py          one of them
make mutate MODULES=domain/order.py ONLY=17  one mutant, to see whether a new test notices it
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.scope import EXPLAINED, SCOPE
from tests.mutation.trial import MutantFinder, libraries_of, outcome_of, preload

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "trading_bot"
_SLOWEST = 5
"""A mutant may take so many times as long as the tests do without it, and ten seconds more."""


def main() -> int:
    """Try the mutants of the modules asked for; 1 when one reaches less than its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("modules", nargs="*", help="modules below trading_bot/; without any all of the scope")
    parser.add_argument("--only", type=int, help="the number of one mutant")
    arguments = parser.parse_args()
    os.chdir(PROJECT)
    os.environ["HOT_PATH_INTERPRETED"] = "1"
    names = arguments.modules or list(SCOPE)
    unknown = [name for name in names if name not in SCOPE]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not in the scope, which is {', '.join(SCOPE)}")
    reached = [_try(name, arguments.only) for name in names]
    return 0 if all(reached) else 1


def _try(name: str, only: int | None) -> bool:
    tests, goal = SCOPE[name].tests, SCOPE[name].goal
    with tempfile.TemporaryDirectory() as folder:
        preload(libraries_of(tests, Path(folder) / "libraries"))
    started_s = time.monotonic()
    if outcome_of(tests, None, limit_s=600):
        print(f"{name}: its tests fail without any mutant: {' '.join(tests)}", flush=True)
        return False
    limit_s = _SLOWEST * (time.monotonic() - started_s) + 10
    source = (PACKAGE / name).read_text()
    lines = [line.strip() for line in source.splitlines()]
    tried = [mutant for mutant in mutants(source) if only in (None, mutant.number)]
    survivors = [mutant for mutant in tried if not _is_noticed(name, mutant, tests, limit_s)]
    reasons = {
        mutant: EXPLAINED.get((name, lines[mutant.line - 1], mutant.before, mutant.after))
        for mutant in survivors
    }
    explained = [mutant for mutant, why in reasons.items() if why]
    for mutant, why in reasons.items():
        print(
            f"  {'explained' if why else 'survived'} {name} {mutant}{f'  ({why})' if why else ''}", flush=True
        )
    killed = len(tried) - len(survivors)
    counted = len(tried) - len(explained)
    score = killed / counted if counted else 1.0
    print(
        f"{name}: {killed} of {counted} killed ({score:.1%}, goal {goal:.0%}), {len(explained)} explained, "
        f"{time.monotonic() - started_s:.0f} s",
        flush=True,
    )
    return score >= goal or only is not None


def _is_noticed(name: str, mutant: Mutant, tests: tuple[str, ...], limit_s: float) -> bool:
    module = "trading_bot." + name.removesuffix(".py").replace("/", ".")
    return outcome_of(tests, MutantFinder(module, PACKAGE / name, mutant.tree), limit_s) != 0


if __name__ == "__main__":
    sys.exit(main())
