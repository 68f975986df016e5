"""What happened today in one instrument: the day's bar, its minutes, and the newest state."""

from collections.abc import Iterable, Sequence

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.venue.contracts import MarketMoment, MarketSource, MarketUpdate

_CLOSE_OF_DAY_BEFORE_MS = 30_600_000
"""15:30 of the day before lies 8.5 hours before midnight."""


class InstrumentDay:
    """One instrument's day so far, moved by its market updates."""

    def __init__(self, instrument: Instrument, previous_close: int, midnight_ms: int) -> None:
        self.instrument = instrument
        self.previous_close = previous_close
        self.midnight_ms = midnight_ms
        self.update = MarketUpdate(
            instrument.key, previous_close, 0, midnight_ms - _CLOSE_OF_DAY_BEFORE_MS, 0
        )
        """The newest state; before the first trade the close of the session before, at its time."""
        self.has_traded = False
        self.has_news = False
        """Whether the newest update brought another trade than the one before: else only depth moved."""
        self.open = self.high = self.low = 0
        self.value = 0
        """Paise traded today."""
        self.minutes: list[Candle] = []
        """Finished minutes with trades, oldest first."""
        self.minute_ms = 0
        self.minute_open = self.minute_high = self.minute_low = 0
        self._volume_before_minute = 0
        self.version = 0
        """Grows with every update, for caches."""

    @property
    def close(self) -> int:
        """Newest price in paise."""
        return self.update.last_price

    @property
    def minute_volume(self) -> int:
        """Units traded in the forming minute."""
        return self.update.day_volume - self._volume_before_minute

    @property
    def average_price(self) -> float:
        """Volume-weighted average of the day in paise; 0 without volume."""
        volume = self.update.day_volume
        return self.value / volume if volume else 0.0

    @property
    def forming(self) -> Candle | None:
        """The minute that is not finished; None before the first trade."""
        if not self.has_traded:
            return None
        return Candle(
            self.minute_ms,
            self.minute_open,
            self.minute_high,
            self.minute_low,
            self.close,
            self.minute_volume,
        )

    def candles(self, *, with_forming: bool = True) -> tuple[Candle, ...]:
        """Today's 1-minute candles, oldest first."""
        forming = self.forming if with_forming else None
        return (*self.minutes, forming) if forming is not None else tuple(self.minutes)

    def apply(self, update: MarketUpdate) -> None:
        """Take the newest state in."""
        before = self.update
        is_of_today = update.traded_at_ms >= self.midnight_ms
        self.has_news = (
            (is_of_today and not self.has_traded)
            or update.traded_at_ms != before.traded_at_ms
            or update.day_volume != before.day_volume
            or update.last_price != before.last_price
        )
        if self.has_news and is_of_today:
            self._trade(update, before)
        self.update = update
        self.version += 1

    def _trade(self, update: MarketUpdate, before: MarketUpdate) -> None:
        price = update.last_price
        minute_ms = update.traded_at_ms - update.traded_at_ms % MS_PER_MINUTE
        if not self.has_traded:
            self.has_traded = True
            self.open = self.high = self.low = price
            self._begin_minute(minute_ms, price, 0)
        elif minute_ms > self.minute_ms:
            finished = self.forming
            if finished is not None:
                self.minutes.append(finished)
            self._begin_minute(minute_ms, price, before.day_volume)
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.minute_high = max(self.minute_high, price)
        self.minute_low = min(self.minute_low, price)
        self.value += (update.day_volume - before.day_volume) * price

    def _begin_minute(self, minute_ms: int, price: int, volume_before: int) -> None:
        self.minute_ms = minute_ms
        self.minute_open = self.minute_high = self.minute_low = price
        self._volume_before_minute = volume_before


class MarketDay:
    """The day of every listed instrument."""

    def __init__(self, days: Iterable[InstrumentDay]) -> None:
        self._days = {day.instrument.key: day for day in days}

    def __getitem__(self, key: str) -> InstrumentDay:
        return self._days[key]

    def find(self, key: str) -> InstrumentDay | None:
        """The day of an instrument, or None when it is not listed."""
        return self._days.get(key)

    def apply(self, moment: MarketMoment) -> None:
        """Take in everything that changed at one instant."""
        for update in moment.updates:
            self._days[update.instrument_key].apply(update)


def fresh_day(source: MarketSource, instruments: Sequence[Instrument], midnight_ms: int) -> MarketDay:
    """The day before its first trade."""
    return MarketDay(
        InstrumentDay(instrument, source.previous_close(instrument.key), midnight_ms)
        for instrument in instruments
    )
