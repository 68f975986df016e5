"""What a recorded market knows about the sessions before its day."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import NamedTuple

from trading_bot.adapters.history import WarmUp
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.domain.market_data import Candle

CONTEXT_LEAD_MS = 10_000
"""How long before the open the previous closes are published."""

_QUARTER_HOUR_MS = 15 * MS_PER_MINUTE
_USUAL_CLOSE = time(15, 30)


class KnownInstrument(NamedTuple):
    """An instrument, its name in the history folders, and the day's first price in paise."""

    name: str
    instrument: Instrument
    first_price: int


class EarlierSessions:
    """History and previous closes of some instruments, read when they are asked for."""

    def __init__(self, warm_up: WarmUp, on: date, known: Sequence[KnownInstrument]) -> None:
        self._warm_up = warm_up
        self._on = on
        self._known = {one.instrument.key: one for one in known}
        self._closes: dict[str, tuple[int, int]] = {}

    def candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """1-minute candles of the days from `first` to `last`, both included."""
        return self._warm_up.candles(self._known[instrument_key].name, first, last).candles()

    def previous_close(self, instrument_key: str) -> int:
        """Close of the last earlier session, else the day's own first price."""
        return self._close(instrument_key)[0]

    def closes(self) -> tuple[tuple[str, int, int], ...]:
        """Key, previous close and its time, of each instrument."""
        return tuple((key, *self._close(key)) for key in self._known)

    def eligible(self, required_minutes: int) -> tuple[str, ...]:
        """Symbols with at least that many minutes of history."""
        return tuple(
            one.instrument.symbol
            for one in self._known.values()
            if self._warm_up.minutes_before(one.name, self._on) >= required_minutes
        )

    def _close(self, instrument_key: str) -> tuple[int, int]:
        if instrument_key not in self._closes:
            self._closes[instrument_key] = self._read_close(self._known[instrument_key])
        return self._closes[instrument_key]

    def _read_close(self, known: KnownInstrument) -> tuple[int, int]:
        days = self._warm_up.days_before(known.name, self._on)
        if not days:
            return known.first_price, ms_at(self._on - timedelta(days=1), _USUAL_CLOSE)
        candles = self._warm_up.candles(known.name, days[-1], days[-1])
        return int(candles.close[-1]), int(candles.start_ms[-1]) + MS_PER_MINUTE - 1


def usual_open_ms(first_ms: int) -> int:
    """The quarter of an hour in which the data begins: capture starts some seconds after the open."""
    return first_ms // _QUARTER_HOUR_MS * _QUARTER_HOUR_MS
