"""Pins the golden runs anew, and shows what moved: old beside new.

python -m scripts.golden            all of them
python -m scripts.golden candles    one
"""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.golden.runs import PINNED, RUNS, side_by_side

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
SHARED = Path(os.environ.get("TRADING_BOT_SHARED_DATA", _BESIDE))


def main() -> int:
    """Run them, pin what they come to, and print what moved; 1 where the market data are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(one.name for one in RUNS)}")
    names, is_missed = parser.parse_args().names, False
    unknown = set(names) - {one.name for one in RUNS}
    if unknown:
        parser.error(f"no such run: {', '.join(sorted(unknown))}")
    for golden in RUNS:
        if names and golden.name not in names:
            continue
        if golden.data and not (SHARED / golden.data).is_dir():
            print(f"{golden.name}: no market data at {SHARED / golden.data}; set TRADING_BOT_SHARED_DATA")
            is_missed = True
            continue
        with TemporaryDirectory() as scratch:
            now = golden.figures(SHARED, Path(scratch))
        was = golden.pinned if (PINNED / f"{golden.name}.json").exists() else {}
        print(side_by_side(golden.name, was, now) or f"{golden.name}: nothing moved", flush=True)
        golden.pin(now)
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())
