"""Days that a toy strategy plays: a signal at the close of each candle that rises, without an engine."""

import json
from datetime import date
from decimal import Decimal

import numpy as np

from trading_bot.backtest.outcome import DayOutcome
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.ist import MS_PER_MINUTE, midnight_ms
from trading_bot.engine.ports import JournalRow

DAYS = tuple(date(2024, 1, day) for day in range(1, 6))
OPEN_MS = 555 * MS_PER_MINUTE
MINUTES = 10


def candles_of(seed=1, days=DAYS, minutes=MINUTES, price=100_000):
    """A random walk on the five-paisa grid."""
    rng = np.random.default_rng(seed)
    starts = [midnight_ms(day) + OPEN_MS + n * MS_PER_MINUTE for day in days for n in range(minutes)]
    closes = price + 5 * np.cumsum(rng.integers(-60, 61, len(starts)))
    opens = np.append(price, closes[:-1]) + 5 * rng.integers(-6, 7, len(starts))
    highs = np.maximum(opens, closes) + 5 * rng.integers(0, 9, len(starts))
    lows = np.minimum(opens, closes) - 5 * rng.integers(0, 9, len(starts))
    columns = (starts, opens, highs, lows, closes, rng.integers(1, 900, len(starts)))
    return CandleArrays(*(np.asarray(column, dtype=np.int64) for column in columns))


class ToyDays:
    """Plays variations; `ahead` candles further than it may does it look."""

    def __init__(self, candles=None, ahead=0, forgets_after=None):
        self.candles = candles_of() if candles is None else candles
        self.ahead = ahead
        self.forgets_after = forgets_after
        """With fewer sessions of history than this, the first signal of the first day is missed.

        Indicators go on from day to day: later days know what came before.
        """
        self.variations = []

    def __call__(self, variation):
        self.variations.append(variation)
        for day in variation.days:
            begin_ms = midnight_ms(day)
            candles = self.candles.between(begin_ms, begin_ms + 86_400_000)
            if variation.change is not None:
                candles = variation.change("TOY", candles)
            is_first = day == variation.days[0]
            yield outcome_of(day, self._rows(candles, variation.warm_up_sessions if is_first else 99))

    def _rows(self, candles, sessions):
        rises = candles.close > candles.open
        seen = np.append(rises[self.ahead :], np.zeros(min(self.ahead, len(rises)), dtype=bool))
        starts = candles.start_ms[seen].tolist()
        is_forgetful = self.forgets_after is not None and (sessions or 0) < self.forgets_after
        return [signal_row(start) for start in starts[1 if is_forgetful else 0 :]]


def signal_row(start_ms, key="NSE_EQ|TOY", direction="long", kind="signal_raised"):
    """A row of the journal."""
    signal = {"candle_start_ms": start_ms, "strategy": "toy", "instrument_key": key, "direction": direction}
    payload = json.dumps({"evaluation": {"signal": signal}})
    return JournalRow(sequence=1, at_ms=start_ms + MS_PER_MINUTE, kind=kind, payload=payload)


def outcome_of(day, rows):
    """A day with these rows."""
    return DayOutcome(
        on=day,
        rows=tuple(rows),
        instruments=(),
        bars=0,
        last_prices={},
        ledger_net_pnl=Decimal(0),
        ended_at_ms=0,
        alerts=(),
    )
