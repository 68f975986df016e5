"""What whole candles do, where there are no ticks: the same indicators, strategies and levels as live.

A closed candle is judged at once. Prices inside the candles of what is held come before it, one by one.
"""

from trading_bot.domain.candle_builder import MINUTE_S, ClosedCandle
from trading_bot.domain.market_data import Tick
from trading_bot.engine.decisions.market import evaluate, feed_health, ticks
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BarsClosed, PricesMoved
from trading_bot.engine.state import State
from trading_bot.risk.settings import StopStyle

_tuple = tuple.__new__  # half the cost of calling the NamedTuple


def on_bars(state: State, event: BarsClosed, turn: Turn) -> None:
    """Take the candles of one interval; each of a minute also closes the longer ones that end with it."""
    market, now_ms, timeframe_s = state.market, state.now_ms, event.timeframe_s
    market.seen_at_ms = now_ms  # candles come once in their interval: that is no silence
    if not market.is_feed_up:
        feed_health.hear(state, turn)
    all_series = market.series
    on_close = state.risk.exits.stops is StopStyle.ON_CLOSE
    for key, candle in event.bars:
        series = all_series.get(key)
        if series is None:
            market.unknown_ticks += 1
            continue
        series.last_price = candle.close
        series.tick = _tuple(Tick, (key, candle.close, now_ms - 1, None, 0, 0, 0, 0, 0))
        series.seen_at_ms = now_ms
        series.candles += 1
        if on_close and series.watch is not None:
            ticks.check_levels(state, series, series.watch, series.tick, turn)
        if timeframe_s == MINUTE_S:
            closed = series.builder.add_minute(candle)
        else:
            closed = (_tuple(ClosedCandle, (timeframe_s, candle)),)
        for closed_s, ended in closed if series.is_warm else ():
            if closed_s in series.evaluated_timeframes_s:
                evaluate.judge(state, series, closed_s, ended, turn)


def on_prices(state: State, event: PricesMoved, turn: Turn) -> None:
    """Take prices of what is held, inside candles that are still to come; none means that nothing traded."""
    state.market.seen_at_ms = state.now_ms
    for tick in event.ticks:
        series = state.market.series.get(tick.instrument_key)
        if series is None:
            continue
        series.last_price, series.tick, series.seen_at_ms = tick.last_price, tick, state.now_ms
        if series.watch is not None:
            ticks.check_levels(state, series, series.watch, tick, turn)
