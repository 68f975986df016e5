"""A quality report as lines of text and as a document."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from trading_bot.adapters.history.quality.findings import Finding, FolderReport, SeriesReport, Severity
from trading_bot.adapters.history.series_key import DAY_S
from trading_bot.domain.money import grouped

_MINUTE_S = 60
_NAMED = 5
_SIGNS = {Severity.NOTE: "·", Severity.WARNING: "!", Severity.REFUSED: "✗"}


def quality_text(reports: Sequence[FolderReport], *, with_notes: bool = True) -> str:
    """A block for each folder, a line for each finding."""
    return "\n\n".join("\n".join(_folder_lines(report, with_notes=with_notes)) for report in reports)


def quality_document(reports: Sequence[FolderReport]) -> dict[str, Any]:
    """The same for machines, with every day of every finding."""
    return {
        "refused": any(report.is_refused for report in reports),
        "folders": [_folder_document(report) for report in reports],
    }


def refusal_text(report: FolderReport) -> str:
    """Why a folder is not used, and what can be done."""
    if report.refusal:
        return report.refusal
    refused = [series for series in report.series if series.refusals]
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for series in refused:
        alike[tuple(_refusals(series))].append(series.symbol)
    lines = [f"{report.path}: the data are not sound:"]
    for found, symbols in alike.items():
        lines += [f"  {_named(symbols)}: {text}" for text in found]
    return "\n".join([*lines, f"  fix: {_fix(refused)}"])


def _refusals(series: SeriesReport) -> list[str]:
    texts = [finding.text for finding in series.refusals]
    if series.sound_span is not None:
        texts.append("sound from {} to {}".format(*series.sound_span))
    return texts


def _named(symbols: Sequence[str]) -> str:
    more = len(symbols) - _NAMED
    return ", ".join(symbols[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _fix(refused: Sequence[SeriesReport]) -> str:
    """What can be done; the days that are sound in all of the series, where there are such."""
    span = "a sound span of days"
    spans = [series.sound_span for series in refused if series.sound_span is not None]
    if spans and len(spans) == len(refused):
        first, last = max(first for first, _ in spans), min(last for _, last in spans)
        if first <= last:
            span = f"the days that are sound in all of them (--from {first} --to {last})"
    return f"mend the files, take {span}, or insist with --accept-defects"


def _folder_lines(report: FolderReport, *, with_notes: bool) -> list[str]:
    if report.refusal:
        return [f"REFUSED {report.path}", f"  ✗ {report.refusal}"]
    refused = sum(series.is_refused for series in report.series)
    verdict = "REFUSED" if report.is_refused else "sound" if report.series else "unseen"
    adjusted = f", adjustment {report.origin.adjustment}" if report.origin else ""
    what = f"{len(report.series)} series of {report.kind}" if report.series else report.kind
    head = f"{verdict:7} {report.path}: {what}{adjusted}"
    lines = [
        head + (f", {refused} refused" if refused else ""),
        *(f"  · {text}" for text in report.unchecked),
    ]
    alike: defaultdict[tuple[str, ...], list[SeriesReport]] = defaultdict(list)
    for series in report.series:
        alike[tuple(_finding_lines(series, with_notes=with_notes))].append(series)
    for found, group in alike.items():
        if found:
            more = f" and {len(group) - 1} more" if len(group) > 1 else ""
            lines += [f"  {group[0].symbol}{more}: {_extent(group[0])}", *found]
    return lines


def _finding_lines(series: SeriesReport, *, with_notes: bool) -> list[str]:
    shown = [finding for finding in series.findings if with_notes or finding.severity is not Severity.NOTE]
    lines = [f"    {_SIGNS[finding.severity]} {finding.text}{_days(finding)}" for finding in shown]
    if series.is_refused and series.sound_span is not None:
        lines.append("    = sound from {} to {}".format(*series.sound_span))
    return lines


def _extent(series: SeriesReport) -> str:
    if not series.days:
        return f"{grouped(series.rows, 0)} rows"
    days = grouped(len(series.days), 0)
    return (
        f"{grouped(series.rows, 0)} candles of {_interval(series.interval_s)}, {days} days from "
        f"{series.days[0]} to {series.days[-1]}"
    )


def _interval(seconds: int | None) -> str:
    if seconds is None:
        return "unknown length"
    if seconds >= DAY_S:
        return "a day"
    return f"{seconds // _MINUTE_S} min" if seconds % _MINUTE_S == 0 else f"{seconds} s"


def _days(finding: Finding) -> str:
    if not finding.days or finding.severity is Severity.NOTE:
        return ""
    shown = finding.days[:3]
    named = [str(day) for day in shown if str(day) not in finding.text]
    if len(named) < len(shown):
        return ""
    more = len(finding.days) - len(shown)
    return f" [{', '.join(named)}{f' and {more} more' if more else ''}]"


def _folder_document(report: FolderReport) -> dict[str, Any]:
    return {
        "path": str(report.path),
        "kind": report.kind,
        "refused": report.is_refused,
        "refusal": report.refusal,
        "source": report.origin.source if report.origin else None,
        "adjustment": report.origin.adjustment.value if report.origin else None,
        "unchecked": list(report.unchecked),
        "series": [_series_document(series) for series in report.series],
    }


def _series_document(series: SeriesReport) -> dict[str, Any]:
    return {
        "symbol": series.symbol,
        "file": series.place,
        "interval_s": series.interval_s,
        "rows": series.rows,
        "days": len(series.days),
        "first": str(series.days[0]) if series.days else None,
        "last": str(series.days[-1]) if series.days else None,
        "refused": series.is_refused,
        "sound_span": [str(day) for day in series.sound_span] if series.sound_span else None,
        "findings": [
            {
                "defect": finding.defect.value,
                "severity": finding.severity.value,
                "count": finding.count,
                "text": finding.text,
                "days": [str(day) for day in finding.days],
            }
            for finding in series.findings
        ],
    }
