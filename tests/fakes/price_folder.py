"""A folder of candles as users have them, and a progress that is looked at."""

import csv
from contextlib import contextmanager

from tests.fakes.walks import walk
from trading_bot.domain.ist import datetime_of


def price_folder(path, *, minutes=5 * 375, **seeds):
    """One CSV file for each name, a random walk of its seed."""
    path.mkdir()
    for name, seed in seeds.items():
        with (path / f"{name}.csv").open("w") as file:
            table = csv.writer(file)
            table.writerow(("ts", "open", "high", "low", "close", "volume"))
            for at_ms, *paise in walk(seed, minutes):
                table.writerow((datetime_of(at_ms).isoformat(), *(price / 100 for price in paise), 10))
    return path


class Shown:
    """Keeps what was shown: (name, total) first, then each note."""

    def __init__(self):
        self.notes = []

    @contextmanager
    def progress(self, name, total):
        self.notes.append((name, total))
        yield self

    def advance(self, note):
        self.notes.append(note)
