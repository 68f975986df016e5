"""The book: orders, positions, trades, counters and halts, rebuilt from journaled events and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trading_bot.domain import events as ev
from trading_bot.domain.position import Position
from trading_bot.domain.trade import Trade
from trading_bot.domain.values import replace
from trading_bot.engine.book_emergency import EMERGENCY_EFFECTS, given_since
from trading_bot.engine.book_orders import ORDER_EFFECTS
from trading_bot.engine.book_state import BookState


@dataclass(slots=True)
class Book(BookState):
    """What we own and owe. Only `apply` changes it."""

    def apply(self, event: ev.BookEvent) -> None:
        """Take one event. Raises IllegalTransitionError when an order cannot make the step."""
        APPLY[type(event)](self, event)


def _ownership_taken(book: BookState, event: ev.OwnershipTaken) -> None:
    book.epoch = event.epoch
    book.settings_hash = event.settings_hash


def _day_started(book: BookState, event: ev.DayStarted) -> None:
    book.on = event.on
    book.last_intent = 0
    book.orders.clear()
    book.tags_by_order_id.clear()
    book.trade_id_by_tag.clear()
    book.tags_by_trade_id = {trade_id: [] for trade_id in book.trades}
    book.fills.clear()
    book.explained.clear()
    book.annulled.clear()
    book.closed_trades.clear()
    book.trades_today = 0
    book.symbol_trades_today.clear()
    book.counted_trades.clear()
    book.entry_times_ms.clear()
    book.last_entry_ms.clear()
    book.losing_streaks.clear()
    book.denials_today = book.signals_today = book.incidents_today = 0
    book.incident_kinds.clear()
    book.halts = {key: halt for key, halt in book.halts.items() if halt.until_released}
    book.foreign_orders.clear()
    book.emergency_tags = given_since(book.emergency_tags, event.on)
    book.foreign_cancels.clear()
    book.adopted.clear()
    book.adoptions.clear()
    book.is_day_closed = False


def _signal_raised(book: BookState, _event: ev.SignalRaised) -> None:
    book.signals_today += 1


def _entry_denied(book: BookState, _event: ev.EntryDenied) -> None:
    book.denials_today += 1


def _trade_planned(book: BookState, event: ev.TradePlanned) -> None:
    trade = event.trade
    _add_trade(book, trade)
    book.counted_trades.add(trade.trade_id)
    book.trades_today += 1
    counts = book.symbol_trades_today
    counts[trade.instrument_key] = counts.get(trade.instrument_key, 0) + 1
    book.entry_times_ms.append(event.at_ms)
    book.last_entry_ms[trade.instrument_key] = event.at_ms


def _add_trade(book: BookState, trade: Trade) -> None:
    book.last_trade_id = max(book.last_trade_id, trade.trade_id)
    book.trades[trade.trade_id] = trade
    book.tags_by_trade_id[trade.trade_id] = []
    book.trade_id_by_instrument[trade.instrument_key] = trade.trade_id


def _position_adopted(book: BookState, event: ev.PositionAdopted) -> None:
    key = event.trade.instrument_key
    _add_trade(book, event.trade)
    book.adoptions[event.trade.trade_id] = event
    book.adopted[key] = book.adopted.get(key, 0) + event.traded_today
    book.positions[key] = Position(
        instrument_key=key,
        product=event.trade.product,
        quantity=event.quantity,
        cash=-event.quantity * event.price,
        entry_quantity=abs(event.quantity),
        entry_value=abs(event.quantity) * event.price,
    )


def _adoption_returned(book: BookState, event: ev.AdoptionReturned) -> None:
    adoption = book.adoptions[event.trade_id]
    book.adoptions[event.trade_id] = replace(adoption, quantity=adoption.quantity - event.quantity)
    key = event.instrument_key
    book.positions[key] = book.position_of(key).less(event.quantity, event.price)


def _rescue_planned(book: BookState, event: ev.RescuePlanned) -> None:
    _add_trade(book, event.trade)


def _trade_turned(book: BookState, event: ev.TradeTurned) -> None:
    trade = book.trades[event.trade_id]
    book.trades[event.trade_id] = replace(trade, direction=trade.direction.opposite)


def _stop_moved(book: BookState, event: ev.StopMoved) -> None:
    trade = book.trades[event.trade_id]
    book.trades[event.trade_id] = trade.with_stop(event.stop_price, event.best_price)


def _stop_failed(book: BookState, event: ev.StopFailed) -> None:
    trade = book.trades[event.trade_id]
    if event.with_another:
        return
    if event.by_others:
        book.trades[event.trade_id] = replace(
            trade, stop_cancels=trade.stop_cancels + 1, stop_cancelled_at_ms=event.at_ms
        )
    else:
        book.trades[event.trade_id] = replace(trade, stop_failures=trade.stop_failures + 1)


def _protection_resumed(book: BookState, event: ev.ProtectionResumed) -> None:
    trade = replace(book.trades[event.trade_id], stop_cancels=0)
    book.trades[event.trade_id] = replace(trade, stop_failures=0) if event.failures_too else trade


def _exit_requested(book: BookState, event: ev.ExitRequested) -> None:
    book.trades[event.trade_id] = replace(
        book.trades[event.trade_id],
        exit_reason=event.reason,
        exit_requested_at_ms=event.at_ms,
        exit_step_at_ms=event.at_ms,
    )


def _exit_stepped(book: BookState, event: ev.ExitStepped) -> None:
    book.trades[event.trade_id] = replace(
        book.trades[event.trade_id], exit_step=event.step, exit_step_at_ms=event.at_ms
    )


def _trade_closed(book: BookState, event: ev.TradeClosed) -> None:
    closed = event.closed
    key = closed.trade.instrument_key
    book.trades.pop(closed.trade.trade_id)
    book.trade_id_by_instrument.pop(key, None)
    book.closed_trades.append(closed)
    position = book.positions.get(key)
    if position is not None and position.is_flat:
        del book.positions[key]
    if closed.quantity == 0:  # nothing was traded: its place in the day's counts is free again
        if closed.trade.trade_id in book.counted_trades:
            book.trades_today -= 1
            book.symbol_trades_today[key] -= 1
        return
    lost = closed.gross_pnl < 0
    book.losing_streaks[key] = book.losing_streaks.get(key, 0) + 1 if lost else 0


def _halt_raised(book: BookState, event: ev.HaltRaised) -> None:
    book.halts[(event.scope, event.subject, event.reason)] = event


def _halt_cleared(book: BookState, event: ev.HaltCleared) -> None:
    book.halts.pop((event.scope, event.subject, event.reason), None)


def _panic_latched(book: BookState, _event: ev.PanicLatched) -> None:
    book.is_panicking = True


def _panic_released(book: BookState, _event: ev.PanicReleased) -> None:
    book.is_panicking = False


def _foreign_order_seen(book: BookState, event: ev.ForeignOrderSeen) -> None:
    book.foreign_orders[event.order_id] = event


def _foreign_cancel_intended(book: BookState, event: ev.ForeignCancelIntended) -> None:
    book.foreign_cancels[event.order_id] = event


def _foreign_cancel_resolved(book: BookState, event: ev.ForeignCancelResolved) -> None:
    book.foreign_cancels.pop(event.order_id, None)


def _difference_found(book: BookState, event: ev.DifferenceFound) -> None:
    book.differences[event.instrument_key] = event


def _difference_settled(book: BookState, event: ev.DifferenceSettled) -> None:
    book.differences.pop(event.instrument_key, None)
    if event.written_off:
        book.trades.pop(event.written_off)
        book.trade_id_by_instrument.pop(event.instrument_key, None)
        book.positions.pop(event.instrument_key, None)


def _incident_recorded(book: BookState, event: ev.IncidentRecorded) -> None:
    book.incidents_today += 1
    book.incident_kinds.add(event.kind)


def _day_closed(book: BookState, _event: ev.DayClosed) -> None:
    book.is_day_closed = True


APPLY: dict[type[ev.BookEvent], Callable[[BookState, Any], None]] = {
    **EMERGENCY_EFFECTS,
    **ORDER_EFFECTS,
    ev.OwnershipTaken: _ownership_taken,
    ev.DayStarted: _day_started,
    ev.SignalRaised: _signal_raised,
    ev.EntryDenied: _entry_denied,
    ev.TradePlanned: _trade_planned,
    ev.RescuePlanned: _rescue_planned,
    ev.TradeTurned: _trade_turned,
    ev.StopMoved: _stop_moved,
    ev.StopFailed: _stop_failed,
    ev.ProtectionResumed: _protection_resumed,
    ev.ExitRequested: _exit_requested,
    ev.ExitStepped: _exit_stepped,
    ev.TradeClosed: _trade_closed,
    ev.HaltRaised: _halt_raised,
    ev.HaltCleared: _halt_cleared,
    ev.PanicLatched: _panic_latched,
    ev.PanicReleased: _panic_released,
    ev.PositionAdopted: _position_adopted,
    ev.AdoptionReturned: _adoption_returned,
    ev.ForeignOrderSeen: _foreign_order_seen,
    ev.ForeignCancelIntended: _foreign_cancel_intended,
    ev.ForeignCancelResolved: _foreign_cancel_resolved,
    ev.DifferenceFound: _difference_found,
    ev.DifferenceSettled: _difference_settled,
    ev.IncidentRecorded: _incident_recorded,
    ev.DayClosed: _day_closed,
}
"""Each function takes the event class that it is filed under."""
