"""Whether decisions depend on how much history the indicators were opened on.

Each of some days is begun anew with shorter and with longer warm-ups, as the daemon begins every morning;
signals must be the same. Where they are not, a restart of the daemon, or data that begin elsewhere, would
have traded otherwise. Days in a row would not show it: only the first of them is begun, and the others know
the days before them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from trading_bot.backtest.honesty.decisions import SignalKey, signals_of
from trading_bot.backtest.variation import Play, Variation


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUpRun:
    """The days with one length of warm-up, beside those with the longest."""

    sessions: int
    signals: int
    changed: int
    """Signals that only one of the two raised."""
    share: float | None
    """Of the signals that either raised; None when neither raised any."""
    first: str
    """The first of the changed; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUpCheck:
    """What lengths of warm-up do to the same days."""

    days: tuple[date, ...]
    usual: int
    """Sessions that strategies get, live and in backtests."""
    longest: int
    signals: int
    """With the longest."""
    runs: tuple[WarmUpRun, ...]
    """With the others, the shortest first."""

    @property
    def change(self) -> float | None:
        """The share of decisions that more than the usual history changes; None where it was not tried."""
        return next((run.share for run in self.runs if run.sessions == self.usual), None)


def lengths_of(usual: int, available: int) -> tuple[int, ...]:
    """Half of the usual sessions, the usual ones, and twice as many, as far as there are so many; rising."""
    wanted = {max(1, usual // 2), usual, 2 * usual}
    return tuple(sorted({min(length, available) for length in wanted} - {0}))


def days_to_warm(
    days: Sequence[date], earlier: Callable[[date], int], usual: int, limit: int
) -> tuple[date, ...]:
    """The last `limit` days (0: all) before which twice the usual history lies.

    Where there are none, the last `limit` with as much before them as there is: at most half of the days.
    """
    ripe = [day for day in days if earlier(day) >= 2 * usual] or list(days[len(days) // 2 :])
    return tuple(ripe[-limit:] if limit else ripe)


def warm_up_check(
    play: Play, days: tuple[date, ...], usual: int, lengths: Sequence[int], advance: Callable[[str], None]
) -> WarmUpCheck | None:
    """Play each day by itself with each length; None when there is only one."""
    if len(lengths) < 2:  # noqa: PLR2004 - to compare
        return None
    found: list[frozenset[SignalKey]] = []
    for length in lengths:
        signals: frozenset[SignalKey] = frozenset()
        for day in days:
            signals |= signals_of(play(Variation(days=(day,), warm_up_sessions=length)))
            advance(f"{length} sessions before {day}")
        found.append(signals)
    longest = found[-1]
    return WarmUpCheck(
        days=days,
        usual=usual,
        longest=lengths[-1],
        signals=len(longest),
        runs=tuple(
            _run(length, signals, longest) for length, signals in zip(lengths[:-1], found, strict=False)
        ),
    )


def _run(sessions: int, signals: frozenset[SignalKey], longest: frozenset[SignalKey]) -> WarmUpRun:
    changed, either = signals ^ longest, signals | longest
    return WarmUpRun(
        sessions=sessions,
        signals=len(signals),
        changed=len(changed),
        share=len(changed) / len(either) if either else None,
        first=min(changed).text if changed else "",
    )
