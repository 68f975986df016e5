"""What a frame and a second of time do: prices, candles, and the levels of open trades.

`on_frame` is the hot path: for most ticks it stores a price and adds to a candle, and nothing else.
"""

from collections.abc import Sequence

from trading_bot.domain.candles.builder import MINUTE_S, ClosedCandle
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.domain.trade import ExitReason, Trade
from trading_bot.engine.decisions.account import foreign, reconcile
from trading_bot.engine.decisions.market import (
    circuits,
    feed_health,
    odd_prices,
    overlays,
    standstill,
    time_health,
)
from trading_bot.engine.decisions.operation import days, losses
from trading_bot.engine.decisions.operation.halts import remind_of_login
from trading_bot.engine.decisions.orders import doubts, unseen
from trading_bot.engine.decisions.positions import guard, protection, trades
from trading_bot.engine.decisions.positions.exit_request import request_exit, stop_reason
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import ClockTicked, EvaluationDue, FrameReceived, QuotesRead
from trading_bot.engine.market_view import Series, Watch
from trading_bot.engine.state import State, is_silent


def on_frame(state: State, event: FrameReceived, turn: Turn) -> None:
    """Take a message of the feed."""
    market = state.market
    frame, now_ms = event.frame, state.now_ms
    feed_health.hear(state, turn)
    market.frames += 1
    lag_ms = now_ms - frame.sent_at_ms
    if market.lag_ms is None or lag_ms < market.lag_ms:
        market.lag_ms = lag_ms
    market.ticks += len(frame.ticks)
    all_series = market.series
    suspect_move = state.settings.suspect_move
    for tick in frame.ticks:
        series = all_series.get(tick.instrument_key)
        if series is None:
            market.unknown_ticks += 1
            continue
        price = tick.last_price
        last = series.last_price or tick.previous_close or series.previous_close
        is_odd = price <= 0 or (last and abs(price - last) > last * suspect_move)
        if is_odd and not odd_prices.is_believed(state, series, tick, turn):
            market.suspect_ticks += 1
            continue
        series.suspect_price = 0
        series.last_price = price
        series.tick = tick
        series.seen_at_ms = now_ms
        series.ticks += 1
        closed = series.builder.add(tick)
        if closed:
            _take_closed(series, closed, turn)
        watch = series.watch
        if watch is not None and not frame.is_snapshot:
            check_levels(state, series, watch, price, turn)


def on_quotes(state: State, event: QuotesRead, turn: Turn) -> None:
    """Take prices that were asked for: they watch over what is held, and start nothing.

    A feed that speaks of it knows better, and so does a trade that it showed before. An odd one waits.
    """
    for tick in event.ticks:
        series = state.market.series.get(tick.instrument_key)
        if series is None or not is_silent(state, series):
            continue
        if tick.traded_at_ms <= series.newest_trade_ms:
            continue
        price, last = tick.last_price, series.last_price
        is_odd = price <= 0 or (last and abs(price - last) > last * state.settings.suspect_move)
        if is_odd and not odd_prices.is_believed(state, series, tick, turn):
            continue
        series.suspect_price, series.last_price, series.tick = 0, price, tick
        if series.watch is not None:
            check_levels(state, series, series.watch, price, turn)


def _take_closed(series: Series, closed: Sequence[ClosedCandle], turn: Turn) -> None:
    key = series.instrument.key
    evaluated_timeframes_s = series.evaluated_timeframes_s if series.is_warm else ()
    for timeframe_s, candle in closed:
        if timeframe_s == MINUTE_S:
            series.candles += 1
            turn.candles.append((key, candle))
        if timeframe_s in evaluated_timeframes_s:
            turn.evaluations.append(
                EvaluationDue(at_ms=turn.now_ms, instrument_key=key, timeframe_s=timeframe_s, candle=candle)
            )


def _look_at_forming(series: Series, turn: Turn) -> None:
    for timeframe_s, interval_s in series.provisional:
        candle = series.builder.forming(timeframe_s)
        if candle is None or turn.now_ms // MS_PER_SECOND % interval_s:
            continue
        turn.evaluations.append(
            EvaluationDue(
                at_ms=turn.now_ms,
                instrument_key=series.instrument.key,
                timeframe_s=timeframe_s,
                candle=candle,
                is_provisional=True,
            )
        )


def check_levels(state: State, series: Series, watch: Watch, price: int, turn: Turn) -> None:
    """Ask for the exit of a trade whose stop or target trades."""
    if (price - watch.best_price) * watch.sign > 0:
        watch.best_price = price
    if watch.below < price < watch.above:
        return
    trade = state.book.trades[watch.trade_id]
    is_stop = (price - trade.stop_price) * watch.sign <= 0
    if not is_stop:
        request_exit(state, trade, ExitReason.TARGET, turn)
    elif series.stop_breached_at_ms == 0:
        series.stop_breached_at_ms = state.now_ms
        if not protection.is_resting(state, trade):
            request_exit(state, trade, stop_reason(trade), turn)


def on_clock(state: State, _event: ClockTicked, turn: Turn) -> None:
    """Take a second of session time: close candles, then everything that waits for time to pass."""
    now_ms = state.now_ms
    for series in state.market:
        closed = series.builder.close_until(now_ms)
        if closed:
            _take_closed(series, closed, turn)
        if len(series.hours.continuous) > 1:
            days.start_next_session(series, now_ms)
        if series.provisional and series.is_warm:
            _look_at_forming(series, turn)
    doubts.search_due(state, turn)
    doubts.read_back_changes(state, turn)
    unseen.search(state, turn)
    foreign.follow(state, turn)
    reconcile.follow(state, turn)
    _square_off(state, turn)
    _stop_grace(state, turn)
    overlays.close_before_events(state, turn)
    circuits.follow(state, turn)
    standstill.follow(state, turn)
    losses.watch(state, turn)
    remind_of_login(state, turn)
    feed_health.refill_when_due(state, turn)
    feed_health.check_silence(state, turn, standstill.is_everywhere)
    time_health.judge_offset(state, turn)
    for trade in tuple(state.book.trades.values()):
        protection.trail(state, trade, turn)
        trades.drive(state, trade.trade_id, turn)
    guard.watch(state, turn)


def _square_off(state: State, turn: Turn) -> None:
    for trade in tuple(state.book.trades.values()):
        series = state.market.series.get(trade.instrument_key)
        if series is None or state.now_ms >= series.hours.flat_by_ms:
            request_exit(state, trade, ExitReason.SQUARE_OFF, turn)


def _stop_grace(state: State, turn: Turn) -> None:
    """The second line of defence: the broker's stop had its time and the position is still there."""
    grace_ms = state.settings.stop_grace_s * MS_PER_SECOND
    for trade in tuple(state.book.trades.values()):
        hit_at_ms = _stop_hit_at_ms(state, trade)
        if hit_at_ms and state.now_ms - hit_at_ms >= grace_ms:
            request_exit(state, trade, stop_reason(trade), turn)


def _stop_hit_at_ms(state: State, trade: Trade) -> int:
    """When the stop was hit: by our prices, or by the broker's report that it works; 0 when it was not."""
    series = state.market.series.get(trade.instrument_key)
    if series is not None and series.watch is not None and series.stop_breached_at_ms:
        return series.stop_breached_at_ms
    triggered = (
        order.seen_at_ms
        for order in protection.live_exits(state, trade)
        if order.status is OrderStatus.OPEN and order.request.purpose is Purpose.STOP
    )
    return min(triggered, default=0)
