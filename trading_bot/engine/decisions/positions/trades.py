"""The life of a trade after its plan: whatever happened, `drive` does what is due next.

It looks only at the book, so it may run after every event, after a restart, and twice.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.order import Order, OrderStatus, Purpose
from trading_bot.domain.trade import ClosedTrade, ExitReason, Trade
from trading_bot.engine.commands import ReadBooks
from trading_bot.engine.decisions.account.foreign import desk_elsewhere, desk_quantity, foreign_position
from trading_bot.engine.decisions.operation import losses, rates
from trading_bot.engine.decisions.operation.halts import is_login_needed, raise_halt
from trading_bot.engine.decisions.orders import answers, strays
from trading_bot.engine.decisions.positions import exits, protection
from trading_bot.engine.decisions.positions.exit_request import request_exit, stop_reason
from trading_bot.engine.decisions.positions.leftovers import is_left_over
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.market_view import watch_of
from trading_bot.engine.state import State, has_unsettled_fills, is_changeable, is_refused_often
from trading_bot.risk.settings import StopStyle

_AUCTION_MS = 15 * MS_PER_MINUTE
"""Until the closing auction may stop taking orders, from the end of continuous trading on."""


def drive(state: State, trade_id: int, turn: Turn) -> None:
    """Do what a trade needs now."""
    trade = state.book.trades.get(trade_id)
    if trade is None or not _is_time_to_act(state, trade):
        return
    orders = list(state.book.orders_of(trade_id))
    if any(has_unsettled_fills(order) for order in orders):
        turn.command(ReadBooks(reason=f"fills of trade {trade_id}"))
        return
    if state.book.position_of(trade.instrument_key).quantity * trade.direction.sign < 0:
        trade = _turn_around(state, trade, turn)
    _withdraw_entries(state, trade, orders, turn)
    wanted = exitable_quantity(state, trade)
    _drop_surplus(state, trade, wanted, turn)
    if wanted == 0:
        _finish(state, trade, turn)
    elif not _can_send(state, trade):
        return  # what rests at the exchange stays
    elif trade.is_exiting:
        exits.drive(state, trade, wanted, turn)
    else:
        protection.ensure(state, trade, wanted, turn)


def _can_send(state: State, trade: Trade) -> bool:
    """Whether orders are taken now: by the broker with our token, and by the exchange in this instrument.

    After continuous trading nothing is placed any more; a limit that rests takes part in the closing auction.
    """
    return _is_traded(state, trade) and not is_login_needed(state) and not rates.is_limited(state)


def _is_traded(state: State, trade: Trade) -> bool:
    """Panic tries in the closing auction as well, and not after it.

    A broker keeps what comes later for the next morning: then it would open a position.
    """
    series = state.market.series[trade.instrument_key]
    if not state.book.is_panicking:
        return series.hours.is_open(state.now_ms)
    auction_ms = _AUCTION_MS if series.instrument.closing_auction_eligible else 0
    return state.now_ms < series.hours.close_ms + auction_ms


def _is_time_to_act(state: State, trade: Trade) -> bool:
    """Whether anything may be asked for: the books were read, the market has opened, the day is not over.

    Before the first read nobody knows what an earlier process left behind; before the open and after the day
    an exchange takes neither stops nor exits. After a time in which nothing ran this process knows what it
    left: where no read succeeds, a position is not left bare for the sake of one.
    """
    series = state.market.series.get(trade.instrument_key)
    if series is None or state.book.is_day_closed:
        return False
    is_known = state.books_read_at_ms > 0 or _has_waited_blindly(state)
    return is_known and state.now_ms >= series.hours.open_ms


def _has_waited_blindly(state: State) -> bool:
    longest_ms = state.settings.unprotected_degraded_s * MS_PER_SECOND
    return state.blind_since_ms > 0 and state.now_ms - state.blind_since_ms >= longest_ms


def _turn_around(state: State, trade: Trade, turn: Turn) -> Trade:
    """More was closed than was held. It must not happen, and when it does it must not be doubled."""
    symbol = state.market.symbol(trade.instrument_key)
    strays.record(turn, "position_flipped", f"trade {trade.trade_id} in {symbol} was over-closed")
    turn.emit(ev.TradeTurned(at_ms=state.now_ms, trade_id=trade.trade_id))
    request_exit(state, trade, ExitReason.UNPROTECTED, turn)
    return state.book.trades[trade.trade_id]


def drive_touched(state: State, turn: Turn) -> None:
    """Drive every trade that this turn touched, and set the levels that ticks are compared with.

    Driving may touch again (an exit asked for while protecting), so it repeats, with a bound.
    """
    for _ in range(3):
        touched, turn.touched_trades = turn.touched_trades, {}
        for trade_id in touched:
            drive(state, trade_id, turn)
            refresh_watch(state, trade_id)
        if not turn.touched_trades:
            return


def exitable_quantity(state: State, trade: Trade) -> int:
    """Units that exits may cover: our position, or less where the broker confirms that it holds less.

    A difference was found at some moment; what we have traded since moved both sides alike. What the broker's
    own orders are about to close is theirs, and what they have closed at another exchange stays as it is.
    """
    key = trade.instrument_key
    ours = state.book.position_of(key).quantity
    theirs = ours + foreign_position(state, key)
    difference = state.book.differences.get(key)
    if difference is None and is_left_over(state, trade):
        return 0
    if difference is not None:
        theirs = difference.broker_quantity + ours - difference.our_quantity
    if ours * theirs <= 0:
        return 0
    covered = min(abs(ours), abs(theirs))
    if not state.desk_orders:
        return covered
    side = trade.exit_side
    return max(0, covered - desk_quantity(state, key, side) - desk_elsewhere(state, key, side))


def _withdraw_entries(state: State, trade: Trade, orders: list[Order], turn: Turn) -> None:
    timeout_ms = state.risk.entries.entry_timeout_s * MS_PER_SECOND
    side = trade.entry_side
    for order in orders:
        if order.request.side is not side:
            continue
        is_late = state.now_ms - order.intended_at_ms >= timeout_ms
        if trade.is_exiting or state.is_stopping or is_late:
            _withdraw(state, order, turn)


def _withdraw(state: State, order: Order, turn: Turn) -> None:
    """Let an order go: drop it while it was not sent, cancel it where the broker holds it or should."""
    if order.status is OrderStatus.INTENDED:
        answers.drop(state, order, "not wanted any more", turn)
        turn.touch(order.tag)
    elif (is_changeable(order) or _is_overdue(state, order)) and not (
        is_login_needed(state) or is_refused_often(state, order)
    ):
        turn.intend_cancel(order.tag)


def _drop_surplus(state: State, trade: Trade, wanted: int, turn: Turn) -> None:
    """Let exits go that wait to be sent and have become too many, the newest first."""
    live = protection.live_exits(state, trade)
    surplus = sum(order.worst_case_quantity for order in live) - wanted
    for order in reversed(live):
        if surplus > 0 and order.status is OrderStatus.INTENDED:
            surplus -= order.worst_case_quantity
            answers.drop(state, order, "more than is held by now", turn)


def _is_overdue(state: State, order: Order) -> bool:
    """Whether an order was accepted long ago and never seen to rest."""
    is_accepted = order.status is OrderStatus.ACKNOWLEDGED and not order.is_change_pending
    return is_accepted and state.now_ms - order.seen_at_ms >= state.settings.settle_s * MS_PER_SECOND


def _finish(state: State, trade: Trade, turn: Turn) -> None:
    """Nothing is held: withdraw what is left, and close the trade once nothing can trade any more."""
    live = [order for order in state.book.orders_of(trade.trade_id) if order.status.is_live]
    entered = state.book.position_of(trade.instrument_key).entry_quantity > 0
    for order in live:
        is_surplus = order.request.purpose is not Purpose.ENTRY or entered
        if is_surplus:
            _withdraw(state, order, turn)
    if live or not state.book.position_of(trade.instrument_key).is_flat:
        return
    _close(state, trade, turn)


def _close(state: State, trade: Trade, turn: Turn) -> None:
    position = state.book.position_of(trade.instrument_key)
    closed = ClosedTrade(
        trade=trade,
        exit_reason=_exit_reason(state, trade, position.entry_quantity),
        closed_at_ms=state.now_ms,
        quantity=position.entry_quantity,
        entry_value=position.entry_value,
        exit_value=position.entry_value + trade.direction.sign * position.cash,
        gross_pnl=position.cash,
    )
    turn.emit(ev.TradeClosed(at_ms=state.now_ms, closed=closed))
    limit = state.risk.limits.max_consecutive_losses
    if state.book.losing_streaks.get(trade.instrument_key, 0) >= limit:
        raise_halt(turn, ev.HaltScope.INSTRUMENT, trade.instrument_key, "max_consecutive_losses")
    if closed.quantity and closed.gross_pnl < 0:
        losses.tell_streak(state, turn)


def _exit_reason(state: State, trade: Trade, entered: int) -> ExitReason:
    if entered == 0:
        return ExitReason.NOT_FILLED
    if trade.exit_reason is not None:
        return trade.exit_reason
    fills = [fill for fill in state.book.fills.values() if fill.instrument_key == trade.instrument_key]
    if not fills:  # an earlier day's, and not by an exit that was asked for
        return ExitReason.FOREIGN
    if fills[-1].order_id in state.book.tags_by_order_id:
        return stop_reason(trade)
    return ExitReason.BROKER if fills[-1].by_broker else ExitReason.FOREIGN


def refresh_watch(state: State, trade_id: int) -> None:
    """Set, move or remove the levels that ticks of the trade's instrument are compared with."""
    trade = state.book.trades.get(trade_id)
    if trade is None:
        _remove_watch(state, trade_id)
        return
    series = state.market.series.get(trade.instrument_key)
    if series is None:
        return
    if trade.is_exiting or state.book.position_of(trade.instrument_key).is_flat:
        series.watch = None
        return
    if series.watch is None:
        series.stop_breached_at_ms = 0
    best_price = series.watch.best_price if series.watch else trade.best_price
    on_close = state.risk.exits.stops is StopStyle.ON_CLOSE
    series.watch = watch_of(trade, best_price, looks_at_closes=on_close)


def _remove_watch(state: State, trade_id: int) -> None:
    for series in state.market:
        if series.watch is not None and series.watch.trade_id == trade_id:
            series.watch = None
            series.stop_breached_at_ms = 0
