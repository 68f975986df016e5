"""Checks of a series against others: the same name elsewhere, and its neighbours in the folder."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import numpy as np

from trading_bot.adapters.history.quality.findings import Defect, Finding, Severity
from trading_bot.adapters.history.quality.series import EPOCH, About, dates_of, days_in
from trading_bot.adapters.history.rows import FloatArray
from trading_bot.domain.candles.arrays import CandleArrays, IntArray
from trading_bot.domain.rules.provenance import Adjustment

_COMMON_DAYS_MIN = 3
_LIKENESS_DAYS_MIN = 20
_LIKENESS_MIN = 0.5
"""Two records of one instrument have daily returns that go together far better than this."""
_AGREE_LOG = 0.02
"""A day's last trade and the exchange's average of the last half hour differ by less, in the median."""
_OFF_LOG = float(np.log(1.1))
_NEIGHBOURS_MIN = 5
_MARKET_DAYS_MIN = 120
_AGAINST_MARKET = -0.2
_REPEATED_ROWS_MIN = 30
_USUAL_MOVE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyCloses:
    """The last price of each day of one series, and whose it is."""

    symbol: str
    where: str
    day: IntArray
    close: FloatArray
    adjustment: Adjustment = Adjustment.UNKNOWN
    is_index: bool = False

    def without(self, days: Collection[date]) -> "DailyCloses":
        """The same without some days."""
        kept = ~np.isin(self.day, [(day - EPOCH).days for day in days])
        return replace(self, day=self.day[kept], close=self.close[kept])


def daily_closes(where: str, about: About, candles: CandleArrays) -> DailyCloses:
    """The day closes of sorted candles."""
    days = days_in(candles)
    return DailyCloses(
        symbol=about.symbol,
        where=where,
        day=days.number,
        close=candles.close[days.end - 1].astype(np.float64),
        adjustment=about.adjustment,
        is_index=about.is_index,
    )


def against(ours: DailyCloses, theirs: DailyCloses) -> Iterator[Finding]:
    """Compare two records that go by one name."""
    _, mine, other = np.intersect1d(ours.day, theirs.day, return_indices=True)
    if mine.size < _COMMON_DAYS_MIN:
        yield from _levels_only(ours, theirs, mine, other)
        return
    scale = np.log(ours.close[mine] / theirs.close[other])
    days = dates_of(ours.day[mine])
    if mine.size > _LIKENESS_DAYS_MIN:
        likeness = _correlation(_returns(ours.close[mine]), _returns(theirs.close[other]))
        if likeness < _LIKENESS_MIN:
            text = f"moves differently from {theirs.symbol} in {theirs.where}: correlation {likeness:.2f}"
            yield _wrong(text, days, ())
            return
    yield from _scales(ours, theirs, scale, days)


def _levels_only(
    ours: DailyCloses, theirs: DailyCloses, mine: IntArray, other: IntArray
) -> Iterator[Finding]:
    """Of one or two common days only the level can be compared, and only where nothing rescales it."""
    if not ours.is_index and not ours.adjustment is theirs.adjustment is Adjustment.NONE:
        return
    scale = np.abs(np.log(ours.close[mine] / theirs.close[other]))
    days = tuple(day for day, off in zip(dates_of(ours.day[mine]), scale > _OFF_LOG, strict=True) if off)
    if days:
        yield _wrong(f"is at another level than {theirs.symbol} in {theirs.where}", days, days)


def _scales(
    ours: DailyCloses, theirs: DailyCloses, scale: FloatArray, days: tuple[date, ...]
) -> Iterator[Finding]:
    """Days that stand apart are wrong; a lasting factor is another adjustment."""
    around = _running_median(scale)
    apart = np.abs(scale - around) > _OFF_LOG
    wrong = tuple(day for day, is_apart in zip(days, apart, strict=True) if is_apart)
    if wrong:
        text = f"{len(wrong)} days differ from {theirs.symbol} in {theirs.where} by more than a tenth"
        yield _wrong(text, wrong, wrong)
    kept, kept_days = around[~apart], [day for day, is_apart in zip(days, apart, strict=True) if not is_apart]
    steps = np.flatnonzero(np.abs(np.diff(kept)) > _AGREE_LOG) + 1
    if not steps.size and np.abs(kept).max(initial=0) <= _AGREE_LOG:
        text = f"agrees with {theirs.symbol} in {theirs.where} on {len(kept_days)} days"
        yield Finding(defect=Defect.AGREES, severity=Severity.NOTE, count=len(kept_days), text=text)
        return
    changes = [f"from {kept_days[at]} {np.exp(kept[at]):.4f}" for at in steps[:5].tolist()]
    factors = ", ".join([f"{np.exp(kept[0]):.4f}", *changes])
    yield Finding(
        defect=Defect.OTHER_SCALE,
        severity=_scale_severity(ours, theirs),
        count=max(int(steps.size), 1),
        text=f"{factors} times {theirs.symbol} in {theirs.where}"
        + (f", and {steps.size - 5} more steps" if steps.size > 5 else ""),  # noqa: PLR2004  # five are shown
        days=tuple(kept_days[at] for at in steps.tolist()),
    )


def _scale_severity(ours: DailyCloses, theirs: DailyCloses) -> Severity:
    """Two records of an index, or of prices as traded, must agree; adjusted ones are of different days."""
    both_traded = ours.adjustment is theirs.adjustment is Adjustment.NONE
    return Severity.REFUSED if ours.is_index or both_traded else Severity.NOTE


def weighed(findings: Sequence[Finding]) -> list[Finding]:
    """Where one record agrees and another does not, the other is the one to doubt."""
    if not any(finding.defect is Defect.AGREES for finding in findings):
        return list(findings)
    return [
        replace(finding, severity=Severity.WARNING, bad_days=())
        if finding.severity is Severity.REFUSED
        else finding
        for finding in findings
    ]


def _running_median(values: FloatArray, half: int = 5) -> FloatArray:
    """The median of each value and its neighbours."""
    padded = np.pad(values, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    medians: FloatArray = np.median(windows, axis=1)
    return medians


def _wrong(text: str, days: tuple[date, ...], bad_days: tuple[date, ...]) -> Finding:
    return Finding(
        defect=Defect.WRONG_INSTRUMENT,
        severity=Severity.REFUSED,
        count=len(days),
        text=f"another instrument, it seems: {text}",
        days=days,
        bad_days=bad_days,
    )


def _returns(closes: FloatArray) -> FloatArray:
    """Daily returns; what a split makes of one is cut down to what a share may do."""
    clipped: FloatArray = np.clip(np.diff(np.log(closes)), -_USUAL_MOVE, _USUAL_MOVE)
    return clipped


def _correlation(ours: FloatArray, theirs: FloatArray) -> float:
    if ours.std() == 0 or theirs.std() == 0:
        return 0.0
    return float(np.corrcoef(ours, theirs)[0, 1])


def content_of(series: CandleArrays) -> bytes | None:
    """A digest by which a copy of a series is known; None where there are too few candles to say."""
    if series.start_ms.size < _REPEATED_ROWS_MIN:
        return None
    return sha256(series.start_ms.tobytes() + series.close.tobytes()).digest()


def copies(contents: Mapping[str, bytes | None], keys: Mapping[str, str]) -> dict[str, str]:
    """Series of a folder that are another's under a second name, each with that name."""
    by_content: defaultdict[bytes, list[str]] = defaultdict(list)
    for symbol, content in contents.items():
        if content is not None:
            by_content[content].append(symbol)
    return {
        symbol: group[0]
        for group in by_content.values()
        for symbol in group[1:]
        if keys[symbol] != keys[group[0]]
    }


def against_market(closes: Mapping[str, DailyCloses]) -> dict[str, float]:
    """Series that move against the average of their neighbours, with the correlation."""
    if len(closes) <= _NEIGHBOURS_MIN:
        return {}
    first, last = (
        min(int(one.day[0]) for one in closes.values()),
        max(int(one.day[-1]) for one in closes.values()),
    )
    returns = np.full((len(closes), last - first + 1), np.nan)
    for row, one in zip(returns, closes.values(), strict=True):
        row[one.day[1:] - first] = _returns(one.close)
    total, number = np.nansum(returns, axis=0), (~np.isnan(returns)).sum(axis=0)
    found = {}
    for symbol, row in zip(closes, returns, strict=True):
        usable = ~np.isnan(row) & (number > _NEIGHBOURS_MIN)
        if usable.sum() >= _MARKET_DAYS_MIN:
            others = (total[usable] - row[usable]) / (number[usable] - 1)
            fit = _correlation(row[usable], others)
            if fit < _AGAINST_MARKET:
                found[symbol] = fit
    return found
