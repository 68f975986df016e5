"""A day of recorded 1-minute candles, with ticks made up inside them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from trading_bot.adapters.history import PriceHistory, WarmUp
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.market.candle_ticks import CandleDay, day_moments
from trading_bot.simulator.market.earlier import (
    CONTEXT_LEAD_MS,
    EarlierSessions,
    KnownInstrument,
    usual_open_ms,
)
from trading_bot.simulator.market.moments import context_moment
from trading_bot.simulator.venue.contracts import MarketMoment

TICKS_PER_MINUTE = 12


class CandleMarket:
    """Recorded candles of one day; each is kept exactly by the ticks made inside it."""

    def __init__(
        self,
        folder: PriceHistory,
        on: date,
        *,
        warm_up: WarmUp | None = None,
        names: Sequence[str] | None = None,
        seed: int = 0,
        ticks_per_minute: int = TICKS_PER_MINUTE,
        opens_at_ms: int | None = None,
    ) -> None:
        """Take those instruments of the folder, by its own names, that are named, or all with rows that day.

        Raises HistoryError when the folder has no 1-minute candles of that day.
        """
        for name in names or ():
            folder.require_day(name, on)
        chosen = tuple(names) if names else folder.symbols_on(on)
        self._on = on
        self._seed = seed
        self._ticks_per_minute = ticks_per_minute
        self._days = tuple(
            CandleDay(
                instrument=folder.instrument(symbol, on),
                candles=folder.minute_candles(symbol, on, on),
                ticks_per_minute=ticks_per_minute,
                seed=seed,
            )
            for symbol in chosen
        )
        first_ms = min(int(day.candles.start_ms[0]) for day in self._days)
        self._opens_at_ms = usual_open_ms(first_ms) if opens_at_ms is None else opens_at_ms
        known = tuple(
            KnownInstrument(name, day.instrument, int(day.candles.open[0]))
            for name, day in zip(chosen, self._days, strict=True)
        )
        self._earlier = EarlierSessions(warm_up or WarmUp(folder), on, known)
        self._folder = folder

    @property
    def on(self) -> date:
        """The trading day."""
        return self._on

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The folder's instruments on that day."""
        return tuple(day.instrument for day in self._days)

    @property
    def description(self) -> str:
        """What the data is."""
        return (
            f"recorded 1-minute candles of {self._on} for {len(self._days)} instruments "
            f"from {self._folder.path}, with up to {self._ticks_per_minute} ticks a minute and depth made up "
            f"inside them (seed {self._seed})"
        )

    def previous_close(self, instrument_key: str) -> int:
        """Last close before the day; the day's first price where the data begins with it."""
        return self._earlier.previous_close(instrument_key)

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """1-minute candles of earlier sessions inside the range."""
        return self._earlier.candles(instrument_key, first, min(last, self._on - timedelta(days=1)))

    def eligible(self, required_minutes: int) -> tuple[str, ...]:
        """Symbols with at least that many minutes of history."""
        return self._earlier.eligible(required_minutes)

    def moments(self) -> Iterator[MarketMoment]:
        """The previous closes shortly before the open, then the day."""
        yield context_moment(self._opens_at_ms - CONTEXT_LEAD_MS, self._earlier.closes())
        yield from day_moments(self._days)
