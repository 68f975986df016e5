"""Whether anything that was decided depends on what came later.

The days around a moment are played three times: as they were, with everything after the moment turned round,
and with nothing after it. What was decided up to the moment must be the same to the byte. The moments are
those of signals: a decision that peeks even one candle ahead is made there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

import numpy as np

from trading_bot.backtest.honesty.decisions import Decision, decisions_until, moment_text
from trading_bot.backtest.variation import Change, Play, Variation
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.ist import date_of

LEAD_DAYS = 2
"""Days before that of the cut which are played as well."""
_LEAST_PRICE = 5
"""Paise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One moment after which the market was another."""

    at_ms: int
    future: str
    """What was done to it: `turned` or `missing`."""
    decisions: int
    """Decided up to the moment on the market as it was."""
    moved: str
    """The first decision that is not the same; empty when all are."""

    @property
    def text(self) -> str:
        """What moved, for a person; meant for a cut where something did."""
        return f"with the market after {moment_text(self.at_ms)} {self.future}: {self.moved}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAhead:
    """All cuts."""

    cuts: tuple[Cut, ...]

    @property
    def decisions(self) -> int:
        """How many were compared."""
        return sum(cut.decisions for cut in self.cuts)

    @property
    def moments(self) -> int:
        """At how many moments the market was cut, in each of the ways."""
        return len({cut.at_ms for cut in self.cuts})

    @property
    def moved(self) -> tuple[Cut, ...]:
        """Cuts after which something before them was another."""
        return tuple(cut for cut in self.cuts if cut.moved)


def chosen_moments(moments: Sequence[int], limit: int) -> tuple[int, ...]:
    """At most `limit` of them, evenly spread; all for a limit of 0."""
    if not limit or len(moments) <= limit:
        return tuple(moments)
    places = np.linspace(0, len(moments) - 1, limit).round().astype(np.int64)
    return tuple(moments[place] for place in np.unique(places).tolist())


def look_ahead(
    play: Play, days: Sequence[date], moments: Sequence[int], advance: Callable[[str], None]
) -> LookAhead | None:
    """Cut the market at each moment and compare; None when there was no decision to compare."""
    cuts: list[Cut] = []
    for moment in moments:
        cuts += _cuts(play, days, moment)
        advance(moment_text(moment))
    found = LookAhead(cuts=tuple(cuts))
    return found if found.decisions else None


def turned(candles: CandleArrays, at_ms: int) -> CandleArrays:
    """What comes from a moment on goes the other way, and in other volumes; what was before stays."""
    place = int(np.searchsorted(candles.start_ms, at_ms))
    if place == len(candles.start_ms):
        return candles
    axis = 2 * int(candles.close[place - 1] if place else candles.open[0])
    changed = CandleArrays(*(column.copy() for column in candles))
    for column, mirrored in (("open", "open"), ("high", "low"), ("low", "high"), ("close", "close")):
        after = axis - getattr(candles, mirrored)[place:]
        getattr(changed, column)[place:] = np.maximum(after, _LEAST_PRICE)
    volume = candles.volume[place:]
    changed.volume[place:] = np.where(volume == UNKNOWN, UNKNOWN, volume + volume // 2 + 1)
    return changed


def missing(candles: CandleArrays, at_ms: int) -> CandleArrays:
    """Nothing comes from a moment on."""
    return candles.between(0, at_ms)


_FUTURES = {"turned": turned, "missing": missing}


def _after(at_ms: int, future: Callable[[CandleArrays, int], CandleArrays]) -> Change:
    return lambda _symbol, candles: future(candles, at_ms)


def _cuts(play: Play, days: Sequence[date], at_ms: int) -> list[Cut]:
    on = date_of(at_ms)
    place = days.index(on)
    window = tuple(days[max(0, place - LEAD_DAYS) : place + 1])
    before = decisions_until(play(Variation(days=window)), at_ms)
    found = []
    for name, future in _FUTURES.items():
        changed = Variation(days=window, change=_after(at_ms, future))
        after = decisions_until(play(changed), at_ms)
        found.append(Cut(at_ms=at_ms, future=name, decisions=len(before), moved=_difference(before, after)))
    return found


def _difference(before: Sequence[Decision], after: Sequence[Decision]) -> str:
    for one, other in zip_longest(before, after):
        if one == other:
            continue
        if one is None or other is None:
            return f"{(one or other).text} was {'added' if one is None else 'not made'}"
        return f"{one.text} became another" if one.at_ms == other.at_ms else f"{one.text} was not made"
    return ""
