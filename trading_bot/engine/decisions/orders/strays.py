"""Orders that live or fill after their trade has ended: taken up again, and taken to a safe end.

An order that was proved absent may appear after all, and a cancelled one may still fill. Neither may be left
without a trade that watches over it.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitPlan, ExitReason, Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def record(turn: Turn, kind: str, text: str) -> None:
    """Record an incident that a person has to look at before anything new is entered."""
    turn.emit(ev.IncidentRecorded(at_ms=turn.now_ms, kind=kind, detail=text))
    turn.tell(AlertKind(kind), "critical", text)
    halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", kind, until_released=True)


def take_up(state: State, tag: str, turn: Turn) -> None:
    """See to it that a trade that is not closed owns the order, and drive that trade."""
    book = state.book
    order = book.orders[tag]
    if book.trade_id_by_tag[tag] not in book.trades:
        units = order.request.side.sign * order.terms.quantity
        price = order.terms.price or order.terms.trigger_price
        trade = book.trade_of(order.request.instrument_key) or rescue(state, tag, units, price, turn)
        turn.emit(ev.OrderReassigned(at_ms=state.now_ms, tag=tag, trade_id=trade.trade_id))
    turn.touch(tag)


def rescue(state: State, tag: str, units: int, price: int, turn: Turn) -> Trade:
    """Plan a trade for signed units of an order's instrument, which has nothing to do but to be closed."""
    request = state.book.orders[tag].request
    price = price or state.market.last_price(request.instrument_key)
    trade = Trade(
        trade_id=state.book.last_trade_id + 1,
        strategy="rescue",
        instrument_key=request.instrument_key,
        direction=Direction.LONG if units > 0 else Direction.SHORT,
        product=request.product,
        planned_quantity=abs(units),
        planned_at_ms=state.now_ms,
        reference_price=price,
        plan=ExitPlan(stop_price=price, target_price=None, trail_distance=None),
        stop_price=price,
        best_price=price,
    )
    turn.emit(ev.RescuePlanned(at_ms=state.now_ms, trade=trade))
    request_exit(state, trade, ExitReason.UNPROTECTED, turn)
    return trade
