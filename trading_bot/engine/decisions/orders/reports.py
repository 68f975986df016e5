"""What the broker shows of our orders: rows of the book and the stream, and trades.

The stream is a hint: it moves an order forward, never back. The books are the truth. A position changes only
by fills, and each fill is applied once.
"""

from collections.abc import Sequence

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import ChangeResult, Order, OrderReport, OrderStatus, Purpose, ReportedChange
from trading_bot.domain.values import replace
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.book_state import fill_id
from trading_bot.engine.commands import ReadBand, ReadBooks
from trading_bot.engine.decisions.account import annulled, fills, foreign
from trading_bot.engine.decisions.market.standstill import note_refusal, stands_still_for
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.orders import doubts, missing, strays, unseen, untagged
from trading_bot.engine.decisions.orders.order_table import (
    ACTIONS,
    FILL_ACTIONS,
    SHOWN,
    Action,
    FillAction,
    filled,
)
from trading_bot.engine.decisions.positions import guard, protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BOOKS, BooksRead, OrderPushed, TagSearched
from trading_bot.engine.state import State, has_unsettled_fills

_REFUSALS = (ReportedChange.NOT_MODIFIED, ReportedChange.NOT_CANCELLED)
_STEPS = frozenset({Action.ADOPT, Action.FOLLOW, Action.REVIVE})


def on_order_pushed(state: State, event: OrderPushed, turn: Turn) -> None:
    """Take a row of the stream; a grown filled quantity asks for the trades.

    Rows may be repeated and come out of order, so terms are taken from one only where they are those that we
    asked for: an old row must not make a modified order look unmodified.
    """
    order = _ours(state, event.report)
    if order is None:
        foreign.note_pushed(state, event.report, turn)
        return
    _learn_user(state, event.report)
    is_fewer = event.report.filled_quantity < order.reported_filled_quantity
    is_stale = is_fewer or (
        order.status is OrderStatus.OPEN and event.report.status is OrderStatus.TRIGGER_PENDING
    )
    if is_stale:
        return
    report = event.report
    if report.terms not in (order.terms, order.requested_terms):
        # Somebody else's, or of before a change: a read tells, and is not to be taken for older than this.
        # What has ended stays ended: later reads that show it alive are old copies.
        told_at_ms = report.reported_at_ms if report.status.is_terminal else 0
        report = replace(report, terms=order.terms, reported_at_ms=told_at_ms)
    _take_report(state, order, report, turn)
    if has_unsettled_fills(state.book.orders[order.tag]):
        turn.command(ReadBooks(reason=f"order {order.tag} filled"))


def on_tag_searched(state: State, event: TagSearched, turn: Turn) -> None:
    """Take the answer of a search by tag, as rows of the book are taken. Finding nothing proves nothing."""
    _take_rows(state, event.orders, event.asked_at_ms, turn)
    if len({report.order_id for report in event.orders}) > 1:
        text = f"{len(event.orders)} orders carry the tag {event.tag}"
        turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="tag_twice", detail=text))
        halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", "tag_twice", until_released=True)


def on_books_read(state: State, event: BooksRead, turn: Turn) -> None:
    """Take a complete read of orders and trades."""
    state.failed_reads.pop(BOOKS, None)
    _take_rows(state, event.orders, event.asked_at_ms, turn)
    for order, report in untagged.matches(state, event, turn):
        _take_report(state, order, report, turn)
    named = [(fill_id(fill), fill) for fill in event.fills]
    fills.take_fills(state, event, named, turn)
    _note_foreign(state, event)
    listed = dict(named)
    state.listed_trades.update(listed)
    annulled.note_trades(state, event, listed.keys(), turn)
    if not missing.note_rows(state, event, turn):
        unseen.note_complete_read(state, event, turn)
        if state.doubts:
            seen_tags = frozenset(report.tag for report in event.orders if report.tag)
            doubts.note_complete_read(state, event.asked_at_ms, seen_tags, turn)
    halts.note_login(state, event.asked_at_ms, turn)
    if event.asked_at_ms < state.time_lost_at_ms:
        return
    if not state.books_read_at_ms:
        turn.touched_trades.update(dict.fromkeys(state.book.trades))
    state.books_read_at_ms, state.blind_since_ms = max(state.books_read_at_ms, event.asked_at_ms), 0


def _note_foreign(state: State, event: BooksRead) -> None:
    foreign_orders = state.book.foreign_orders
    state.shown_foreign_orders = (
        tuple(
            report.order_id
            for report in event.orders
            if report.status.is_live and report.order_id in foreign_orders
        )
        if foreign_orders
        else ()
    )


def _take_rows(state: State, reports: Sequence[OrderReport], asked_at_ms: int, turn: Turn) -> None:
    for report in reports:
        if report.placed_by and _ours(state, report) is not None:
            _learn_user(state, report)
    for report in reports:
        order = _ours(state, report)
        if order is None:
            foreign.note_order(state, report, turn)
        elif _is_settled(state, order, report):
            continue
        elif report.status.is_terminal or not _is_outdated(state, order, report, asked_at_ms):
            _take_row(state, order, report, asked_at_ms, turn)


def _is_settled(state: State, order: Order, report: OrderReport) -> bool:
    """Whether a row only repeats how an order ended: most rows of a long day do."""
    if order.status is not report.status or not order.status.is_terminal:
        return False
    is_known = report.filled_quantity == order.reported_filled_quantity == order.filled_quantity
    return is_known and (not state.suspects_ms or order.tag not in state.suspects_ms)


def _take_row(state: State, order: Order, report: OrderReport, asked_at_ms: int, turn: Turn) -> None:
    if fills.contradicts(state, order, report, asked_at_ms, turn):
        return
    _take_report(state, state.book.orders[order.tag], report, turn)
    _judge_change(state, order.tag, report, asked_at_ms, turn)


def _ours(state: State, report: OrderReport) -> Order | None:
    """Our order that a row speaks of: by its id, or by the tag of one that was sent and has no id yet."""
    order = state.book.order_by_id(report.order_id)
    if order is not None or report.tag is None:
        return order
    order = state.book.orders.get(report.tag)
    if order is None or order.order_id is not None:
        return None
    if ACTIONS[order.status, SHOWN[report.status]] is Action.FOREIGN:
        return None
    return order


def _learn_user(state: State, report: OrderReport) -> None:
    """Remember whom the broker names as placer of our orders: whoever else it names is not this account."""
    state.account_user = report.placed_by or state.account_user


def _is_outdated(state: State, order: Order, report: OrderReport, asked_at_ms: int) -> bool:
    """Whether we have heard of the order since: after the read was sent, or from a newer row.

    A book may lag behind what it, or the stream, has shown before; a row without a time does not say so. Any
    row of an order that nobody has named yet is news.
    """
    if order.order_id is None:
        return False
    newest_ms = state.newest_report_ms.get(order.tag, 0)
    if asked_at_ms < order.seen_at_ms or 0 < report.reported_at_ms < newest_ms:
        return True
    return _is_of_the_same_second(state, order, report, asked_at_ms)


def _is_of_the_same_second(state: State, order: Order, report: OrderReport, asked_at_ms: int) -> bool:
    """Whether a row may have been written before a change that it does not show, in the second of the change.

    The broker gives whole seconds. What reads show for as long as a row may be missing is believed.
    """
    is_timed = 0 < report.reported_at_ms == state.newest_report_ms.get(order.tag)
    if not is_timed or report.terms == order.terms or order.is_change_pending:
        state.old_terms_since_ms.pop(order.tag, None)
        return False
    since_ms = state.old_terms_since_ms.setdefault(order.tag, asked_at_ms)
    return asked_at_ms - since_ms < state.settings.missing_row_s * MS_PER_SECOND


def _take_report(state: State, order: Order, report: OrderReport, turn: Turn) -> None:
    """Take a row as the table says."""
    newest_ms = state.newest_report_ms
    reported_at_ms = min(report.reported_at_ms, state.now_ms)  # one from the future must not hide all others
    newest_ms[order.tag] = max(newest_ms.get(order.tag, 0), reported_at_ms)
    action = ACTIONS[order.status, SHOWN[report.status]]
    fill_action = FILL_ACTIONS[
        order.status.is_live, filled(fills.shown_quantity(order, report), order.reported_filled_quantity)
    ]
    is_late = fill_action is FillAction.LATE or action is Action.REVIVE
    if order.status.is_terminal and not is_late:
        return
    _take_terms(state, order, report, turn)
    order = state.book.orders[order.tag]
    if action in _STEPS or (is_late and order.order_id is None):
        _advance(state, order, report, turn)
    if is_late:
        text = f"order {order.tag} is {report.status} with {report.filled_quantity} filled after its end"
        strays.record(turn, "late_order", text)
        strays.take_up(state, order.tag, turn)


def _take_terms(state: State, order: Order, report: OrderReport, turn: Turn) -> None:
    filled = max(order.reported_filled_quantity, fills.shown_quantity(order, report))
    if report.terms != order.terms or filled != order.reported_filled_quantity:
        turn.emit(
            ev.OrderReported(
                at_ms=state.now_ms,
                tag=order.tag,
                terms=report.terms,
                reported_filled_quantity=filled,
            )
        )
        turn.touch(order.tag)
    if order.requested_terms is not None and report.terms == order.requested_terms:
        _resolve(turn, order.tag, ChangeResult.CONFIRMED, "")
    elif order.is_change_pending and report.change in _REFUSALS and _is_news(state, order, report):
        state.refusal_shown_ms[order.tag] = report.reported_at_ms
        _resolve(turn, order.tag, ChangeResult.REFUSED, report.message)


def _is_news(state: State, order: Order, report: OrderReport) -> bool:
    """Whether a refusal is not that of an earlier change: the row stays, and the stream repeats it late."""
    shown_ms = report.reported_at_ms
    is_newest = shown_ms >= state.newest_report_ms[order.tag]
    return shown_ms == 0 or (is_newest and shown_ms > state.refusal_shown_ms.get(order.tag, 0))


def _advance(state: State, order: Order, report: OrderReport, turn: Turn) -> None:
    if state.doubts.pop(order.tag, None) is not None:
        turn.tell(AlertKind.DOUBT_OVER, "info", f"order {order.tag} is found: {report.status}")
    is_lost = report.status is OrderStatus.REJECTED or (
        report.status is OrderStatus.CANCELLED and not order.cancel_requested
    )
    if report.status is OrderStatus.REJECTED:
        note_refusal(state, order)
    is_still = is_lost and stands_still_for(state, order.request.instrument_key)
    turn.emit(
        ev.OrderAdvanced(
            at_ms=state.now_ms,
            tag=order.tag,
            status=report.status,
            order_id=report.order_id,
            message=report.message,
            is_unjudged=is_still,
        )
    )
    turn.touch(order.tag)
    if is_still or guard.is_ended_by_the_session(state, order):
        return
    if is_lost:
        text = report.message or f"{report.status} by the broker"
        halts.note_rejection(state, turn, f"{order.request.purpose} {order.tag}: {text}")
        if report.status is OrderStatus.CANCELLED:
            protection.note_cancelled(state, order, text, turn)
            state.lost_exits.update({order.tag} if order.request.purpose is Purpose.EXIT else ())
        else:
            halts.note_refused_entry(state, order, turn)
            protection.note_failure(state, order, text, turn)
        if order.request.purpose is Purpose.EXIT:
            turn.command(ReadBand(instrument_key=order.request.instrument_key))


def _judge_change(state: State, tag: str, report: OrderReport, asked_at_ms: int, turn: Turn) -> None:
    """A read sent well after a change was asked for, that still shows the old terms: it did not happen."""
    order = state.book.orders[tag]
    if not order.is_change_pending or report.change is ReportedChange.PENDING:
        return
    if asked_at_ms >= order.changed_at_ms + state.settings.change_settle_s * MS_PER_SECOND:
        _resolve(turn, tag, ChangeResult.NOT_SEEN, "the book still shows the old terms")


def _resolve(turn: Turn, tag: str, result: ChangeResult, message: str) -> None:
    turn.emit(ev.ChangeResolved(at_ms=turn.now_ms, tag=tag, result=result, message=message))
    turn.touch(tag)
