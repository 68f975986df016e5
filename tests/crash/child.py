"""The program with one crash point: the real command line, told to die at a passage of a seam.

    python -m tests.crash.child POINT PASSAGE SIGNAL FOLDER [--next-schema] -- ARGUMENTS OF MAIN

An empty POINT sets no trap. A point of a run counts its passages only once FOLDER/armed exists. It lives in
the tests: nothing of the program can reach it.
"""

import functools
import os
import signal
import sys
import threading
from pathlib import Path

from tests.crash.points import POINTS, CrashPoint, Phase

NEXT_SCHEMA = Path(__file__).parent / "next_schema"


class Trap:
    """Counts passages and dies at one of them."""

    def __init__(self, point: CrashPoint, passage: int, number: signal.Signals, folder: Path) -> None:
        self._left = passage
        self._signal = number
        self._armed = folder / "armed" if point.phase is Phase.RUN else None
        self._lock = threading.Lock()

    def crossed(self) -> None:
        """Pass the seam, or do not."""
        if self._left <= 0 or (self._armed is not None and not self._armed.exists()):
            return
        with self._lock:
            self._left -= 1
            if self._left:
                return
            os.kill(os.getpid(), self._signal)


def main(arguments: list[str]) -> int:
    """Set the trap, then be the program."""
    split = arguments.index("--")
    name, passage, number, folder, *more = arguments[:split]
    if more:
        _take_next_schema()
    if name:
        point = POINTS[name]
        point.seam.install(Trap(point, int(passage), signal.Signals[number], Path(folder)).crossed)

    from trading_bot.cli import main as program

    return program(arguments[split + 1 :])


def _take_next_schema() -> None:
    """Be a later version of the program, whose journal has a further schema."""
    from trading_bot.adapters.storage import migrate, opening

    steps = (*migrate.STEPS, NEXT_SCHEMA)
    opening.open_file = functools.partial(opening.open_file, steps=steps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
