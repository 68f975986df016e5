"""Where prices went after what was held back: a fact of kept candles, and no claim about fills or profits."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.report.metrics.sessions import Moves

HORIZON_MINUTES = 30
_BPS = 10_000


class HeldBack(NamedTuple):
    """A signal that was denied, or an evaluation in which a single gate failed."""

    strategy: str
    instrument_key: str
    by: str
    sign: int
    """1 where it leaned long, -1 short."""
    at_ms: int
    """The end of its candle."""


Closes = Callable[[str, int], int | None]
"""Close in paise of the minute candle of an instrument that starts at a moment; None where none is kept."""


def moves_of(held_back: Iterable[HeldBack], close_of: Closes) -> tuple[Moves, ...]:
    """Compare the close before the moment with the one half an hour later, by strategy and what held back."""
    groups: dict[tuple[str, str], list[float | None]] = {}
    for one in held_back:
        groups.setdefault((one.strategy, one.by), []).append(_move_bps(one, close_of))
    return tuple(_moves(strategy, by, found) for (strategy, by), found in sorted(groups.items()))


def _move_bps(one: HeldBack, close_of: Closes) -> float | None:
    """The move in favour of the signal; None unless both minutes are kept."""
    before = close_of(one.instrument_key, one.at_ms - MS_PER_MINUTE)
    after = close_of(one.instrument_key, one.at_ms + (HORIZON_MINUTES - 1) * MS_PER_MINUTE)
    if not before or after is None:
        return None
    return (after - before) / before * one.sign * _BPS


def _moves(strategy: str, by: str, found: list[float | None]) -> Moves:
    known = [move for move in found if move is not None]
    return Moves(
        strategy=strategy,
        held_back_by=by,
        known=len(known),
        unknown=len(found) - len(known),
        against=sum(move <= 0 for move in known),
        mean_bps=sum(known) / len(known) if known else None,
    )
