"""Fills out of complete reads: each trade once, and what an order filled though its trades do not show.

The order book may report units for which the trades list has no row. After a settle time they are applied
from the order's cumulative quantity and average price; a trade row that comes later explains such units and
is not applied again.
"""

from collections.abc import Sequence

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.order import Fill, Order, OrderReport
from trading_bot.domain.values import replace
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks
from trading_bot.engine.decisions.account import foreign_trades
from trading_bot.engine.decisions.orders import strays
from trading_bot.engine.decisions.orders.order_table import (
    ACTIONS,
    FILL_ACTIONS,
    SHOWN,
    Action,
    FillAction,
    filled,
)
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BooksRead
from trading_bot.engine.state import State, has_unsettled_fills

ASSUMED = "assumed-"
"""Begins the ids of fills that no trade showed."""
SUSPECT_ORDER = "suspect_order"
"""A row contradicts what the broker has told before; ends with a row that does not."""


def take_fills(state: State, event: BooksRead, listed: Sequence[tuple[str, Fill]], turn: Turn) -> None:
    """Apply the trades of a complete read, each with its `fill_id`, then what waited too long for them."""
    others: list[Fill] = []
    for key, fill in sorted(listed, key=_filled_at_ms):
        tag = state.book.tags_by_order_id.get(fill.order_id)
        if tag is None:
            others.append(fill)
        elif not _is_known(state, key):
            _take_fill(state, tag, fill, turn)
    foreign_trades.take_fills(state, others, turn)
    _take_missing(state, event, turn)


def _filled_at_ms(listed: tuple[str, Fill]) -> int:
    return listed[1].filled_at_ms


def _is_known(state: State, key: str) -> bool:
    """Whether a trade was taken before; an annulled one that is listed again is not enough to undo that."""
    book = state.book
    return key in book.fills or key in book.explained or key in book.annulled


def _take_fill(state: State, tag: str, fill: Fill, turn: Turn) -> None:
    """Apply a trade, less the units of it that were applied before its row was shown."""
    explained = min(fill.quantity, state.book.orders[tag].assumed_quantity)
    if explained:
        turn.emit(ev.FillExplained(at_ms=state.now_ms, tag=tag, fill=replace(fill, quantity=explained)))
    if explained < fill.quantity:
        left = replace(fill, quantity=fill.quantity - explained) if explained else fill
        _apply(state, tag, left, turn)


def shown_quantity(order: Order, report: OrderReport) -> int:
    """Units that a row shows as traded: it may or may not leave out those whose trades were annulled."""
    is_fewer = report.filled_quantity < order.reported_filled_quantity
    return report.filled_quantity + (order.annulled_quantity if is_fewer else 0)


def _apply(state: State, tag: str, fill: Fill, turn: Turn, *, is_assumed: bool = False) -> None:
    order = state.book.orders[tag]
    is_late = order.status.is_terminal and not has_unsettled_fills(order)
    state.last_fill_seen_ms = state.now_ms
    turn.emit(ev.OrderFilled(at_ms=state.now_ms, tag=tag, fill=fill, is_assumed=is_assumed))
    if is_late:
        strays.record(turn, "late_fill", f"{fill.quantity} units of {tag} traded after it was {order.status}")
    strays.take_up(state, tag, turn)
    _give_back(state, tag, fill, turn)


def _give_back(state: State, tag: str, fill: Fill, turn: Turn) -> None:
    """Take from what panic took over the units that this late fill shows to be ours: they count once.

    Only where all of them fit into what no trade of others explains, and the fill is of before.
    """
    units = fill.side.sign * fill.quantity
    for trade_id, adoption in state.book.adoptions.items():
        of_nobody = adoption.quantity - adoption.traded_today
        is_of_before = fill.filled_at_ms + MS_PER_SECOND <= adoption.at_ms  # the broker gives whole seconds
        is_there = units * of_nobody > 0 and abs(units) <= abs(of_nobody)
        if adoption.trade.instrument_key == fill.instrument_key and is_of_before and is_there:
            turn.emit(
                ev.AdoptionReturned(
                    at_ms=state.now_ms,
                    tag=tag,
                    trade_id=trade_id,
                    instrument_key=fill.instrument_key,
                    quantity=units,
                    price=adoption.price,
                )
            )
            return


# --- units without trades -----------------------------------------------------------------------------------


def _take_missing(state: State, event: BooksRead, turn: Turn) -> None:
    """Apply reported units whose trades complete reads have not shown for the settle time."""
    unsettled = [order for order in state.book.orders.values() if has_unsettled_fills(order)]
    since = state.unsettled_since_ms
    state.unsettled_since_ms = {order.tag: since.get(order.tag, event.asked_at_ms) for order in unsettled}
    if not unsettled:
        return
    due_ms = event.asked_at_ms - state.settings.fill_settle_s * MS_PER_SECOND
    rows = {report.order_id: report for report in event.orders}
    for order in unsettled:
        report = rows.get(order.order_id or "")
        if report is not None and state.unsettled_since_ms[order.tag] <= due_ms:
            _assume(state, order, report, turn)


def _assume(state: State, order: Order, report: OrderReport, turn: Turn) -> None:
    missing = shown_quantity(order, report) - order.spent_quantity
    if missing <= 0:
        return
    fills = _priced(state, order, report, missing)
    if not fills:
        text = f"order {order.tag}: {missing} units without trades at an average of {report.average_price}"
        _suspect(state, order, text, turn)
        return
    text = f"order {order.tag}: {missing} units that no trade shows are taken from its average price"
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="fill_without_trade", detail=text))
    turn.tell(AlertKind.FILL_WITHOUT_TRADE, "critical", text)
    for fill in fills:
        _apply(state, order.tag, fill, turn, is_assumed=True)


def _priced(state: State, order: Order, report: OrderReport, missing: int) -> list[Fill]:
    """Fills of whole paise whose value is what the average leaves for them; none where that cannot be.

    Two prices a paisa apart, because a mean of several trades need not be a price itself.
    """
    known = sum(fill.value for fill in state.book.fills.values() if fill.order_id == report.order_id)
    total = round((report.average_price or 0) * PAISE_PER_RUPEE * report.filled_quantity)
    price, dearer = divmod(total - known, missing)
    lowest, highest = state.account.bands.get(report.instrument_key, (1, price + 1))
    if not lowest <= price <= highest:
        return []
    parts = ((missing - dearer, price), (dearer, price + 1))
    return [
        Fill(
            trade_id=f"{ASSUMED}{report.filled_quantity}-{number}",
            order_id=report.order_id,
            instrument_key=report.instrument_key,
            side=order.request.side,
            quantity=quantity,
            price=of_part,
            filled_at_ms=report.reported_at_ms or state.now_ms,
        )
        for number, (quantity, of_part) in enumerate(parts)
        if quantity
    ]


# --- rows that contradict -----------------------------------------------------------------------------------


def contradicts(state: State, order: Order, report: OrderReport, asked_at_ms: int, turn: Turn) -> bool:
    """Whether a row of a complete read shows fewer filled units than before, or an ended order alive.

    It is refused, and the books are read again, since a copy of them may lag behind. When it persists a
    person is told; what only a hint has claimed is then forgotten, what was applied is not.
    """
    seen = filled(shown_quantity(order, report), order.reported_filled_quantity)
    is_fewer = FILL_ACTIONS[order.status.is_live, seen] is FillAction.REFUSE
    is_undead = ACTIONS[order.status, SHOWN[report.status]] is Action.CONTRADICTION
    if not (is_fewer or is_undead):
        state.suspects_ms.pop(order.tag, None)
        return False
    since_ms = state.suspects_ms.setdefault(order.tag, asked_at_ms)
    if asked_at_ms - since_ms < state.settings.change_settle_s * MS_PER_SECOND:
        turn.command(ReadBooks(reason=f"order {order.tag} contradicts what was shown before"))
        return True
    if not is_fewer:
        _suspect(state, order, f"order {order.tag} was {order.status} and is {report.status}", turn)
        return True
    told, shown = order.reported_filled_quantity, report.filled_quantity
    _suspect(state, order, f"order {order.tag}: {shown} units filled where {told} were reported", turn)
    if shown >= order.filled_quantity:
        turn.emit(
            ev.OrderReported(
                at_ms=state.now_ms, tag=order.tag, terms=order.terms, reported_filled_quantity=shown
            )
        )
        turn.touch(order.tag)
        state.suspects_ms.pop(order.tag)
        return False
    return True


def _suspect(state: State, order: Order, text: str, turn: Turn) -> None:
    """Tell once, and let nothing be entered until a person has looked."""
    if order.tag in state.told_suspects:
        return
    state.told_suspects.add(order.tag)
    strays.record(turn, SUSPECT_ORDER, text)
