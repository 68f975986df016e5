"""Spans of days: what was asked for already, and what is still to be asked."""

from collections.abc import Iterable
from datetime import date, timedelta

Span = tuple[date, date]
"""First and last day, both included."""

_DAY = timedelta(days=1)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same days in as few spans as possible, ascending."""
    together: list[Span] = []
    for first, last in sorted(spans):
        if together and first <= together[-1][1] + _DAY:
            together[-1] = (together[-1][0], max(together[-1][1], last))
        else:
            together.append((first, last))
    return together


def without(wanted: Span, covered: Iterable[Span]) -> list[Span]:
    """The parts of a span that no other covers, ascending."""
    first, last = wanted
    left: list[Span] = []
    for begin, end in merged(covered):
        if end < first:
            continue
        if begin > last:
            break
        if begin > first:
            left.append((first, begin - _DAY))
        first = end + _DAY
    if first <= last:
        left.append((first, last))
    return left
