"""A share that goes up on one day and down on the next, minute by minute."""

import csv
from datetime import date
from random import Random

from trading_bot.domain.ist import datetime_of, midnight_ms

NINE_FIFTEEN_MS = 33_300_000


def up_and_down(path):
    """A folder with twelve sessions of it."""
    random, price = Random(3), 100_000
    path.mkdir()
    days = [date(2024, 7, day) for day in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16)]
    with (path / "UPDOWN.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ts", "open", "high", "low", "close", "volume"])
        for number, day in enumerate(days):
            drift = 12 if number % 2 else -12
            for minute in range(360):
                opened = price
                price = max(5_000, opened + 5 * random.randint(-20, 20) + drift * (minute % 120 < 60))
                price -= price % 5
                high, low = max(opened, price) + 10, min(opened, price) - 10
                at = datetime_of(midnight_ms(day) + NINE_FIFTEEN_MS + minute * 60_000)
                cells = [f"{value / 100:.2f}" for value in (opened, high, low, price)]
                rows.writerow([f"{at:%Y-%m-%d %H:%M:%S}", *cells, 50_000])
    return path
