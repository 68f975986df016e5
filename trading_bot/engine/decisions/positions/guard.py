"""The protection supervisor: how long each position has been without a confirmed stop, and what follows.

Placing and replacing stops is driven elsewhere, every second. This watches the outcome: past the limit a
person is paged, and a trade that nothing at the broker can be protecting is closed.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.order import Order, OrderStatus, Purpose
from trading_bot.domain.trade import ExitReason, Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.market.standstill import stands_still
from trading_bot.engine.decisions.operation import halts, rates
from trading_bot.engine.decisions.orders import missing
from trading_bot.engine.decisions.positions import exits, protection, trades
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State, has_unsettled_fills
from trading_bot.risk.settings import StopStyle

_RESTING = (OrderStatus.TRIGGER_PENDING, OrderStatus.OPEN)
_LAST_CALL_MS = 2 * MS_PER_MINUTE
_MISSED_POLLS = 2


def watch(state: State, turn: Turn) -> None:
    """Look once a second: measure, page, close. A time is counted from the last look that saw protection."""
    bare: dict[int, int] = {}
    has_stops = state.risk.exits.stops is StopStyle.RESTING
    for trade in tuple(state.book.trades.values()):
        series = state.market.series.get(trade.instrument_key)
        if series is None or not series.hours.is_open(state.now_ms):
            continue
        _last_call(state, trade, series, turn)
        _tell_if_unseen(state, trade, turn)
        if not has_stops or stands_still(state, series):
            continue
        if not is_protected(state, trade) or _has_unread_fills(state, trade):
            bare[trade.trade_id] = state.bare_since_ms.get(
                trade.trade_id, state.watched_at_ms or state.now_ms
            )
    state.bare_since_ms = bare
    state.watched_at_ms = state.now_ms
    for trade in state.book.trades.values():
        exits.tell_if_locked(state, trade, turn)
    for trade_id in bare:
        _act(state, state.book.trades[trade_id], turn)


def is_protected(state: State, trade: Trade) -> bool:
    """Whether the broker is known to hold exits, of whatever kind, for all that is ours to close.

    What they have filled is closed, though its trades be not read yet; what the broker's own orders are about
    to close is not ours.
    """
    units = sum(
        order.remaining_quantity
        for order in protection.live_exits(state, trade)
        if order.status in _RESTING and not missing.is_missing(state, order)
    )
    units += sum(
        order.reported_filled_quantity - order.spent_quantity
        for order in state.book.orders_of(trade.trade_id)
        if order.request.side is trade.exit_side and order.status.is_terminal and has_unsettled_fills(order)
    )
    return units >= trades.exitable_quantity(state, trade)


def _has_unread_fills(state: State, trade: Trade) -> bool:
    """Whether an entry is reported filled and its trades are not read: nothing covers what they bought."""
    return any(
        has_unsettled_fills(order) and order.request.purpose is Purpose.ENTRY
        for order in state.book.orders_of(trade.trade_id)
    )


def bare_s(state: State, trade: Trade) -> float:
    """Seconds for which a position has had no confirmed protection; 0 where it has."""
    since_ms = state.bare_since_ms.get(trade.trade_id)
    return 0.0 if since_ms is None else (state.now_ms - since_ms) / MS_PER_SECOND


def _is_healthy(state: State) -> bool:
    """Whether the broker answers, takes our token and our calls, and prices come in."""
    oldest_ms = state.now_ms - _MISSED_POLLS * state.settings.order_poll_s * MS_PER_SECOND
    is_answering = state.books_read_at_ms >= oldest_ms and not rates.is_troubled(state)
    return is_answering and state.market.is_feed_up and not halts.is_login_needed(state)


def _act(state: State, trade: Trade, turn: Turn) -> None:
    seconds = bare_s(state, trade)
    state.longest_bare_s = max(state.longest_bare_s, seconds)
    settings = state.settings
    is_long = seconds >= settings.unprotected_degraded_s
    is_unread = _has_unread_fills(state, trade)
    if not is_long and (is_unread or seconds < settings.unprotected_s or not _is_healthy(state)):
        return
    _page(state, trade, seconds, turn, is_long=is_long)
    may_be_protected = is_unread or any(protection.live_exits(state, trade))
    if not (trade.is_exiting or may_be_protected or protection.is_left_to_a_person(state, trade)):
        request_exit(state, trade, ExitReason.UNPROTECTED, turn)


def _page(state: State, trade: Trade, seconds: float, turn: Turn, *, is_long: bool) -> None:
    """At each of the two limits for a spell without protection, and each time the second passes again."""
    times = int(seconds // state.settings.unprotected_degraded_s) if is_long else 0
    mark = f"bare {trade.trade_id} {state.bare_since_ms[trade.trade_id]} {times}"
    if mark in state.told_of:
        return
    state.told_of.add(mark)
    doing = "its exit is not confirmed" if trade.is_exiting else "no stop is confirmed"
    symbol = state.market.symbol(trade.instrument_key)
    text = f"{symbol} has been unprotected for {seconds:.0f} s: {doing}"
    first = f"bare {trade.trade_id} {state.bare_since_ms[trade.trade_id]} for long"
    if is_long and first not in state.told_of:
        state.told_of.add(first)
        turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="unprotected", detail=text))
    turn.tell(AlertKind.UNPROTECTED, "critical", text)


def _tell_if_unseen(state: State, trade: Trade, turn: Turn) -> None:
    """Page where nothing was heard of an entry for so long that what it bought may be bare too long."""
    entries = [
        order
        for order in state.book.orders_of(trade.trade_id)
        if order.request.purpose is Purpose.ENTRY and order.status.is_live
    ]
    if not entries:
        return
    heard_ms = max(state.books_read_at_ms, min(max(one.seen_at_ms, one.intended_at_ms) for one in entries))
    seconds = (state.now_ms - heard_ms) / MS_PER_SECOND
    times = int(seconds // (state.settings.unprotected_degraded_s - state.settings.unprotected_s))
    mark = f"unseen {trade.trade_id} {heard_ms} {times}"
    if not times or mark in state.told_of:
        return
    state.told_of.add(mark)
    symbol = state.market.symbol(trade.instrument_key)
    text = (
        f"nothing was heard of an entry in {symbol} for {seconds:.0f} s: it may have filled, without a stop"
    )
    turn.tell(AlertKind.ENTRY_UNSEEN, "critical", text)


def _last_call(state: State, trade: Trade, series: Series, turn: Turn) -> None:
    """Two minutes before continuous trading ends a person is told of what is still held."""
    quantity = state.book.position_of(trade.instrument_key).quantity
    mark = f"last call {trade.trade_id}"
    if not quantity or mark in state.told_of or state.now_ms < series.hours.close_ms - _LAST_CALL_MS:
        return
    state.told_of.add(mark)
    text = f"{quantity} units of {series.instrument.symbol} are still held, and trading ends in two minutes"
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="not_flat", detail=text))
    turn.tell(AlertKind.STILL_HELD, "critical", f"{text}: close them by hand")


def is_ended_by_the_session(state: State, order: Order) -> bool:
    """Whether the exchange itself ends such orders now: what rests at the end of continuous trading.

    In shares of the closing auction stops are cancelled as it begins. That is by plan and no failed stop.
    """
    series = state.market.series.get(order.request.instrument_key)
    is_ours_to_lose = order.request.purpose is not Purpose.ENTRY
    return series is not None and is_ours_to_lose and state.now_ms >= series.hours.close_ms
