"""Simple averages of the newest complete bars of days, weeks or months; known before the day begins."""

from typing import NamedTuple

from trading_bot.domain.bar_length import BarLength
from trading_bot.domain.closed_bars import closed_bars, missing_end
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.outlook import DayCloses


class RollingAverages(NamedTuple):
    """Both averages in rupees, or why there are none."""

    fast: float
    slow: float
    unknown: str = ""
    """Empty where both are known."""


NOT_READ = RollingAverages(0.0, 0.0, "closes of earlier days were not read")


def rolling_averages(known: DayCloses, length: BarLength, fast: int, slow: int) -> RollingAverages:
    """The means of the newest `fast` and `slow` complete bars before the day."""
    if trouble := known.trouble or missing_end(known, length):
        return RollingAverages(0.0, 0.0, trouble)
    closes = closed_bars(known.closes, length, known.on)
    wanted = max(fast, slow)
    if len(closes) < wanted:
        return RollingAverages(0.0, 0.0, f"{len(closes)} of {wanted} complete {length}s are known")
    short, long = (float(closes[-count:].mean()) / PAISE_PER_RUPEE for count in (fast, slow))
    return RollingAverages(short, long)
