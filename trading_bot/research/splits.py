"""What is learnt from and what it is tested on, as places in a row of n observations in order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Bools, Ints, rising_times, whole


class Split(NamedTuple):
    """Places, rising, of which none is in both."""

    train: Ints
    test: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Combinatorial:
    """All ways to test on some groups and learn from the others, and the paths that their tests make."""

    splits: tuple[Split, ...]
    groups: tuple[Ints, ...]
    """The places of each group."""
    paths: Ints
    """Shape (paths, groups): the split whose test speaks for that group on that path; each is used once for
    it.
    """


def walk_forward(
    periods: int, *, train: int, test: int, step: int | None = None, gap: int = 0, anchored: bool = False
) -> tuple[Split, ...]:
    """Windows that move forward: learn from `train` periods, leave out `gap`, test on the next `test`.

    Each window begins `step` later than the one before; by default `test`, so that the tests can be stitched
    without holes or doubles. `anchored` windows learn from the first period on, longer each time; others
    roll. A last window that is not whole is left out. Raises ValueError when not one fits, or a length is not
    positive.
    """
    stride = test if step is None else step
    if min(train, test, stride) < 1 or gap < 0:
        raise ValueError(f"windows of {train} and {test} periods, {gap} apart, every {stride}")
    starts = range(0, periods - train - gap - test + 1, stride)
    if not starts:
        raise ValueError(f"{periods} periods hold no window of {train} + {gap} + {test}")
    return tuple(
        Split(
            np.arange(0 if anchored else start, start + train),
            np.arange(start + train + gap, start + train + gap + test),
        )
        for start in starts
    )


def purged_folds(
    starts: npt.ArrayLike, ends: npt.ArrayLike, folds: int, embargo: float = 0.0
) -> tuple[Split, ...]:
    """Cross-validate with `folds` tests in a row, without what the training could know of the test.

    Observation i was made at `starts[i]` and its outcome known at `ends[i]` (both (n,), any rising time, both
    included). An observation is purged from the training when its span meets the span of the test, and for
    `embargo` (a share of n, 0 to 1) of observations after the test. Source: Lopez de Prado, "Advances in
    financial machine learning" (2018), snippets 7.1 to 7.3. Raises ValueError for spans that end before they
    start, fewer than two folds, or fewer observations than folds.
    """
    spans = _spans(starts, ends)
    groups = _groups(len(spans.starts), folds)
    return tuple(_split(spans, (group,), embargo) for group in groups)


def combinatorial_purged(
    starts: npt.ArrayLike, ends: npt.ArrayLike, *, groups: int, tested: int, embargo: float = 0.0
) -> Combinatorial:
    """Test on each choice of `tested` of `groups`, purged and embargoed as `purged_folds` does.

    Makes comb(groups, tested) splits and comb(groups, tested) * tested / groups paths through all groups,
    each a whole out-of-sample record. Source: the same, chapter 12. Raises ValueError as above, and unless 0
    < tested < groups.
    """
    if not 0 < tested < groups:
        raise ValueError(f"{tested} of {groups} groups cannot be tested")
    spans = _spans(starts, ends)
    parts = _groups(len(spans.starts), groups)
    chosen = list(combinations(range(groups), tested))
    return Combinatorial(
        splits=tuple(_split(spans, [parts[group] for group in some], embargo) for some in chosen),
        groups=parts,
        paths=_paths(chosen, groups, comb(groups, tested) * tested // groups),
    )


class _Spans(NamedTuple):
    starts: Ints
    ends: Ints


def _spans(starts: npt.ArrayLike, ends: npt.ArrayLike) -> _Spans:
    spans = _Spans(rising_times(starts, "starts of spans"), whole(ends, "ends of spans"))
    if len(spans.starts) != len(spans.ends):
        raise ValueError(f"{len(spans.starts)} starts for {len(spans.ends)} ends of spans")
    if (spans.ends < spans.starts).any():
        raise ValueError("a span ends before it starts")
    return spans


def _groups(count: int, groups: int) -> tuple[Ints, ...]:
    if not 2 <= groups <= count:  # noqa: PLR2004 - one to test, one to learn from
        raise ValueError(f"{count} observations cannot make {groups} groups")
    return tuple(np.array_split(np.arange(count), groups))


def _split(spans: _Spans, tested: Sequence[Ints], embargo: float) -> Split:
    if not 0 <= embargo < 1:
        raise ValueError(f"an embargo of {embargo} is no share of the observations")
    count = len(spans.starts)
    waits = int(np.ceil(count * embargo))
    barred = np.zeros(count, np.bool_)
    for places in tested:
        barred |= _meets(spans, places)
        barred[places[0] : _after(spans, places) + waits] = True
    test = np.concatenate(tested)
    return Split(np.flatnonzero(~barred), test)


def _meets(spans: _Spans, places: Ints) -> Bools:
    """Which observations share a moment with a test's whole span."""
    meets: Bools = (spans.starts <= spans.ends[places].max()) & (spans.ends >= spans.starts[places[0]])
    return meets


def _after(spans: _Spans, places: Ints) -> int:
    """The first place whose observation was made after all outcomes of the test were known."""
    return int(np.searchsorted(spans.starts, spans.ends[places].max(), side="right"))


def _paths(chosen: Sequence[tuple[int, ...]], groups: int, count: int) -> Ints:
    """The n-th split that tests a group speaks for it on the n-th path."""
    speakers = (_speakers(chosen, group) for group in range(groups))
    return np.array([list(row) for row in speakers]).reshape(groups, count).T


def _speakers(chosen: Sequence[tuple[int, ...]], group: int) -> Iterator[int]:
    return (place for place, some in enumerate(chosen) if group in some)
