"""The probability of backtest overfitting, by combinatorially symmetric cross-validation.

Source: Bailey, Borwein, Lopez de Prado and Zhu, "The probability of backtest overfitting" (2015). The record
is cut into an even number of blocks. Each half of them, in turn, is the past in which the best trial is
chosen; the other half is the future in which its rank is looked up. Where choosing is worth nothing, the
chosen one ends below the median half of the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from trading_bot.research.arrays import Bools, Floats, finite, is_flat

_LEAST_ROWS = 4
"""Periods in each half, below which a Sharpe ratio says nothing at all."""
_CELLS = 4_000_000
"""So many ratios are held at once."""
_DECIMALS = 10
_ROUNDING = 1e-12
"""Variances below it, in units of the largest return squared, are no variation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfitting:
    """What choosing the best of the trials is worth out of sample. All Sharpe ratios are of one period."""

    probability: float
    """The share of splits in which the chosen trial ended at the median or below, 0 to 1."""
    logits: Floats
    """log(w / (1 - w)) for each split; w is the chosen trial's relative rank out of sample, in (0, 1)."""
    chosen_in: Floats
    """The chosen trial's Sharpe ratio where it was chosen, for each split."""
    chosen_out: Floats
    """Its Sharpe ratio in the other half, for each split."""
    degradation: float | None
    """The slope of `chosen_out` over `chosen_in`: 1 keeps what it promised, 0 or below keeps nothing."""
    probability_of_loss: float
    """The share of splits in which the chosen trial lost out of sample, 0 to 1."""


def overfitting(returns: npt.ArrayLike, blocks: int = 16) -> Overfitting:
    """Cross-validate the choice among trials, given their returns, shape (n periods, trials).

    `blocks` is even; 16 of them make 12,870 splits. Where the periods are no multiple of it, the oldest few
    are left out. A trial that does not vary within a half (it never traded) counts there as a ratio of 0;
    equal ratios share their rank. Raises ValueError below two trials, below four periods in each half, for an
    odd number of blocks, and for values that are not finite.
    """
    table = finite(returns, "returns of trials", axes=2)
    _demand(table, blocks)
    sums, squares = _block_sums(table, blocks)
    parts = [
        _split(halves, sums, squares, len(table) // blocks) for halves in _halves(blocks, table.shape[1])
    ]
    chosen_in, chosen_out, logits = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Overfitting(
        probability=float(np.mean(logits <= 0)),
        logits=logits,
        chosen_in=chosen_in,
        chosen_out=chosen_out,
        degradation=_slope(chosen_in, chosen_out),
        probability_of_loss=float(np.mean(chosen_out < 0)),
    )


def _demand(table: Floats, blocks: int) -> None:
    if table.shape[1] < 2:  # noqa: PLR2004 - one is no choice
        raise ValueError("one trial leaves nothing to choose")
    if blocks < 2 or blocks % 2:  # noqa: PLR2004 - two halves
        raise ValueError(f"{blocks} blocks do not make two halves")
    if len(table) // blocks * blocks // 2 < _LEAST_ROWS:
        raise ValueError(f"{len(table)} periods are too few for {blocks} blocks")


def _block_sums(table: Floats, blocks: int) -> tuple[Floats, Floats]:
    """Sums and sums of squares of each block and trial, both (blocks, trials).

    Each trial is taken in units of its largest return, so that its ratio is the same and rounding can be
    told.
    """
    rows = len(table) // blocks * blocks
    largest = np.abs(table).max(axis=0)
    scaled = table[-rows:] / np.where(largest > 0, largest, 1.0)
    parts = scaled.reshape(blocks, rows // blocks, -1)
    return parts.sum(axis=1), (parts**2).sum(axis=1)


def _halves(blocks: int, trials: int) -> Iterator[Bools]:
    """Each choice of half of the blocks, as rows of flags (splits, blocks), a part at a time."""
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    flags = np.zeros((len(chosen), blocks), dtype=np.bool_)
    np.put_along_axis(flags, chosen, values=True, axis=1)
    step = max(1, _CELLS // trials)
    return (flags[start : start + step] for start in range(0, len(flags), step))


def _split(halves: Bools, sums: Floats, squares: Floats, rows: int) -> tuple[Floats, Floats, Floats]:
    """The best trial's ratio in sample and out of it, and the logit of its rank, for each row of `halves`."""
    count = rows * halves.shape[1] // 2
    inside = _ratios(halves @ sums, halves @ squares, count)
    outside = _ratios(~halves @ sums, ~halves @ squares, count)
    best = inside.argmax(axis=1)[:, np.newaxis]
    chosen = np.take_along_axis(outside, best, axis=1)
    below = (outside < chosen).sum(axis=1)
    equal = (outside == chosen).sum(axis=1)
    rank = below + (equal + 1) / 2
    share = rank / (outside.shape[1] + 1)
    return np.take_along_axis(inside, best, axis=1)[:, 0], chosen[:, 0], np.log(share / (1 - share))


def _ratios(sums: Floats, squares: Floats, count: int) -> Floats:
    """Sharpe ratios, rounded so that trials with the same returns are equal."""
    mean = sums / count
    variance = (squares - count * mean**2) / (count - 1)
    varies = variance > _ROUNDING
    return np.where(varies, mean / np.sqrt(np.where(varies, variance, 1.0)), 0.0).round(_DECIMALS)


def _slope(chosen_in: Floats, chosen_out: Floats) -> float | None:
    """The slope of a straight line through the splits; None when the ratios in sample are all the same."""
    if is_flat(chosen_in):
        return None
    away = chosen_in - chosen_in.mean()
    return float(away @ chosen_out / (away @ away))
