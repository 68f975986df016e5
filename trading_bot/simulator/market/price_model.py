"""How generated prices and volumes move: a statistical likeness of Indian shares, not a forecast.

A minute's return is the market's times the share's beta, plus the share's own: fat-tailed noise (Student's
t) shaped
over the day like a U, a drift that keeps its sign for days, and waves of an hour or so around it, which are
the pullbacks inside a trend. Volume follows the same U and the size of the move.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray
from trading_bot.simulator.market.listings import Listing

FloatArray = npt.NDArray[np.float64]

STEPS_PER_MINUTE = 6
"""Steps that a minute's open, high, low and close are read from."""

_TAIL_DEGREES = 5
_GAP_SHARE = 0.35
_TREND_CHANCE = 0.75
_TREND_SESSIONS = (4, 9)
_TREND_OF_VOLATILITY = (0.3, 0.6)
_LAST_TREND_SESSIONS_MIN = 6
_WAVE_SHARE = 0.30
_WAVE_MINUTES = (35.0, 80.0)
_QUIET_NOISE = 0.85
_FEAR = 4.0
_FEAR_NOISE = 0.6
_FEAR_RETURN = 0.12
_USUAL_MINUTES = 375


class Shape(NamedTuple):
    """The minutes of all sessions in one row: which session each belongs to, and how far into it it is."""

    start_ms: IntArray
    session: IntArray
    u_shape: FloatArray
    """Activity, 1 on average over each session."""


class Moves(NamedTuple):
    """Log returns of the market factor."""

    steps: FloatArray
    """(minutes, STEPS_PER_MINUTE), without gaps."""
    gaps: FloatArray
    """Overnight, one for each session; the first is 0."""


def shape_of(minutes: Sequence[IntArray]) -> Shape:
    """Lay sessions one after another."""
    lengths = [session.size for session in minutes]
    return Shape(
        np.concatenate(minutes),
        np.repeat(np.arange(len(minutes)), lengths),
        np.concatenate([_u_shape(length) for length in lengths]),
    )


def _u_shape(minutes: int) -> FloatArray:
    since_open = np.arange(minutes)
    shape = 0.6 + 1.9 * np.exp(-since_open / 22) + 0.9 * np.exp(-since_open[::-1] / 30)
    scaled: FloatArray = shape / shape.mean()
    return scaled


def market_moves(shape: Shape, daily_volatility: float, rng: np.random.Generator) -> Moves:
    """The market's own returns: mild trends and noise."""
    sessions = int(shape.session[-1]) + 1
    drift = _session_drifts(sessions, daily_volatility * 0.5, rng)
    noise = _noise(shape, daily_volatility * 0.9, rng)
    steps = noise + drift[shape.session][:, None] / (_USUAL_MINUTES * STEPS_PER_MINUTE)
    gaps = rng.standard_t(_TAIL_DEGREES, sessions) * daily_volatility * _GAP_SHARE
    gaps[0] = 0.0
    return Moves(steps, gaps)


def volatility_moves(shape: Shape, market: Moves, daily_volatility: float, rng: np.random.Generator) -> Moves:
    """Returns of the volatility index: it rises when the market falls, wanders, and comes back over weeks.

    What brings it back is part of the night, so that inside a day it follows the market alone.
    """
    steps = -_FEAR * market.steps + _noise(shape, daily_volatility * _FEAR_NOISE, rng)
    by_session = np.add.reduceat(steps.sum(axis=1), np.flatnonzero(np.diff(shape.session, prepend=-1)))
    gaps = -_FEAR * market.gaps
    distance = 0.0
    for session, moved in enumerate(by_session):
        gaps[session] -= 0.0 if session == 0 else _FEAR_RETURN * distance
        distance += float(gaps[session] + moved)
    return Moves(steps, gaps)


def share_moves(shape: Shape, listing: Listing, market: Moves, rng: np.random.Generator) -> Moves:
    """A share's returns, given the market's at the same minutes."""
    own_volatility = listing.volatility * _QUIET_NOISE
    sessions = int(shape.session[-1]) + 1
    drift = _session_drifts(sessions, listing.volatility, rng)
    count = shape.start_ms.size * STEPS_PER_MINUTE
    wave = np.diff(sum(_wave(count, minutes, rng) for minutes in _WAVE_MINUTES), prepend=0.0)
    steps = listing.beta * market.steps + _noise(shape, own_volatility, rng)
    steps += (wave * listing.volatility * _WAVE_SHARE).reshape(steps.shape)
    steps += drift[shape.session][:, None] / (_USUAL_MINUTES * STEPS_PER_MINUTE)
    gaps = listing.beta * market.gaps + rng.standard_t(_TAIL_DEGREES, sessions) * own_volatility * _GAP_SHARE
    gaps[0] = 0.0
    return Moves(steps, gaps)


def _noise(shape: Shape, daily_volatility: float, rng: np.random.Generator) -> FloatArray:
    """Fat-tailed steps whose spread follows the U: (minutes, STEPS_PER_MINUTE)."""
    per_step = daily_volatility / np.sqrt(_USUAL_MINUTES * STEPS_PER_MINUTE)
    unit = np.sqrt(_TAIL_DEGREES / (_TAIL_DEGREES - 2))
    draws = rng.standard_t(_TAIL_DEGREES, (shape.start_ms.size, STEPS_PER_MINUTE)) / unit
    steps: FloatArray = draws * per_step * np.sqrt(shape.u_shape)[:, None]
    return steps


def _session_drifts(sessions: int, volatility: float, rng: np.random.Generator) -> FloatArray:
    """A return for each session: trends of some sessions, ranges between them, and a trend at the end.

    The last stretch is always a trend and some sessions old, so that the day itself has a direction to
    follow.
    """
    drifts: list[float] = []
    while len(drifts) < sessions:
        length = int(rng.integers(*_TREND_SESSIONS, endpoint=True))
        strength = float(rng.uniform(*_TREND_OF_VOLATILITY)) * volatility * float(rng.choice((-1, 1)))
        is_range = rng.random() > _TREND_CHANCE
        if not drifts:
            length, is_range = max(length, _LAST_TREND_SESSIONS_MIN), False
        drifts += [0.0 if is_range else strength] * length
    return np.array(drifts[:sessions][::-1])


def _wave(steps: int, half_period_minutes: float, rng: np.random.Generator) -> FloatArray:
    """A sine whose height and speed wander, with a standard deviation of about 0.6."""
    half_period = int(half_period_minutes * STEPS_PER_MINUTE)
    blocks = steps // half_period + 2
    speeds = np.repeat(rng.uniform(0.4, 1.7, blocks), half_period)[:steps] * np.pi / half_period
    heights = np.interp(np.arange(steps), np.arange(blocks) * half_period, rng.uniform(0.2, 1.5, blocks))
    wave: FloatArray = np.sin(np.cumsum(speeds) + rng.uniform(0, 2 * np.pi)) * heights
    return wave


def candles_of_moves(
    shape: Shape,
    moves: Moves,
    *,
    first_price: int,
    tick_size: int,
    units_per_day: int,
    rng: np.random.Generator,
) -> CandleArrays:
    """Candles on the tick; `units_per_day` 0 means that no volume is published."""
    returns = moves.steps.copy()
    opens_session = np.flatnonzero(np.diff(shape.session, prepend=-1))
    returns[opens_session, 0] += moves.gaps
    logs = np.cumsum(returns.ravel()).reshape(returns.shape)
    steps = np.maximum(np.rint(first_price * np.exp(logs) / tick_size), 1).astype(np.int64) * tick_size
    open_price = np.concatenate([steps[:1, 0], steps[:-1, -1]])
    open_price[opens_session] = steps[opens_session, 0]
    return CandleArrays(
        start_ms=shape.start_ms,
        open=open_price,
        high=np.maximum(steps.max(axis=1), open_price),
        low=np.minimum(steps.min(axis=1), open_price),
        close=steps[:, -1],
        volume=_volumes(shape, moves, units_per_day, rng),
    )


def _volumes(shape: Shape, moves: Moves, units_per_day: int, rng: np.random.Generator) -> IntArray:
    if units_per_day == 0:
        return np.full(shape.start_ms.size, UNKNOWN, dtype=np.int64)
    move = np.abs(moves.steps.sum(axis=1)) / np.sqrt(shape.u_shape)
    excitement = 0.6 + 0.4 * move / max(float(move.mean()), 1e-12)
    per_minute = units_per_day / _USUAL_MINUTES * shape.u_shape * excitement
    sessions = int(shape.session[-1]) + 1
    busy = rng.lognormal(0.0, 0.25, sessions)[shape.session]
    units: IntArray = np.maximum(per_minute * busy * rng.lognormal(-0.1, 0.45, per_minute.size), 1).astype(
        np.int64
    )
    return units
