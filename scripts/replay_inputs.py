"""Replays a recorded input log and tells whether the same journal comes out: replay_inputs.py DB INPUTS.

Inputs are recorded with engine.record_inputs = true. The settings have to be those of the recorded run.
"""

import argparse
import sys
from pathlib import Path

from trading_bot.bootstrap.replaying.input_replay import InputReplay, ReplayedProcess
from trading_bot.domain.errors import UserFacingError
from trading_bot.settings.load import Places, load_settings

_PROJECT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compare, tell, and return 0 when everything is equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, help="the journal, for example data/replay.db")
    parser.add_argument("inputs", type=Path, help="the folder of its input log, or one file of it")
    arguments = parser.parse_args()
    try:
        settings = load_settings(Places(folder=_PROJECT)).settings
        replayed = list(InputReplay.under(settings).compare(arguments.database, arguments.inputs))
    except UserFacingError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for number, process in enumerate(replayed, start=1):
        print(f"process {number}: {_told(process)}")
    return 0 if all(process.is_equal for process in replayed) else 1


def _told(process: ReplayedProcess) -> str:
    counts = f"{process.inputs} inputs, {process.rows} rows from sequence {process.first_sequence}"
    if not process.is_equal:
        return f"DIFFERENT, {counts}\n  journal: {process.recorded}\n  replay:  {process.replayed}"
    lost = f"; the inputs of the last {process.lost_rows} were lost" if process.lost_rows else ""
    return f"equal, {counts}{lost}"


if __name__ == "__main__":
    sys.exit(main())
