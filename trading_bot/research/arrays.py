"""The arrays that research reads: checked once at its doors, so that the formulas behind need no guards."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_FLAT = 1e-12
"""Spreads below this share of the largest value are rounding, not variation."""


def finite(values: npt.ArrayLike, name: str, *, least: int = 1, axes: int = 1) -> Floats:
    """Floats of `values`, with `axes` axes and at least `least` rows.

    Raises ValueError when the shape is another, too short, or a value is not finite: unreadable is not zero.
    """
    array = np.asarray(values, dtype=np.float64)
    _demand_rows(array, name, least, axes)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} hold values that are not finite")
    return array


def rising_times(values: npt.ArrayLike, name: str, *, least: int = 1) -> Ints:
    """Epoch milliseconds that never fall. Raises ValueError when they do, or are fewer than `least`."""
    array = whole(values, name, least=least)
    if (np.diff(array) < 0).any():
        raise ValueError(f"{name} are not in order")
    return array


def whole(values: npt.ArrayLike, name: str, *, least: int = 0) -> Ints:
    """Whole numbers of `values` (one axis). Raises ValueError for fractions, or fewer than `least`."""
    array = np.asarray(values)
    if not array.size:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} are not whole numbers but {array.dtype}")
    _demand_rows(array, name, least, 1)
    return array.astype(np.int64)


def is_flat(values: Floats) -> bool:
    """Whether all values are the same but for rounding; true of none or one."""
    return values.size < 2 or float(np.ptp(values)) <= _FLAT * float(np.abs(values).max())  # noqa: PLR2004 - two make a spread


def _demand_rows(array: npt.NDArray[Any], name: str, least: int, axes: int) -> None:
    if array.ndim != axes:
        raise ValueError(f"{name} have {array.ndim} axes instead of {axes}")
    if len(array) < least:
        raise ValueError(f"{name} are {len(array)}, fewer than the {least} needed")
