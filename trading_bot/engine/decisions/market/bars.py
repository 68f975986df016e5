"""What whole candles do, where there are no ticks: the same indicators, strategies and levels as live.

A closed candle is judged at once. Prices inside the candles of what is held come before it, one by one.
"""

from collections.abc import Sequence

from trading_bot.domain.candles.builder import MINUTE_S, ClosedCandle
from trading_bot.engine.decisions.market import circuits, evaluate, feed_health, ticks
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BarsClosed, PricesMoved
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State


def on_bars(state: State, event: BarsClosed, turn: Turn) -> None:
    """Take the candles of one interval; each of a minute also closes the longer ones that end with it."""
    market, now_ms, timeframe_s = state.market, state.now_ms, event.timeframe_s
    market.seen_at_ms = now_ms  # candles come once in their interval: that is no silence
    if not market.is_feed_up:
        feed_health.hear(state, turn)
    all_series = market.series
    for key, candle in event.bars:
        series = all_series.get(key)
        if series is None:
            market.unknown_ticks += 1
            continue
        series.last_price = candle[4]
        series.tick, series.traded_at_ms = None, now_ms - 1
        series.seen_at_ms = now_ms
        series.candles += 1
        watch = series.watch
        if watch is not None and watch.looks_at_closes:
            ticks.check_levels(state, series, watch, candle[4], turn)
        is_minute = timeframe_s == MINUTE_S
        closed = series.builder.add_minute(candle) if is_minute else ((timeframe_s, candle),)
        if series.is_warm:
            _judge(state, series, closed, turn)
    if market.standstill.indices:
        circuits.follow(state, turn)


def _judge(state: State, series: Series, closed: Sequence[ClosedCandle], turn: Turn) -> None:
    for timeframe_s, candle in closed:
        if timeframe_s in series.evaluated_timeframes_s:
            evaluate.judge(state, series, timeframe_s, candle, turn)


def on_prices(state: State, event: PricesMoved, turn: Turn) -> None:
    """Take prices of what is held, inside candles that are still to come; none means that nothing traded."""
    state.market.seen_at_ms = state.now_ms
    for tick in event.ticks:
        series = state.market.series.get(tick.instrument_key)
        if series is None:
            continue
        series.last_price, series.tick, series.seen_at_ms = tick.last_price, tick, state.now_ms
        if series.watch is not None:
            ticks.check_levels(state, series, series.watch, tick.last_price, turn)
