"""A comparison as text for the terminal."""

from collections.abc import Sequence
from pathlib import Path

from trading_bot.backtest.shadows.compare import Compared, tried_text, verdict_of
from trading_bot.backtest.shadows.day import ComparedDay, Figures
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import count, money, signed_money

_HEADS = ("", "signals", "trades", "gross", "charges", "net", "drawdown")
_RIGHT = frozenset(range(1, len(_HEADS)))
_MOST_CHANGES = 12


def console_text(shadows: Sequence[Compared], record: str, folder: Path, missed: Sequence[str] = ()) -> str:
    """Every shadow with its last day, all its days, and what they say; then what could not be played."""
    lines = [f"Shadows on {record}"]
    for one in shadows:
        lines += ["", *_shadow(one)]
    lines += ["", *(f"not played: {text}" for text in missed)] if missed else []
    return "\n".join([*lines, "", f"report: {folder / 'report.html'}"])


def _shadow(one: Compared) -> list[str]:
    changed = "; ".join(f"{name} {new} instead of {old}" for name, (old, new) in one.changed.items())
    lines = [f"{one.name}: {changed}"]
    if one.days:
        last = one.days[-1]
        lines += [f"  {last.on}, {last.source}", *_table(_sides(last)), *_changes(last)]
        lines += [f"  note: {note}" for note in last.notes]
    if len(one.days) > 1:
        lines += [f"  all {len(one.days)} days, {one.days[0].on} to {one.days[-1].on}", *_table(_sums(one))]
    lines += _difference(one)
    if tried := tried_text(one):
        lines.append(f"  {tried}")
    if one.left_out:
        lines.append(
            f"  left out: {len(one.left_out)} days that were played under other settings, from "
            f"{one.left_out[0]} to {one.left_out[-1]} (shadow {one.name} --from {one.left_out[0]} plays them "
            "anew, as far as they are still on record)"
        )
    return lines


def _difference(one: Compared) -> list[str]:
    found = one.difference
    lines = [f"  {verdict_of(one)}"]
    if found is not None and found.moved:
        span = ""
        if found.low is not None and found.high is not None:
            low, high = (grouped(edge, signed=True) for edge in (found.low, found.high))
            span = f", between {low} and {high} ({found.confidence:.1%} sure)"
        lines.insert(0, f"  difference a day: {grouped(found.mean, signed=True)}{span}")
    return lines


def _sides(day: ComparedDay) -> list[tuple[str, Figures]]:
    real = [] if day.real is None else [("really", day.real)]
    return [*real, ("baseline", day.baseline), ("shadow", day.shadow)]


def _sums(one: Compared) -> list[tuple[str, Figures]]:
    real = [] if one.real is None else [(_really(one), one.real)]
    return [*real, ("baseline", one.baseline), ("shadow", one.shadow)]


def _really(one: Compared) -> str:
    return "really" if one.real_days == len(one.days) else f"really ({one.real_days} days)"


def _table(rows: Sequence[tuple[str, Figures]]) -> list[str]:
    cells = [_HEADS, *((name, *figure_texts(figures)) for name, figures in rows)]
    return aligned(cells, right=_RIGHT, indent="    ")


def figure_texts(figures: Figures) -> tuple[str, ...]:
    """The figures of a day as a person reads them."""
    return (
        count(figures.signals),
        count(figures.trades),
        signed_money(figures.gross),
        money(figures.charges),
        signed_money(figures.net),
        money(figures.drawdown),
    )


def _changes(day: ComparedDay) -> list[str]:
    lines = [
        f"    {change_time(one.candle_start_ms)} {one.symbol} {one.direction}, {one.what}: {one.why}"
        for one in day.changes[:_MOST_CHANGES]
    ]
    more = len(day.changes) - _MOST_CHANGES
    return [*lines, f"    and {more} more in the report"] if more > 0 else lines


def change_time(candle_start_ms: int) -> str:
    """Start of a candle, or a dash for a trade without one."""
    return f"{datetime_of(candle_start_ms):%H:%M}" if candle_start_ms else "-"
