"""Rows that hold for a span of days: how they are looked up, and how a day outside them is refused."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, Protocol, TypeVar

from trading_bot.domain.errors import UncoveredDateError

Confidence = Literal["H", "M", "L"]
"""H official or several independent sources, M one good source, L an inference."""


class Dated(Protocol):
    """A fact with the first and the last day on which it holds; no last day means until now."""

    @property
    def valid_from(self) -> date:
        """First day."""
        ...

    @property
    def valid_until(self) -> date | None:
        """Last day, inclusive; None while nothing newer is known."""
        ...


Row = TypeVar("Row", bound=Dated)


def holds_on(row: Dated, on: date) -> bool:
    """Whether the row says something about the day."""
    return row.valid_from <= on and (row.valid_until is None or on <= row.valid_until)


def row_on(rows: Iterable[Row], on: date) -> Row | None:
    """The row that holds on the day, or None."""
    return next((row for row in rows if holds_on(row, on)), None)


def refuse_overlaps(rows: Iterable[Dated], what: str) -> None:
    """Raise ValueError when two rows hold on the same day, or one ends before it begins."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    for row in ordered:
        if row.valid_until is not None and row.valid_until < row.valid_from:
            raise ValueError(
                f"{what}: valid_until {row.valid_until} lies before valid_from {row.valid_from}: swap them"
            )
    for earlier, later in pairwise(ordered):
        if earlier.valid_until is None or earlier.valid_until >= later.valid_from:
            raise ValueError(
                f"{what}: two rows hold on {later.valid_from}: "
                f"end the earlier one (valid_from {earlier.valid_from}) the day before"
            )


def uncovered(what: str, on: date, rows: Sequence[Dated], file: str) -> UncoveredDateError:
    """The refusal of a day: what was asked, what is covered and which file to extend."""
    spans = ", ".join(f"{first} to {last or 'now'}" for first, last in _spans(rows))
    return UncoveredDateError(
        f"{what} is not known for {on}: covered is {spans or 'nothing'}. "
        f"Add a row with its source to config/market/{file}"
    )


def _spans(rows: Sequence[Dated]) -> list[tuple[date, date | None]]:
    """First and last days of what the rows cover without a gap."""
    spans: list[tuple[date, date | None]] = []
    for row in sorted(rows, key=lambda row: row.valid_from):
        if spans and spans[-1][1] == row.valid_from - timedelta(days=1):
            spans[-1] = (spans[-1][0], row.valid_until)
        else:
            spans.append((row.valid_from, row.valid_until))
    return spans
