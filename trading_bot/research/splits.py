"""What is learnt from and what it is tested on, as places in a row of n observations in order of time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Bools, Ints, rising_times, whole


class Split(NamedTuple):
    """Places, rising, of which none is in both."""

    train: Ints
    test: Ints


def walk_forward(
    periods: int, *, train: int, test: int, gap: int = 0, anchored: bool = False
) -> tuple[Split, ...]:
    """Windows that move forward: learn from `train` periods, leave out `gap`, test on the next `test`.

    Each window begins `test` later than the one before, so that the tests can be stitched without holes or
    doubles. `anchored` windows learn from the first period on, longer each time; others
    roll. A last window that is not whole is left out. Raises ValueError when not one fits, or a length is not
    positive.
    """
    if min(train, test) < 1 or gap < 0:
        raise ValueError(f"windows of {train} and {test} periods, {gap} apart")
    starts = range(0, periods - train - gap - test + 1, test)
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
    return tuple(_split(spans, group, embargo) for group in groups)


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


def _split(spans: _Spans, test: Ints, embargo: float) -> Split:
    if not 0 <= embargo < 1:
        raise ValueError(f"an embargo of {embargo} is no share of the observations")
    count = len(spans.starts)
    waits = int(np.ceil(count * embargo))
    barred = _meets(spans, test)
    barred[test[0] : _after(spans, test) + waits] = True
    return Split(np.flatnonzero(~barred), test)


def _meets(spans: _Spans, places: Ints) -> Bools:
    """Which observations share a moment with a test's whole span."""
    meets: Bools = (spans.starts <= spans.ends[places].max()) & (spans.ends >= spans.starts[places[0]])
    return meets


def _after(spans: _Spans, places: Ints) -> int:
    """The first place whose observation was made after all outcomes of the test were known."""
    return int(np.searchsorted(spans.starts, spans.ends[places].max(), side="right"))
