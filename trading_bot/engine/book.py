"""The book: orders, positions, trades, counters and halts, rebuilt from journaled events and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from trading_bot.domain import events as ev
from trading_bot.domain.order import Fill, Order, OrderStatus
from trading_bot.domain.position import Position
from trading_bot.domain.tag import parse_tag
from trading_bot.domain.trade import ClosedTrade, Trade
from trading_bot.engine.book_emergency import EMERGENCY_EFFECTS, given_since


@dataclass(slots=True)
class Book:
    """What we own and owe. Only `apply` changes it."""

    on: date | None = None
    epoch: int = 0
    settings_hash: str = ""
    last_intent: int = 0
    last_trade_id: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    """Today's orders by tag."""
    tags_by_order_id: dict[str, str] = field(default_factory=dict)
    trade_id_by_tag: dict[str, int | None] = field(default_factory=dict)
    tags_by_trade_id: dict[int, list[str]] = field(default_factory=dict)
    fills: dict[str, Fill] = field(default_factory=dict)
    """Today's applied fills by `fill_id`."""
    explained: dict[str, Fill] = field(default_factory=dict)
    """Trades that were shown after their units had been applied, by `fill_id`."""
    positions: dict[str, Position] = field(default_factory=dict)
    """Our own open positions by instrument."""
    trades: dict[int, Trade] = field(default_factory=dict)
    """Trades that are not closed yet."""
    trade_id_by_instrument: dict[str, int] = field(default_factory=dict)
    closed_trades: list[ClosedTrade] = field(default_factory=list)
    """Today's."""
    trades_today: int = 0
    symbol_trades_today: dict[str, int] = field(default_factory=dict)
    entry_times_ms: list[int] = field(default_factory=list)
    last_entry_ms: dict[str, int] = field(default_factory=dict)
    losing_streaks: dict[str, int] = field(default_factory=dict)
    denials_today: int = 0
    signals_today: int = 0
    halts: dict[tuple[ev.HaltScope, str, str], ev.HaltRaised] = field(default_factory=dict)
    """By scope, subject and reason."""
    is_panicking: bool = False
    foreign_orders: dict[str, ev.ForeignOrderSeen] = field(default_factory=dict)
    emergency_tags: set[str] = field(default_factory=set)
    """Tags that were given while this book could not be read; their orders are foreign, yet not unknown."""
    foreign_cancels: dict[str, ev.ForeignCancelIntended] = field(default_factory=dict)
    """Cancellations of others' orders whose outcome is open, by order id."""
    adopted: dict[str, int] = field(default_factory=dict)
    """Signed units of foreign trades that count as ours today, by instrument."""
    differences: dict[str, ev.DifferenceFound] = field(default_factory=dict)
    incidents_today: int = 0
    is_day_closed: bool = False

    def apply(self, event: ev.BookEvent) -> None:
        """Take one event. Raises IllegalTransitionError when an order cannot make the step."""
        APPLY[type(event)](self, event)

    def trade_of(self, instrument_key: str) -> Trade | None:
        """The trade that is open, or pending, in an instrument."""
        trade_id = self.trade_id_by_instrument.get(instrument_key)
        return None if trade_id is None else self.trades[trade_id]

    def orders_of(self, trade_id: int) -> Iterator[Order]:
        """All orders of a trade, oldest first."""
        return (self.orders[tag] for tag in self.tags_by_trade_id.get(trade_id, ()))

    def live_orders(self) -> Iterator[Order]:
        """Orders that may still trade."""
        return (order for order in self.orders.values() if order.status.is_live)

    def order_by_id(self, order_id: str) -> Order | None:
        """Our order that the broker calls by this id."""
        tag = self.tags_by_order_id.get(order_id)
        return None if tag is None else self.orders[tag]

    def position_of(self, instrument_key: str) -> Position:
        """Our position in an instrument, flat when there is none."""
        return self.positions.get(instrument_key) or Position(instrument_key=instrument_key)


def fill_id(fill: Fill) -> str:
    """What makes a fill unique: exchanges number trades on their own, so the order takes part."""
    return f"{fill.order_id}/{fill.trade_id}"


def _ownership_taken(book: Book, event: ev.OwnershipTaken) -> None:
    book.epoch = event.epoch
    book.settings_hash = event.settings_hash


def _day_started(book: Book, event: ev.DayStarted) -> None:
    book.on = event.on
    book.last_intent = 0
    book.orders.clear()
    book.tags_by_order_id.clear()
    book.trade_id_by_tag.clear()
    book.tags_by_trade_id = {trade_id: [] for trade_id in book.trades}
    book.fills.clear()
    book.explained.clear()
    book.closed_trades.clear()
    book.trades_today = 0
    book.symbol_trades_today.clear()
    book.entry_times_ms.clear()
    book.last_entry_ms.clear()
    book.losing_streaks.clear()
    book.denials_today = book.signals_today = book.incidents_today = 0
    book.halts = {key: halt for key, halt in book.halts.items() if halt.until_released}
    book.foreign_orders.clear()
    book.emergency_tags = given_since(book.emergency_tags, event.on)
    book.foreign_cancels.clear()
    book.adopted.clear()
    book.is_day_closed = False


def _signal_raised(book: Book, _event: ev.SignalRaised) -> None:
    book.signals_today += 1


def _entry_denied(book: Book, _event: ev.EntryDenied) -> None:
    book.denials_today += 1


def _trade_planned(book: Book, event: ev.TradePlanned) -> None:
    trade = event.trade
    _add_trade(book, trade)
    book.trades_today += 1
    counts = book.symbol_trades_today
    counts[trade.instrument_key] = counts.get(trade.instrument_key, 0) + 1
    book.entry_times_ms.append(event.at_ms)
    book.last_entry_ms[trade.instrument_key] = event.at_ms


def _add_trade(book: Book, trade: Trade) -> None:
    book.last_trade_id = max(book.last_trade_id, trade.trade_id)
    book.trades[trade.trade_id] = trade
    book.tags_by_trade_id[trade.trade_id] = []
    book.trade_id_by_instrument[trade.instrument_key] = trade.trade_id


def _position_adopted(book: Book, event: ev.PositionAdopted) -> None:
    key = event.trade.instrument_key
    _add_trade(book, event.trade)
    book.adopted[key] = book.adopted.get(key, 0) + event.traded_today
    book.positions[key] = Position(
        instrument_key=key,
        product=event.trade.product,
        quantity=event.quantity,
        cash=-event.quantity * event.price,
        entry_quantity=abs(event.quantity),
        entry_value=abs(event.quantity) * event.price,
    )


def _rescue_planned(book: Book, event: ev.RescuePlanned) -> None:
    _add_trade(book, event.trade)


def _order_reassigned(book: Book, event: ev.OrderReassigned) -> None:
    book.trade_id_by_tag[event.tag] = event.trade_id
    book.tags_by_trade_id[event.trade_id].append(event.tag)


def _trade_turned(book: Book, event: ev.TradeTurned) -> None:
    trade = book.trades[event.trade_id]
    book.trades[event.trade_id] = replace(trade, direction=trade.direction.opposite)


def _order_intended(book: Book, event: ev.OrderIntended) -> None:
    request = event.request
    parsed = parse_tag(request.tag)
    if parsed is not None:
        book.last_intent = max(book.last_intent, parsed.number)
    book.orders[request.tag] = Order(
        request=request,
        status=OrderStatus.INTENDED,
        terms=request.terms,
        intended_at_ms=event.at_ms,
        changed_at_ms=event.at_ms,
    )
    book.trade_id_by_tag[request.tag] = event.trade_id
    if event.trade_id is not None:
        book.tags_by_trade_id[event.trade_id].append(request.tag)


def _order_advanced(book: Book, event: ev.OrderAdvanced) -> None:
    order = book.orders[event.tag]
    changes: dict[str, object] = {"seen_at_ms": event.at_ms}
    if event.message:
        changes["message"] = event.message
    if event.order_id is not None:
        changes["order_id"] = event.order_id
        book.tags_by_order_id[event.order_id] = event.tag
    if event.status.is_terminal:
        changes |= {"requested_terms": None, "cancel_requested": False}
    book.orders[event.tag] = order.advanced(event.status, **changes)


def _order_reported(book: Book, event: ev.OrderReported) -> None:
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(
        order,
        terms=event.terms,
        reported_filled_quantity=event.reported_filled_quantity,
        seen_at_ms=event.at_ms,
    )


def _modify_intended(book: Book, event: ev.ModifyIntended) -> None:
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(order, requested_terms=event.terms, changed_at_ms=event.at_ms)


def _cancel_intended(book: Book, event: ev.CancelIntended) -> None:
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(order, cancel_requested=True, changed_at_ms=event.at_ms)


def _change_resolved(book: Book, event: ev.ChangeResolved) -> None:
    order = book.orders[event.tag]
    refusals = {ev.ChangeResult.CONFIRMED: 0, ev.ChangeResult.NOT_AUTHORISED: order.refused_changes}
    book.orders[event.tag] = replace(
        order,
        requested_terms=None,
        cancel_requested=False,
        refused_changes=refusals.get(event.result, order.refused_changes + 1),
        seen_at_ms=event.at_ms,
        message=event.message or order.message,
    )


def _order_filled(book: Book, event: ev.OrderFilled) -> None:
    fill = event.fill
    book.fills[fill_id(fill)] = fill
    order = book.orders[event.tag]
    filled = order.filled_quantity + fill.quantity
    book.orders[event.tag] = replace(
        order,
        filled_quantity=filled,
        assumed_quantity=order.assumed_quantity + (fill.quantity if event.is_assumed else 0),
        reported_filled_quantity=max(order.reported_filled_quantity, filled),
    )
    position = book.positions.get(fill.instrument_key) or Position(
        instrument_key=fill.instrument_key, product=order.request.product
    )
    book.positions[fill.instrument_key] = position.apply(fill)


def _fill_explained(book: Book, event: ev.FillExplained) -> None:
    book.explained[fill_id(event.fill)] = event.fill
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(order, assumed_quantity=order.assumed_quantity - event.fill.quantity)


def _foreign_fill_taken(book: Book, event: ev.ForeignFillTaken) -> None:
    fill = event.fill
    key = fill.instrument_key
    part = fill_id(fill)
    while part in book.fills:  # an earlier part of the same trade
        part += "+"
    book.fills[part] = fill
    book.adopted[key] = book.adopted.get(key, 0) + fill.side.sign * fill.quantity
    book.positions[key] = book.positions[key].apply(fill)


def _stop_moved(book: Book, event: ev.StopMoved) -> None:
    trade = book.trades[event.trade_id]
    book.trades[event.trade_id] = trade.with_stop(event.stop_price, event.best_price)


def _stop_failed(book: Book, event: ev.StopFailed) -> None:
    trade = book.trades[event.trade_id]
    book.trades[event.trade_id] = replace(trade, stop_failures=trade.stop_failures + 1)


def _exit_requested(book: Book, event: ev.ExitRequested) -> None:
    book.trades[event.trade_id] = replace(
        book.trades[event.trade_id],
        exit_reason=event.reason,
        exit_requested_at_ms=event.at_ms,
        exit_step_at_ms=event.at_ms,
    )


def _exit_stepped(book: Book, event: ev.ExitStepped) -> None:
    book.trades[event.trade_id] = replace(
        book.trades[event.trade_id], exit_step=event.step, exit_step_at_ms=event.at_ms
    )


def _trade_closed(book: Book, event: ev.TradeClosed) -> None:
    closed = event.closed
    key = closed.trade.instrument_key
    book.trades.pop(closed.trade.trade_id)
    book.trade_id_by_instrument.pop(key, None)
    book.closed_trades.append(closed)
    position = book.positions.get(key)
    if position is not None and position.is_flat:
        del book.positions[key]
    if closed.quantity == 0:  # nothing was traded: its place in the day's counts is free again
        book.trades_today = max(0, book.trades_today - 1)
        book.symbol_trades_today[key] = max(0, book.symbol_trades_today.get(key, 0) - 1)
        return
    lost = closed.gross_pnl < 0
    book.losing_streaks[key] = book.losing_streaks.get(key, 0) + 1 if lost else 0


def _halt_raised(book: Book, event: ev.HaltRaised) -> None:
    book.halts[(event.scope, event.subject, event.reason)] = event


def _halt_cleared(book: Book, event: ev.HaltCleared) -> None:
    book.halts.pop((event.scope, event.subject, event.reason), None)


def _panic_latched(book: Book, _event: ev.PanicLatched) -> None:
    book.is_panicking = True


def _panic_released(book: Book, _event: ev.PanicReleased) -> None:
    book.is_panicking = False


def _foreign_order_seen(book: Book, event: ev.ForeignOrderSeen) -> None:
    book.foreign_orders[event.order_id] = event


def _foreign_cancel_intended(book: Book, event: ev.ForeignCancelIntended) -> None:
    book.foreign_cancels[event.order_id] = event


def _foreign_cancel_resolved(book: Book, event: ev.ForeignCancelResolved) -> None:
    book.foreign_cancels.pop(event.order_id, None)


def _difference_found(book: Book, event: ev.DifferenceFound) -> None:
    book.differences[event.instrument_key] = event


def _difference_settled(book: Book, event: ev.DifferenceSettled) -> None:
    book.differences.pop(event.instrument_key, None)


def _incident_recorded(book: Book, _event: ev.IncidentRecorded) -> None:
    book.incidents_today += 1


def _day_closed(book: Book, _event: ev.DayClosed) -> None:
    book.is_day_closed = True


APPLY: dict[type[ev.BookEvent], Callable[[Book, Any], None]] = {
    **EMERGENCY_EFFECTS,
    ev.OwnershipTaken: _ownership_taken,
    ev.DayStarted: _day_started,
    ev.SignalRaised: _signal_raised,
    ev.EntryDenied: _entry_denied,
    ev.TradePlanned: _trade_planned,
    ev.OrderIntended: _order_intended,
    ev.OrderAdvanced: _order_advanced,
    ev.OrderReported: _order_reported,
    ev.ModifyIntended: _modify_intended,
    ev.CancelIntended: _cancel_intended,
    ev.ChangeResolved: _change_resolved,
    ev.OrderFilled: _order_filled,
    ev.FillExplained: _fill_explained,
    ev.ForeignFillTaken: _foreign_fill_taken,
    ev.RescuePlanned: _rescue_planned,
    ev.OrderReassigned: _order_reassigned,
    ev.TradeTurned: _trade_turned,
    ev.StopMoved: _stop_moved,
    ev.StopFailed: _stop_failed,
    ev.ExitRequested: _exit_requested,
    ev.ExitStepped: _exit_stepped,
    ev.TradeClosed: _trade_closed,
    ev.HaltRaised: _halt_raised,
    ev.HaltCleared: _halt_cleared,
    ev.PanicLatched: _panic_latched,
    ev.PanicReleased: _panic_released,
    ev.PositionAdopted: _position_adopted,
    ev.ForeignOrderSeen: _foreign_order_seen,
    ev.ForeignCancelIntended: _foreign_cancel_intended,
    ev.ForeignCancelResolved: _foreign_cancel_resolved,
    ev.DifferenceFound: _difference_found,
    ev.DifferenceSettled: _difference_settled,
    ev.IncidentRecorded: _incident_recorded,
    ev.DayClosed: _day_closed,
}
"""Each function takes the event class that it is filed under."""
