"""Candles of one instrument: earlier days and this morning from history, the rest as the engine closed it."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from trading_bot.bootstrap.web.charting import MOST_CANDLES, indicator_lines
from trading_bot.bootstrap.web.tap import DayTap
from trading_bot.domain.candles.builder import MINUTE_S
from trading_bot.domain.candles.folding import aggregate
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import Fill, Order, Purpose
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.book import Book
from trading_bot.engine.day import TradingDay
from trading_bot.engine.market_view import Series
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.web.views import Chart, Mark, Point

_SHORTEST_SESSION_S = 22_500
_MOST_KEPT = 16
_SPARE_SESSIONS = 1
_RETRY_S = 60.0
_STOPS = (ExitReason.STOP, ExitReason.TRAILING_STOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """What history said: longer candles of earlier days, and minutes of today before it was asked."""

    candles: tuple[Candle, ...] = ()
    today: tuple[Candle, ...] = ()


@dataclass(slots=True)
class DayCharts:
    """Makes charts when they are asked for; history is asked once for each instrument and timeframe."""

    day: TradingDay
    tap: DayTap
    settings: ConfluenceSettings
    _kept: OrderedDict[tuple[str, int], _Earlier] = field(default_factory=OrderedDict)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _not_before_s: float = 0.0

    async def chart(self, symbol: str, timeframe_s: int | None) -> Chart | None:
        """The chart of a symbol; None where it is not watched."""
        state = self.day.engine.state
        series = next((one for one in state.market if one.instrument.symbol == symbol), None)
        if series is None:
            return None
        length_s = timeframe_s or next((one.timeframe_s for one in state.strategies), MINUTE_S)
        earlier = await self._earlier(series.instrument.key, length_s)
        trade = state.book.trade_of(series.instrument.key)
        minutes = self._minutes(series, earlier)
        marks = marks_of(state.book, series.instrument.key)
        candles, indicators = await asyncio.to_thread(self._drawn, series, length_s, earlier.candles, minutes)
        return Chart(
            symbol=symbol,
            timeframe_s=length_s,
            candles=candles[-MOST_CANDLES:],
            indicators=indicators,
            marks=marks,
            stop=None if trade is None else trade.stop_price,
            target=None if trade is None else trade.plan.target_price,
        )

    def _drawn(
        self, series: Series, length_s: int, earlier: Sequence[Candle], minutes: Sequence[Candle]
    ) -> tuple[tuple[Candle, ...], dict[str, tuple[Point, ...]]]:
        """In a thread of its own: it walks over hundreds of candles."""
        open_ms = series.hours.continuous[0][0]
        candles = (*earlier, *aggregate(minutes, length_s, lambda _on: open_ms))
        return candles, indicator_lines(candles, self.settings) if candles else {}

    def _minutes(self, series: Series, earlier: _Earlier) -> tuple[Candle, ...]:
        """Today's, the one that is forming included."""
        closed = self.tap.minutes.get(series.instrument.key, ())
        known_ms = earlier.today[-1].start_ms if earlier.today else 0
        forming = series.builder.forming(MINUTE_S)
        later = [*closed, *(() if forming is None else (forming,))]
        return (*earlier.today, *(candle for candle in later if candle.start_ms > known_ms))

    async def _earlier(self, key: str, length_s: int) -> _Earlier:
        """What history says; nothing where it does not answer, and then it is left alone for a minute."""
        async with self._asking:
            kept = self._kept.get((key, length_s))
            now_s = asyncio.get_running_loop().time()
            if kept is not None or now_s < self._not_before_s:
                return kept or _Earlier()
            try:
                kept = await self._asked(key, length_s)
            except ReadFailedError:
                self._not_before_s = now_s + _RETRY_S
                return _Earlier()
            self._kept[key, length_s] = kept
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return kept

    async def _asked(self, key: str, length_s: int) -> _Earlier:
        plan = self.day.plan.warm_up
        sessions = plan.sessions[key]
        wanted = ceil(MOST_CANDLES * length_s / _SHORTEST_SESSION_S) + _SPARE_SESSIONS
        days = sorted(sessions)[-wanted:]
        minutes = await self.day.ports.history.minute_candles(key, days[0], plan.last)
        return await asyncio.to_thread(
            _split, minutes, length_s, {on: sessions[on] for on in days}, plan.last
        )


def _split(
    minutes: Sequence[Candle], length_s: int, sessions: dict[date, tuple[int, int]], today: date
) -> _Earlier:
    """Minutes of continuous trading: of earlier days as longer candles, of today as they are."""
    spans = sorted(sessions.items())
    by_day = {
        on: [candle for candle in minutes if start_ms <= candle.start_ms < end_ms]
        for on, (start_ms, end_ms) in spans
    }
    before = [candle for on, kept in by_day.items() if on != today for candle in kept]
    folded = aggregate(before, length_s, lambda on: sessions[on][0])
    return _Earlier(candles=tuple(folded), today=tuple(by_day.get(today, ())))


def marks_of(book: Book, instrument_key: str) -> tuple[Mark, ...]:
    """The day's fills in an instrument, oldest first."""
    fills = (fill for fill in book.fills.values() if fill.instrument_key == instrument_key)
    return tuple(_mark(book, fill) for fill in sorted(fills, key=lambda one: one.filled_at_ms))


def _mark(book: Book, fill: Fill) -> Mark:
    order = book.order_by_id(fill.order_id)
    is_entry = order is not None and order.request.purpose is Purpose.ENTRY
    reason = None if is_entry or order is None else _exit_reason(book, order)
    word = "entry" if is_entry else (reason or ExitReason.FOREIGN).replace("_", " ")
    kind = "entry" if is_entry else ("stop" if reason in _STOPS else "exit")
    return Mark(
        time_ms=fill.filled_at_ms,
        kind=kind,
        side=fill.side.lower(),
        price=fill.price,
        text=f"{word} {fill.quantity}",
    )


def _exit_reason(book: Book, order: Order) -> ExitReason | None:
    """Why its trade was closed: a stop is turned into every kind of exit, so the order does not tell."""
    trade_id = book.trade_id_by_tag.get(order.tag)
    closed = (one.exit_reason for one in book.closed_trades if one.trade.trade_id == trade_id)
    going = book.trades.get(trade_id) if trade_id is not None else None
    return next(closed, None if going is None else going.exit_reason)
