"""Compares real days over the wire with their backtests, and prints what each day amounts to.

Run it with `make parity`; ten days take about ten minutes on two cores. The recorded data are looked for
beside the project, or where DATA_ROOT or TRADING_BOT_SHARED_DATA says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from trading_bot.report.text_table import aligned

_PROJECT = Path(__file__).resolve().parent.parent
_SHARES_2016 = "SBIN,RELIANCE,INFY,TATASTEEL,MARUTI,ITC,LT,ICICIBANK,HDFCBANK,AXISBANK"
_SHARES_2021 = "SBIN,RELIANCE,INFY,TATASTEEL,BHARTIARTL,HDFCBANK,MARUTI,TCS,WIPRO,AXISBANK"
_LONGEST_S = 900
_HEADINGS = (
    "DAY",
    "DATA",
    "SIGNALS",
    "ALIKE",
    "CANDLES",
    "ROWS",
    "TRADES",
    "NET WIRE",
    "NET TICKS",
    "NET CANDLES",
    "DIFFERENCES",
)


class Day(NamedTuple):
    """A day that is compared."""

    folder: str
    on: str
    symbols: str = ""


DAYS = (
    Day("ticks/2021", "2021-04-26"),
    Day("ticks/2021", "2021-04-20"),
    Day("nse_1min/2016_kite", "2016-09-09", _SHARES_2016),
    Day("nse_1min/2015_ieod", "2015-03-10"),
    Day("nse_1min/2021_ticks", "2021-05-11", _SHARES_2021),
    Day("ticks/2021", "2021-04-19"),
    Day("nse_1min/2016_kite", "2016-09-08", _SHARES_2016),
    Day("nse_1min/2015_ieod", "2015-06-12"),
    Day("nse_1min/2021_ticks", "2021-06-03", _SHARES_2021),
    Day("nse_1min/2016_kite", "2016-09-30", _SHARES_2016),
)


def main() -> int:
    """Compare the first days of the list and return 0 when parity is proven for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=len(DAYS), help="how many of the days")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for journals and reports that is not removed")
    arguments = parser.parse_args()
    rows, is_proven = [_HEADINGS], True
    with tempfile.TemporaryDirectory() as temporary:
        for day in DAYS[: arguments.days]:
            place = (arguments.keep or Path(temporary)) / f"{day.on}-{day.folder.replace('/', '-')}"
            code, document, said = _compared(day, place, arguments.seed)
            is_proven = is_proven and code == 0
            rows.append(row_of(day, document) if document else _failed(day, said))
            print(f"{day.on} {day.folder}: {'proven' if code == 0 else said}", file=sys.stderr, flush=True)
    print("\n".join(aligned(rows, right=range(2, 10))))
    return 0 if is_proven else 1


def row_of(day: Day, document: Mapping[str, Any]) -> tuple[str, ...]:
    """A day's line in the table."""
    sides = document["sides"]
    causes = ", ".join(f"{number} {cause}" for cause, number in document["causes"].items())
    same = all(one["is_equal"] for one in document["inputs"])
    inputs = ("same" if same else "OTHER") if document["inputs"] else "none"
    return (
        day.on,
        day.folder,
        "/".join(str(side["signals"]) for side in sides[:2]),
        str(document["signals_alike"]),
        str(document["candle_signals_alike"]),
        inputs,
        "/".join(str(side["trades"]) for side in sides),
        *(str(side["net"]) for side in sides),
        causes or "none",
    )


def _failed(day: Day, said: str) -> tuple[str, ...]:
    empty = ("",) * (len(_HEADINGS) - 3)
    return (day.on, day.folder, *empty, said.strip().splitlines()[-1] if said.strip() else "no word")


def _compared(day: Day, place: Path, seed: int) -> tuple[int, Mapping[str, Any] | None, str]:
    place.mkdir(parents=True, exist_ok=True)
    changed = {
        "TRADING_BOT__RUN__DATA_DIR": str(place),
        "TRADING_BOT__LOGS__FOLDER": str(place / "logs"),
        "TRADING_BOT__ENGINE__RECORD_INPUTS": "true",
    }
    words = ["--data", str(_data() / day.folder), "--date", day.on, "--seed", str(seed)]
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, str(_PROJECT / "main.py"), "parity", *words, *_symbols(day)],
        env=os.environ | changed,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    documents = sorted((place / "reports").glob("parity-*/parity.json"))
    document = json.loads(documents[-1].read_text("utf-8")) if documents else None
    return ended.returncode, document, ended.stderr or ended.stdout


def _symbols(day: Day) -> Sequence[str]:
    return ("--symbols", day.symbols) if day.symbols else ()


def _data() -> Path:
    given = os.environ.get("DATA_ROOT") or os.environ.get("TRADING_BOT_SHARED_DATA")
    return Path(given) if given else _PROJECT.parent / "shared" / "data"


if __name__ == "__main__":
    sys.exit(main())
