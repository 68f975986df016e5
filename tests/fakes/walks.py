"""Random walks of minute candles."""

from datetime import date
from random import Random

from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, midnight_ms

START_MS = midnight_ms(date(2024, 1, 1)) + 33_300_000
DAY_MINUTES = 375


def walk(seed, minutes, price=100_000):
    """A random walk on the five-paisa grid: (start_ms, open, high, low, close) in paise."""
    random, rows = Random(seed), []
    for number in range(minutes):
        day, minute = divmod(number, DAY_MINUTES)
        opened = max(500, price + 5 * random.randint(-8, 8))
        price = max(500, opened + 5 * random.randint(-60, 60))
        high = max(opened, price) + 5 * random.randint(0, 30)
        low = max(5, min(opened, price) - 5 * random.randint(0, 30))
        at_ms = START_MS + day * MS_PER_DAY + minute * MS_PER_MINUTE
        rows.append((at_ms, opened, high, low, price))
    return rows
