"""Checks of single rows: order, repetitions, cells that cannot be, prices off the tick."""

from collections.abc import Iterator

import numpy as np

from trading_bot.adapters.history.quality.findings import Defect, Finding, Severity, counted
from trading_bot.adapters.history.quality.series import About, BoolArray, dates_of, days_in
from trading_bot.adapters.history.rows import Found
from trading_bot.adapters.history.tick_size import TickSizeOf
from trading_bot.adapters.history.times import days_of
from trading_bot.domain.candles.arrays import CandleArrays, IntArray
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.provenance import Adjustment

_OFF_TICK_SHARE = 0.01
"""Up to this share of all prices, what is off the tick counts as single faults, not as an adjustment."""


def check_rows(found: Found) -> Iterator[Finding]:
    """What is wrong with rows as they are found."""
    steps_back = np.diff(found.ts_ms, prepend=found.ts_ms[:1]) < 0
    if steps_back.any():
        yield _finding(found, steps_back, Defect.UNSORTED, Severity.WARNING, "earlier than the row before")
    yield from _repeats(found)
    prices = np.stack(found[1:5])
    empty = np.asarray(np.isnan(prices).any(axis=0))
    with np.errstate(invalid="ignore"):
        non_positive = np.asarray((prices <= 0).any(axis=0))
        impossible = (
            ~empty & ~non_positive & ((prices.max(axis=0) > found.high) | (prices.min(axis=0) < found.low))
        )
        bad_volume = (found.volume < 0) | (found.volume != np.floor(found.volume)) & ~np.isnan(found.volume)
    yield from _refused(found, empty, Defect.EMPTY_PRICE, "without a price")
    yield from _refused(found, non_positive, Defect.NON_POSITIVE_PRICE, "a price that is not above 0")
    yield from _refused(
        found, impossible, Defect.IMPOSSIBLE_CANDLE, "an open, high, low and close that contradict each other"
    )
    yield from _refused(found, bad_volume, Defect.BAD_VOLUME, "a volume that is negative or not whole")


def check_ticks(candles: CandleArrays, about: About, tick_size_of: TickSizeOf | None) -> Iterator[Finding]:
    """Prices that are no whole number of ticks: usual after an adjustment, else a sign of one."""
    if about.is_index or tick_size_of is None or not candles.start_ms.size:
        return
    tick = _tick_of_rows(candles, tick_size_of)
    off = np.zeros(candles.start_ms.size, dtype=bool)
    for prices in candles[1:5]:
        off |= prices % tick != 0
    count = int(off.sum())
    if not count:
        return
    says_traded = about.adjustment is Adjustment.NONE
    many = count > _OFF_TICK_SHARE * off.size
    severity = Severity.WARNING if says_traded or not many else Severity.NOTE
    meaning = "prices seem adjusted" if many else "single prices are wrong or rounded"
    days = dates_of(np.unique(days_of(candles.start_ms[off])))
    text = f"off the tick: {counted(count, 'candle')} of {grouped(off.size, 0)}; {meaning}"
    if says_traded and many:
        text += ", though the source says that they are not"
    yield Finding(defect=Defect.OFF_TICK, severity=severity, count=count, text=text, days=days)


def _tick_of_rows(candles: CandleArrays, tick_size_of: TickSizeOf) -> IntArray:
    """The tick of each row: it depends on the month and on the last close before it."""
    days = days_in(candles)
    months = days.number.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first_days = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
    ticks = np.empty(candles.start_ms.size, dtype=np.int64)
    ends = np.append(first_days[1:], months.size)
    for first, end in zip(first_days.tolist(), ends.tolist(), strict=True):
        row = int(days.first[first])
        reference = int(candles.close[max(row - 1, 0)])
        ticks[row : int(days.end[end - 1])] = tick_size_of(reference, days.dates[first])
    return ticks


def _repeats(found: Found) -> Iterator[Finding]:
    order = np.argsort(found.ts_ms, kind="stable")
    ordered = [column[order] for column in found]
    again = np.diff(ordered[0], prepend=ordered[0][:1] - 1) == 0
    if not again.any():
        return
    same = np.ones(again.size, dtype=bool)
    for column in ordered[1:]:
        before = np.roll(column, 1)
        same &= (column == before) | (np.isnan(column) & np.isnan(before))
    exact, contradicting = (np.zeros(again.size, dtype=bool) for _ in range(2))
    exact[order] = again & same
    contradicting[order] = again & ~same
    if exact.any():
        yield _finding(found, exact, Defect.REPEATED_ROWS, Severity.WARNING, "exact repetitions, left out")
    yield from _refused(
        found, contradicting, Defect.CONTRADICTING_ROWS, "the time of another row, and other values"
    )


def _refused(found: Found, wrong: BoolArray, defect: Defect, words: str) -> Iterator[Finding]:
    if wrong.any():
        yield _finding(found, wrong, defect, Severity.REFUSED, words)


def _finding(found: Found, wrong: BoolArray, defect: Defect, severity: Severity, words: str) -> Finding:
    days = dates_of(np.unique(days_of(found.ts_ms[wrong])))
    count = int(wrong.sum())
    return Finding(
        defect=defect,
        severity=severity,
        count=count,
        text=f"{words}: {counted(count, 'row')}",
        days=days,
        bad_days=days if severity is Severity.REFUSED else (),
    )
