"""One day of candles through the core: whole while nothing is at stake, by prices inside them while it is."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from trading_bot.backtest.bar_path import corners, next_price
from trading_bot.backtest.day_exchange import STANDING_VOLUME, DayExchange
from trading_bot.domain.instrument import Rounding
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import Purpose
from trading_bot.domain.signal import Direction
from trading_bot.engine.core import Core
from trading_bot.engine.inputs import BarsClosed
from trading_bot.simulator.venue.contracts import Level, MarketUpdate

_LEGS = 4
STEP_MS = 50
"""Between two prices of one candle, at least."""
_LEVELS_MAX = 40
"""Prices of one leg at which something may happen; more would be a stop that runs away from the price."""
_ANY_QUANTITY = 1_000_000_000
_ANY_OF_BOTH = (_ANY_QUANTITY, _ANY_QUANTITY)


class Liquidity(NamedTuple):
    """What can be had of a market that is only known by its candles."""

    spread_bps: Decimal
    """Whole spread in basis points of the price; at least `least_ticks` on both sides."""
    participation: Decimal
    """Part of a candle's volume that may be bought in it, and may be sold in it."""
    least_ticks: int = 1


class BarDay:
    """Plays a day's candles to the core and to the exchange."""

    def __init__(
        self, core: Core, exchange: DayExchange, liquidity: Liquidity, step_ms: int = STEP_MS
    ) -> None:
        """`step_ms` lies between two prices of one candle: longer than an order needs to the exchange."""
        self._core = core
        self._exchange = exchange
        self._liquidity = liquidity
        self._step_ms = step_ms
        self._dealt_before: dict[str, tuple[int, int]] = {}
        """Units bought and sold before the candle that is walked."""

    def play(self, day: Sequence[BarsClosed]) -> None:
        """Play candles in the order of their time."""
        at = 0
        while at < len(day):
            if not self._exchange.is_busy:
                at = self._play_quiet(day, at)
                continue
            self._walk(day[at])
            self._offer_all(day[at], day[at + 1 : at + 2])
            self._exchange.hand_on(day[at])
            at += 1

    def _play_quiet(self, day: Sequence[BarsClosed], at: int) -> int:
        """Play candles up to the first that leads to anything; the number of the next one."""

        def following() -> Iterator[BarsClosed]:
            nonlocal at
            while at < len(day):
                at += 1
                yield day[at - 1]

        self._exchange.take(self._core.step_run(following(), day[at].at_ms))
        return at

    def _offer_all(self, bars: BarsClosed, following: Sequence[BarsClosed]) -> None:
        """With the last candles of trading, let all that is held be sold or bought at its last price.

        Where the data end before the session, the broker closes it later, and no volume is known by then.
        """
        now_ms, market = bars.at_ms - MS_PER_SECOND, self._core.state.market
        for key in sorted(self._exchange.keys()):
            end_ms = market.series[key].hours.continuous[-1][1]
            is_last = not following or following[0].start_ms >= end_ms
            if is_last and now_ms < end_ms and (price := market.last_price(key)):
                self._show(key, price, _ANY_OF_BOTH, now_ms, is_last=True)

    # --- inside a candle --------------------------------------------------------------------------------

    def _walk(self, bars: BarsClosed) -> None:
        """Take the prices inside the candles of whatever is held or ordered, leg by leg."""
        keys = self._exchange.keys()
        self._dealt_before = {key: self._exchange.dealt(key) for key in keys}
        moving = [
            (key, candle, corners(candle, self._hurt_first(key, candle)))
            for key, candle in bars.bars
            if key in keys
        ]
        leg_ms = (bars.at_ms - bars.start_ms) // _LEGS
        for leg in range(_LEGS):
            now_ms = bars.start_ms + leg * leg_ms + 1
            last_ms = bars.start_ms + (leg + 1) * leg_ms - MS_PER_SECOND
            for key, candle, prices in moving:
                way = (prices[max(0, leg - 1)], prices[leg])
                now_ms = self._go(key, candle, way, (now_ms, last_ms))
            self._exchange.tick(max(now_ms, last_ms))
        self._exchange.read_all(self._core.state.now_ms)

    def _hurt_first(self, key: str, candle: Candle) -> Direction:
        """The side that is held, or about to be: what hurts it is assumed to come first.

        An entry that rests beyond the open is hurt by the other extreme coming first: the price runs away.
        """
        book = self._core.state.book
        trade, held = book.trade_of(key), book.position_of(key).quantity
        if trade is None:
            return Direction.SHORT if held < 0 else Direction.LONG
        resting = [
            order.terms.price
            for order in book.orders_of(trade.trade_id)
            if order.status.is_live and order.request.purpose is Purpose.ENTRY and order.terms.price
        ]
        sign = trade.direction.sign
        is_missed = any((candle.open - price) * sign > 0 for price in resting)
        if held or not is_missed:
            return trade.direction
        return Direction.SHORT if trade.direction is Direction.LONG else Direction.LONG

    def _go(self, key: str, candle: Candle, way: tuple[int, int], time: tuple[int, int]) -> int:
        """Move the price of an instrument along a way, past every level on it; the time after that."""
        (price, target), (now_ms, last_ms) = way, time
        if price == target:
            self._show(key, target, self._left(key, candle), now_ms)
            return min(now_ms + self._step_ms, last_ms)
        for _ in range(_LEVELS_MAX):
            price = next_price(price, target, self._exchange.levels(key))
            self._show(key, price, self._left(key, candle), now_ms)
            now_ms = min(now_ms + self._step_ms, last_ms)
            if price == target:
                break
        return now_ms

    def _show(
        self, key: str, price: int, left: tuple[int, int], now_ms: int, *, is_last: bool = False
    ) -> None:
        """Let a price be seen with what may still be bought and sold, and let everything follow from it.

        Nothing is shown as traded: what rests fills when the other side's quote reaches it, and what quotes
        hold is counted once for the whole candle, not anew at each of its prices.
        """
        instrument = self._core.state.market.series[key].instrument
        to_buy, to_sell = left
        least = instrument.tick_size * self._liquidity.least_ticks
        half = max(least, int(price * self._liquidity.spread_bps / 20_000))
        bid = instrument.round_price(price - half, Rounding.DOWN)
        ask = instrument.round_price(price + half, Rounding.UP)
        update = MarketUpdate(
            key,
            price,
            0,
            now_ms,
            STANDING_VOLUME,
            (Level(max(bid, instrument.tick_size), to_sell),),
            (Level(ask, to_buy),),
        )
        self._exchange.move(update, now_ms, is_last=is_last)
        self._exchange.settle(now_ms + self._step_ms - 1)

    def _left(self, key: str, candle: Candle) -> tuple[int, int]:
        """Units that may still be bought and sold in a candle, in whole lots; any where volume is unknown."""
        if candle.volume is None:
            return _ANY_OF_BOTH
        instrument = self._core.state.market.series[key].instrument
        share = int(candle.volume * self._liquidity.participation)
        before = self._dealt_before.get(key, (0, 0))
        bought, sold = (now - then for now, then in zip(self._exchange.dealt(key), before, strict=True))
        return instrument.whole_lots(max(0, share - bought)), instrument.whole_lots(max(0, share - sold))
