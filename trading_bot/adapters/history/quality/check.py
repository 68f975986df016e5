"""A whole folder, or several that are compared with each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.naming import made_instrument, symbol_of
from trading_bot.adapters.history.opening import histories_in, open_history
from trading_bot.adapters.history.price_history import PriceHistory
from trading_bot.adapters.history.quality import references
from trading_bot.adapters.history.quality.findings import (
    Defect,
    Finding,
    FolderReport,
    SeriesReport,
    Severity,
)
from trading_bot.adapters.history.quality.price_checks import check_prices
from trading_bot.adapters.history.quality.rendering import refusal_text
from trading_bot.adapters.history.quality.row_checks import check_rows, check_ticks
from trading_bot.adapters.history.quality.series import About, days_in, sound_candles
from trading_bot.adapters.history.quality.session_checks import check_sessions
from trading_bot.adapters.history.series_key import DAY_S
from trading_bot.adapters.history.tick_size import TickSizeOf
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import date_of, midnight_ms
from trading_bot.domain.rules.calendar import Calendar

_ALIKE = 3
"""So many first letters two names of one instrument share; it spares looking at thousands of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What a history is compared with, and which part of it is looked at."""

    calendar: Calendar
    tick_size_of: TickSizeOf | None = None
    splits_of: Callable[[str], tuple[date, ...]] = lambda _symbol: ()
    """First days after splits and bonuses of a symbol that are on record."""
    symbols: tuple[str, ...] = ()
    """Which series; empty for all."""
    first: date | None = None
    last: date | None = None
    """The days that are wanted; None leaves an end open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A folder's report, and what comparisons need of it."""

    report: FolderReport
    closes: Mapping[str, references.DailyCloses]


def check_folders(
    paths: Sequence[Path], checks: Checks, against: Sequence[Path] = ()
) -> tuple[FolderReport, ...]:
    """Check folders, and compare each series with those of its name in the other folders and in `against`.

    A folder stands for those below it as well, as far as they have data files, a store for all its series.
    """
    wanted = [part for path in paths for part in histories_in(path, checks.symbols)]
    looked = [_look(path, checks) for path in wanted]
    beside = [*looked, *(one for path in against for one in _looked_beside(path, checks, wanted))]
    return tuple(_compared(one, beside) for one in looked)


def _looked_beside(path: Path, checks: Checks, wanted: Sequence[Path]) -> list[Looked]:
    """Everything that a path stands for, but for what is checked itself. Raises HistoryError for nothing."""
    found = [_look(part, replace(checks, symbols=())) for part in histories_in(path) if part not in wanted]
    if found and all(one.report.refusal for one in found):
        raise HistoryError(f"nothing can be compared with: {found[0].report.refusal}")
    return found


def check_folder(path: Path, checks: Checks, against: Sequence[Path] = ()) -> FolderReport:
    """Check one folder, or those series of a store that a path means."""
    looked = _look(path, checks)
    others = (part for other in against for part in histories_in(other))
    beside = [looked, *(_look(part, replace(checks, symbols=())) for part in others)]
    return _compared(looked, beside)


def require_sound(path: Path, checks: Checks, *, accept_defects: bool = False) -> FolderReport:
    """Check a folder before its candles are used.

    Raises HistoryError, with what was found and which days are sound, unless defects are accepted; a folder
    that cannot be opened is refused all the same.
    """
    report = check_folder(path, checks)
    if report.refusal or (report.is_refused and not accept_defects):
        raise HistoryError(refusal_text(report))
    return report


def check_candles(candles: CandleArrays, about: About, checks: Checks) -> tuple[Finding, ...]:
    """Check sorted candles of any origin: the store's, a download's."""
    if not candles.start_ms.size:
        return (
            Finding(defect=Defect.EMPTY, severity=Severity.REFUSED, count=0, text="there are no candles"),
        )
    return tuple(
        chain(
            check_ticks(candles, about, checks.tick_size_of),
            check_sessions(candles, about, checks.calendar),
            check_prices(candles, about),
        )
    )


def _look(path: Path, checks: Checks) -> Looked:
    try:
        folder = open_history(path, tick_size_of=checks.tick_size_of)
    except HistoryError as error:
        report = FolderReport(path=path, kind="", origin=None, refusal=str(error))
        return Looked(report=report, closes={})
    if folder.kind is HistoryKind.TICKS:
        unchecked = ("ticks: only candles are checked",)
        origin = folder.origin(folder.symbols[0])
        report = FolderReport(path=path, kind=folder.kind, origin=origin, unchecked=unchecked)
        return Looked(report=report, closes={})
    return _look_at_candles(folder, checks)


def _look_at_candles(folder: PriceHistory, checks: Checks) -> Looked:
    names = list(dict.fromkeys(map(folder.name_of, checks.symbols))) or list(folder.symbols)
    reports, contents, closes = [], {}, {}
    for symbol in names:  # one series at a time is held
        found = folder.found(symbol, checks.first, checks.last)
        series = sound_candles(found)
        about = _about(folder, symbol, series, checks)
        report = SeriesReport(
            symbol=symbol,
            place=folder.place(symbol),
            interval_s=about.interval_s,
            days=days_in(series).dates if series.start_ms.size else (),
            rows=int(found.ts_ms.size),
            findings=(*check_rows(found), *check_candles(series, about, checks)),
        )
        reports.append(report)
        if series.start_ms.size:
            contents[symbol] = references.content_of(series)
            bad = {day for finding in report.refusals for day in finding.bad_days}
            closes[symbol] = references.daily_closes(_short(folder.path), about, series).without(bad)
    beside = _neighbours(folder, contents, closes)
    reports = [_with(report, beside.get(report.symbol, ())) for report in reports]
    report_of_all = FolderReport(
        path=folder.path, kind=folder.kind, origin=folder.origin(names[0]), series=tuple(reports)
    )
    return Looked(report=report_of_all, closes=closes)


def _about(folder: PriceHistory, symbol: str, candles: CandleArrays, checks: Checks) -> About:
    on = days_in(candles).dates[-1] if candles.start_ms.size else date.max
    instrument = folder.instrument(symbol, on)
    interval_s = folder.interval_s(symbol)
    return About(
        symbol=symbol,
        instrument=instrument,
        interval_s=DAY_S if interval_s is None and _is_at_midnight(candles) else interval_s,
        adjustment=folder.origin(symbol).adjustment,
        known_splits=checks.splits_of(instrument.symbol),
    )


def _is_at_midnight(candles: CandleArrays) -> bool:
    """Whether every candle is stamped with a date only."""
    return not any(start_ms != midnight_ms(date_of(start_ms)) for start_ms in candles.start_ms[:3].tolist())


def _neighbours(
    folder: PriceHistory,
    contents: Mapping[str, bytes | None],
    closes: Mapping[str, references.DailyCloses],
) -> dict[str, list[Finding]]:
    """What the series of one folder say about each other."""
    keys = {symbol: folder.key(symbol) for symbol in contents}
    found: dict[str, list[Finding]] = {}
    for symbol, other in references.copies(contents, keys).items():
        text = f"another instrument, it seems: holds exactly the prices of {other}"
        found.setdefault(symbol, []).append(
            Finding(defect=Defect.WRONG_INSTRUMENT, severity=Severity.REFUSED, count=1, text=text)
        )
    for symbol, fit in references.against_market(closes).items():
        text = (
            f"moves against the average of its neighbours (correlation {fit:.2f}): is it what its name says?"
        )
        found.setdefault(symbol, []).append(
            Finding(defect=Defect.WRONG_INSTRUMENT, severity=Severity.WARNING, count=1, text=text)
        )
    return found


def _compared(one: Looked, beside: Sequence[Looked]) -> FolderReport:
    """The report with what the same names say in other folders, and in the same one."""
    series = []
    for report in one.report.series:
        ours = one.closes.get(report.symbol)
        others = [] if ours is None else list(_namesakes(report.symbol, one, beside))
        findings = [finding for other in others if ours for finding in references.against(ours, other)]
        series.append(_with(report, references.weighed(findings)))
    return replace(one.report, series=tuple(series))


def _namesakes(symbol: str, own: Looked, beside: Sequence[Looked]) -> Iterator[references.DailyCloses]:
    """Series that go by the same name, or by a name that this one begins with: `NIFTY_2007` and `NIFTY`."""
    for looked in beside:
        if looked is not own and symbol in looked.closes:
            yield looked.closes[symbol]
            continue
        alike = [name for name in looked.closes if name[:_ALIKE] == symbol[:_ALIKE] and name != symbol]
        alike = [name for name in alike if _same_name(symbol, name)]
        if alike:
            yield looked.closes[max(alike, key=lambda name: (name == symbol, len(name)))]


def _same_name(symbol: str, other: str) -> bool:
    """Whether two names mean one instrument: `NIFTY50` and `NIFTY_2007_2022`, or `ACME_OLD` and `ACME`."""
    if symbol == other:
        return True
    ours, theirs = (made_instrument(symbol_of(name)) for name in (symbol, other))
    if ours.key == theirs.key:
        return True
    longer = ours if len(symbol) > len(other) else theirs
    return longer.is_tradable and (symbol.startswith(f"{other}_") or other.startswith(f"{symbol}_"))


def _with(report: SeriesReport, findings: Sequence[Finding]) -> SeriesReport:
    return replace(report, findings=(*report.findings, *findings))


def _short(path: Path) -> str:
    return "/".join(path.parts[-2:])
