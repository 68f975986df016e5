"""A made-up but lifelike market: any number of shares and an index, determined by a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np

from trading_bot.adapters.history.tick_size import TickSizeOf
from trading_bot.domain.candles.arrays import CandleArrays, joined, no_candles
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.market.candle_paths import TICKS_PER_MINUTE_MIN
from trading_bot.simulator.market.candle_ticks import CandleDay, day_moments
from trading_bot.simulator.market.day_plan import DayPlan
from trading_bot.simulator.market.earlier import CONTEXT_LEAD_MS
from trading_bot.simulator.market.listings import (
    VOLATILITY_SYMBOL,
    Listing,
    index_listing,
    listings,
    volatility_listing,
)
from trading_bot.simulator.market.moments import context_moment
from trading_bot.simulator.market.price_model import (
    Moves,
    Shape,
    candles_of_moves,
    market_moves,
    shape_of,
    share_moves,
    volatility_moves,
)
from trading_bot.simulator.market.seeds import generator_for
from trading_bot.simulator.venue.contracts import MarketMoment, MarketUpdate

DEFAULT_DAY = date(2026, 11, 19)
UPDATES_PER_MINUTE = 30

_UPDATES_PER_MINUTE_MAX = 60
_USUAL_TICK = 5
_AUCTION_BAND = 0.03
_AUCTION_SPREAD = 0.0025
_AUCTION_SHARE_OF_DAY = 0.04
_REFERENCE_MINUTES = 15


class _MadeShare(NamedTuple):
    """One instrument's sessions, the day itself last."""

    candles: CandleArrays
    """Continuous trading and, of earlier sessions, the auction's print as a candle of one price."""
    auction: CandleArrays
    """The day's own auction print: one candle, or none."""


class GeneratedMarket:
    """A generated day and the sessions before it.

    A share's prices depend on the seed, the plan and its symbol, not on what else is listed.

    Shares are in the closing auction where the plan holds one: continuous trading ends early and one price
    is printed.
    """

    def __init__(
        self,
        plan: DayPlan,
        *,
        symbols: Sequence[str] | None = None,
        seed: int = 1,
        updates_per_minute: int = UPDATES_PER_MINUTE,
        tick_size_of: TickSizeOf | None = None,
        with_index: bool = True,
        with_volatility: bool = False,
    ) -> None:
        """Raise ValueError for a density outside 4 to 60, UnknownInstrumentError for an impossible symbol."""
        if not TICKS_PER_MINUTE_MIN <= updates_per_minute <= _UPDATES_PER_MINUTE_MAX:
            raise ValueError(f"updates per minute are {TICKS_PER_MINUTE_MIN} to {_UPDATES_PER_MINUTE_MAX}")
        self._plan = plan
        self._seed = seed
        self._updates_per_minute = updates_per_minute
        listed = listings(symbols) + ((index_listing(),) if with_index else ())
        listed += (volatility_listing(),) if with_volatility else ()
        self._listings = {one.instrument.key: _with_tick(one, plan.today.on, tick_size_of) for one in listed}
        self._market: tuple[Shape, Moves] | None = None
        self._days: dict[str, CandleArrays] = {}
        self._auctions: dict[str, CandleArrays] = {}
        self._closes: dict[str, tuple[int, int]] = {}

    @property
    def on(self) -> date:
        """The trading day."""
        return self._plan.today.on

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The shares in the order asked for, then the index."""
        return tuple(listing.instrument for listing in self._listings.values())

    @property
    def description(self) -> str:
        """What the data is."""
        return (
            f"generated market of {self.on} for {len(self._listings)} instruments (seed {self._seed}): "
            "made-up prices, volumes and depth; names of real companies, made-up instrument keys"
        )

    def previous_close(self, instrument_key: str) -> int:
        """Close of the session before, in paise."""
        self._require_day(instrument_key)
        return self._closes[instrument_key][0]

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """1-minute candles of earlier sessions inside the range; made anew at each call."""
        candles = self._made(instrument_key).candles
        end_ms = min(midnight_ms(last) + MS_PER_DAY, midnight_ms(self.on))
        return candles.between(midnight_ms(first), end_ms).candles()

    def eligible(self, required_minutes: int) -> tuple[str, ...]:
        """Symbols with at least that many minutes of history."""
        return tuple(
            listing.instrument.symbol
            for listing in self._listings.values()
            if sum(plan.minutes(listing.instrument).size for plan in self._plan.earlier) >= required_minutes
        )

    def day_candles(self, instrument_key: str) -> CandleArrays:
        """The candles of continuous trading on the day, which the ticks keep exactly."""
        self._require_day(instrument_key)
        return self._days[instrument_key]

    def moments(self) -> Iterator[MarketMoment]:
        """The previous closes shortly before the open, the day, and the auction's prints."""
        days = [self._candle_day(key, listing) for key, listing in self._listings.items()]
        closes = [(key, *self._closes[key]) for key in self._listings]
        yield context_moment(self._plan.today.opens_at_ms - CONTEXT_LEAD_MS, closes)
        yield from day_moments(days, self._auction_moments())

    def _candle_day(self, key: str, listing: Listing) -> CandleDay:
        candles = self.day_candles(key)
        activity = (
            np.sqrt(candles.volume / max(float(candles.volume.mean()), 1.0)) if listing.units_per_day else 1.0
        )
        wanted = np.rint(self._updates_per_minute * activity) * np.ones(candles.start_ms.size)
        lively = np.clip(wanted, TICKS_PER_MINUTE_MIN, 2 * _UPDATES_PER_MINUTE_MAX).astype(np.int64)
        return CandleDay(
            instrument=listing.instrument, candles=candles, ticks_per_minute=lively, seed=self._seed
        )

    def _auction_moments(self) -> list[MarketMoment]:
        prints = [
            _auction_print(key, self._days[key], auction)
            for key, auction in self._auctions.items()
            if auction.start_ms.size
        ]
        at_ms = self._plan.today.auction_print_ms
        return [MarketMoment(at_ms, tuple(prints))] if prints and at_ms is not None else []

    def _require_day(self, key: str) -> None:
        if key in self._days:
            return
        made = self._made(key)
        today_ms = midnight_ms(self.on)
        earlier = made.candles.between(0, today_ms)
        self._days[key] = made.candles.between(today_ms, today_ms + MS_PER_DAY)
        self._auctions[key] = made.auction
        has_earlier = earlier.start_ms.size > 0
        last_end_ms = self._plan.earlier[-1].ends_at_ms if has_earlier else today_ms
        close = int(earlier.close[-1]) if has_earlier else int(self._days[key].open[0])
        self._closes[key] = (close, last_end_ms)

    def _made(self, key: str) -> _MadeShare:
        """Make all sessions of one instrument; 20 ms, so that nothing of it need be kept."""
        if key not in self._listings:
            raise UnknownInstrumentError(f"'{key}' is not listed in the generated market")
        listing = self._listings[key]
        instrument = listing.instrument
        sessions = list(self._plan.sessions)
        shape = shape_of([session.minutes(instrument) for session in sessions])
        market = self._market_moves(shape)
        rng = generator_for(self._seed, instrument.symbol, "prices")
        moves = self._own_moves(shape, listing, market, rng)
        candles = candles_of_moves(
            shape,
            moves,
            first_price=listing.price,
            tick_size=instrument.tick_size if instrument.is_tradable else 1,
            units_per_day=listing.units_per_day,
            rng=rng,
        )
        return self._with_auctions(instrument, candles)

    @staticmethod
    def _own_moves(shape: Shape, listing: Listing, market: Moves, rng: np.random.Generator) -> Moves:
        """A share's moves; the index's, which are the market's; or those of the fear of it."""
        if listing.instrument.is_tradable:
            return share_moves(shape, listing, market, rng)
        if listing.instrument.symbol == VOLATILITY_SYMBOL:
            return volatility_moves(shape, market, listing.volatility, rng)
        return market

    def _market_moves(self, shape: Shape) -> Moves:
        """The market at an instrument's minutes; drawn once for the long day, which holds the short one."""
        if self._market is None:
            index = index_listing()
            whole = shape_of([session.minutes(index.instrument) for session in self._plan.sessions])
            moves = market_moves(whole, index.volatility, generator_for(self._seed, "market"))
            self._market = (whole, moves)
        whole, moves = self._market
        return Moves(moves.steps[np.isin(whole.start_ms, shape.start_ms)], moves.gaps)

    def _with_auctions(self, instrument: Instrument, candles: CandleArrays) -> _MadeShare:
        """Add each earlier session's auction print as a candle, and keep the day's own apart."""
        rng = generator_for(self._seed, instrument.symbol, "auction")
        parts = []
        auction = no_candles()
        for session in self._plan.sessions:
            today = candles.between(midnight_ms(session.on), midnight_ms(session.on) + MS_PER_DAY)
            parts.append(today)
            if not session.has_auction(instrument):
                continue
            print_ms = session.auction_print_ms or 0
            auction = _auction_candle(today, print_ms, instrument.tick_size, rng)
            if session is not self._plan.today:
                parts.append(auction)
        held_today = self._plan.today.has_auction(instrument)
        return _MadeShare(joined(parts), auction if held_today else no_candles())


def _with_tick(listing: Listing, on: date, tick_size_of: TickSizeOf | None) -> Listing:
    instrument = listing.instrument
    if not instrument.is_tradable:
        return listing
    tick_size = _USUAL_TICK if tick_size_of is None else tick_size_of(listing.price, on)
    return listing._replace(instrument=replace(instrument, tick_size=tick_size))


def _auction_candle(
    today: CandleArrays, print_ms: int, tick_size: int, rng: np.random.Generator
) -> CandleArrays:
    """One price near the volume-weighted average of the last quarter of an hour, never 3% from it."""
    last = slice(-_REFERENCE_MINUTES, None)
    reference = float(np.average(today.close[last], weights=np.maximum(today.volume[last], 1)))
    move = float(
        np.clip(rng.standard_normal() * _AUCTION_SPREAD, -_AUCTION_BAND * 0.99, _AUCTION_BAND * 0.99)
    )
    price = max(round(reference * (1 + move) / tick_size), 1) * tick_size
    units = max(int(today.volume.sum() * _AUCTION_SHARE_OF_DAY * rng.lognormal(0, 0.3)), 1)
    minute_ms = print_ms // MS_PER_MINUTE * MS_PER_MINUTE
    return CandleArrays(*(np.array([number]) for number in (minute_ms, price, price, price, price, units)))


def _auction_print(key: str, day: CandleArrays, auction: CandleArrays) -> MarketUpdate:
    """The one trade of the auction, at a time when no order rests in continuous trading: no depth."""
    units = int(auction.volume[0])
    traded = int(np.maximum(day.volume, 0).sum()) + units
    return MarketUpdate(key, int(auction.close[0]), units, int(auction.start_ms[0]), traded)
