"""Checks of levels: prices that stand still, days that repeat, jumps of a split or of a wrong file."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import numpy as np

from trading_bot.adapters.history.quality.findings import Defect, Finding, Severity, counted
from trading_bot.adapters.history.quality.series import About, BoolArray, Days, days_in
from trading_bot.adapters.history.rows import FloatArray
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.provenance import Adjustment

_SIMPLE = sorted(
    {Fraction(n, d) for d in range(2, 6) for n in range(1, d)} | {Fraction(5, 8), Fraction(1, 10)}
)
"""What a price is multiplied by in a split or bonus: 1:1 halves it, 1 into 10 leaves a tenth."""
_NEAR_LOG = 0.08
_SPLIT_BELOW = 0.7
"""From here down a fall overnight is rather a split than news; a bonus of 1 for 3 is not told apart."""
_JUMP_LOG = float(np.log(1.25))
_SHARE_BREAK_LOG = float(np.log(1.4))
_INDEX_BREAK_LOG = float(np.log(1.15))
_VOLATILITY_BREAK_LOG = float(np.log(2.5))
"""What no price does from one candle to the next within a day, by what it is the price of."""
_FROZEN_MINUTES = 60
_FROZEN_DAYS = 3
_FROZEN_SHARE = 0.2
_REPEAT_ROWS_MIN = 10
_VOLUME_DAYS = 10


def check_prices(candles: CandleArrays, about: About) -> Iterator[Finding]:
    """Look at a sorted series' levels."""
    if candles.start_ms.size < 2:  # noqa: PLR2004  # one candle has no neighbour
        return
    days = days_in(candles)
    yield from _frozen(candles, about, days)
    if about.is_intraday:
        yield from _repeated_days(candles, days)
    wrong = _broken_days(candles, about, days)
    if wrong:
        yield _wrong_level(candles, days, wrong)
    if not about.is_index:
        yield from _jumps(candles, about, days, wrong)


def _frozen(candles: CandleArrays, about: About, days: Days) -> Iterator[Finding]:
    """Stretches in which candles have no range and repeat one price, though something has traded."""
    still = (candles.high == candles.low) & (candles.close == np.roll(candles.close, 1))
    still &= candles.volume != 0
    still[0] = False
    if about.is_intraday:
        still[days.first] = False
    minutes = (about.interval_s or 0) * 1_000 // MS_PER_MINUTE
    shortest = max(_FROZEN_MINUTES // minutes, 2) if about.is_intraday and minutes else _FROZEN_DAYS
    runs = [(first, end) for first, end in _runs(still) if end - first >= shortest]
    if not runs:
        return
    count = sum(end - first for first, end in runs)
    at = np.searchsorted(days.first, [first for first, _ in runs], side="right") - 1
    on = tuple(days.dates[index] for index in np.unique(at).tolist())
    yield Finding(
        defect=Defect.FROZEN,
        severity=Severity.REFUSED if count > _FROZEN_SHARE * still.size else Severity.WARNING,
        count=count,
        text=f"one price without any range: {counted(count, 'candle')} in {counted(len(runs), 'stretch')}",
        days=on,
    )


def _runs(chosen: BoolArray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _repeated_days(candles: CandleArrays, days: Days) -> Iterator[Finding]:
    """Days whose prices are those of the day before, one by one."""
    repeated = []
    for index in range(1, days.number.size):
        one, other = (slice(days.first[at], days.end[at]) for at in (index - 1, index))
        prices = candles.close[other]
        if prices.size < _REPEAT_ROWS_MIN or candles.close[one].size != prices.size or np.ptp(prices) == 0:
            continue
        if all(np.array_equal(column[one], column[other]) for column in candles[1:5]):
            repeated.append(days.dates[index])
    if repeated:
        yield Finding(
            defect=Defect.REPEATED_DAY,
            severity=Severity.REFUSED,
            count=len(repeated),
            text=f"copies of the day before: {counted(len(repeated), 'day')}",
            days=tuple(repeated),
            bad_days=tuple(repeated),
        )


def _broken_days(candles: CandleArrays, about: About, days: Days) -> dict[date, str]:
    """Days with a level that cannot be the instrument's, and the words for it."""
    limit = _break_log(about)
    logs = np.log(candles.close)
    steps = np.abs(np.diff(logs, prepend=logs[:1]))
    steps[days.first] = 0
    broken: dict[date, str] = {}
    for row in np.flatnonzero(steps > limit).tolist():
        day = days.dates[int(np.searchsorted(days.first, row, side="right")) - 1]
        broken.setdefault(
            day, f"{grouped(candles.close[row - 1] / 100)} to {grouped(candles.close[row] / 100)}"
        )
    level = logs
    if days.number.size < logs.size:
        spans = zip(days.first, days.end, strict=True)
        level = np.array([np.median(logs[first:end]) for first, end in spans])
    before, after = np.diff(level[:-1]), np.diff(level[1:])
    islands = (np.abs(before) > limit) & (np.abs(after) > limit) & (np.sign(before) != np.sign(after))
    for index in (np.flatnonzero(islands & (np.abs(before + after) < limit)) + 1).tolist():
        place = f"{grouped(np.exp(level[index]) / 100)} between {grouped(np.exp(level[index - 1]) / 100)}"
        broken.setdefault(days.dates[index], f"{place} and {grouped(np.exp(level[index + 1]) / 100)}")
    return broken


def _break_log(about: About) -> float:
    if not about.is_index:
        return _SHARE_BREAK_LOG
    return _VOLATILITY_BREAK_LOG if "VIX" in about.symbol.upper() else _INDEX_BREAK_LOG


def _wrong_level(candles: CandleArrays, days: Days, wrong: dict[date, str]) -> Finding:
    """The finding, with the rows of those days that are far from the day's first."""
    far = 0
    for index, day in enumerate(days.dates):
        if day in wrong:
            logs = np.log(candles.close[days.first[index] : days.end[index]])
            far += int((np.abs(logs - logs[0]) > _INDEX_BREAK_LOG).sum())
    shown = "; ".join(f"{day}: {words}" for day, words in list(wrong.items())[:3])
    return Finding(
        defect=Defect.WRONG_INSTRUMENT,
        severity=Severity.REFUSED,
        count=len(wrong),
        text=f"another instrument, it seems: {counted(len(wrong), 'day')} with impossible levels, "
        f"{counted(far, 'candle')} far from the day's first: {shown}",
        days=tuple(wrong),
        bad_days=tuple(wrong),
    )


def _jumps(candles: CandleArrays, about: About, days: Days, wrong: dict[date, str]) -> Iterator[Finding]:
    """Overnight jumps: near a simple ratio without a wild day they are a split or bonus."""
    opens, closes = candles.open[days.first].astype(float), candles.close[days.end - 1].astype(float)
    highs, lows = (np.empty(days.number.size) for _ in range(2))
    for index, (first, end) in enumerate(zip(days.first, days.end, strict=True)):
        highs[index], lows[index] = candles.high[first:end].max(), candles.low[first:end].min()
    jump = np.log(opens[1:] / closes[:-1])
    volume = _day_volumes(candles, days)
    splits: dict[date, str] = {}
    others: dict[date, str] = {}
    for index in (np.flatnonzero(np.abs(jump) > _JUMP_LOG) + 1).tolist():
        day = days.dates[index]
        if day in wrong or days.dates[index - 1] in wrong:
            continue
        ratio = float(np.exp(jump[index - 1]))
        simple = _simple_ratio(ratio)
        is_calm = np.log(highs[index] / lows[index]) < abs(jump[index - 1]) / 2
        if simple is not None and is_calm:
            splits[day] = (
                f"{day}: open is {ratio:.3f} of the close before, near {simple}{_evidence(volume, index)}"
            )
        else:
            others[day] = f"{day}: open is {ratio:.3f} of the close before"
    yield from _split_findings(about, splits)
    if others:
        yield Finding(
            defect=Defect.OVERNIGHT_JUMP,
            severity=Severity.WARNING,
            count=len(others),
            text=f"{counted(len(others), 'overnight jump')} of more than a quarter: {_some(others)}",
            days=tuple(others),
        )


def _split_findings(about: About, splits: dict[date, str]) -> Iterator[Finding]:
    known = {day: words for day, words in splits.items() if day in about.known_splits}
    unknown = {day: words for day, words in splits.items() if day not in known}
    if known:
        says_adjusted = about.adjustment in (Adjustment.SPLITS, Adjustment.DIVIDENDS)
        yield Finding(
            defect=Defect.SPLIT_KNOWN,
            severity=Severity.REFUSED if says_adjusted else Severity.WARNING,
            count=len(known),
            text=f"{counted(len(known), 'split')} or bonus on record that prices lack: {_some(known)}",
            days=tuple(known),
            barriers=tuple(known) if says_adjusted else (),
        )
    if unknown:
        is_traded = about.adjustment is Adjustment.NONE
        yield Finding(
            defect=Defect.SPLIT_SUSPECTED,
            severity=Severity.WARNING if is_traded else Severity.REFUSED,
            count=len(unknown),
            text=f"{counted(len(unknown), 'suspected split')} or bonus that prices lack: {_some(unknown)}",
            days=tuple(unknown),
            barriers=() if is_traded else tuple(unknown),
        )


def looks_like_split(ratio: float) -> bool:
    """Whether a jump is near a simple ratio, and larger than news makes it."""
    return _simple_ratio(ratio) is not None


def _simple_ratio(ratio: float) -> Fraction | None:
    """The simple ratio that a jump is near, looking both ways; None for a jump that news could make."""
    small = min(ratio, 1 / ratio)
    if small > _SPLIT_BELOW:
        return None
    nearest = min(_SIMPLE, key=lambda simple: abs(np.log(float(simple) / small)))
    if abs(np.log(float(nearest) / small)) > _NEAR_LOG:
        return None
    return nearest if ratio < 1 else 1 / nearest


def _day_volumes(candles: CandleArrays, days: Days) -> FloatArray:
    volume = np.where(candles.volume == UNKNOWN, np.nan, candles.volume.astype(float))
    return np.add.reduceat(volume, days.first)


def _evidence(volume: FloatArray, index: int) -> str:
    """How much more or less was traded afterwards: a split multiplies it as it divides the price."""
    before, after = volume[max(0, index - _VOLUME_DAYS) : index], volume[index : index + _VOLUME_DAYS]
    if np.isnan(before).all() or np.isnan(after).all() or not np.nanmedian(before):
        return ""
    return f", volume {np.nanmedian(after) / np.nanmedian(before):.1f} times"


def _some(words: dict[date, str]) -> str:
    shown = "; ".join(list(words.values())[:3])
    return shown + (f"; and {len(words) - 3} more" if len(words) > 3 else "")  # noqa: PLR2004  # three are shown
