"""A condition of an evaluation, and how it went."""

from typing import NamedTuple


class Gate(NamedTuple):
    """One condition of an evaluation: what was measured, what was needed, and whether it passed."""

    name: str
    passed: bool
    measured: float | int | str | None
    needed: str
    """The condition in words or symbols, for example ``>= 0.6``; 'skipped: no volume' when not applicable.

    After a semicolon may follow what the measured value is made of.
    """
