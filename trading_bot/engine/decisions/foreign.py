"""What others do in our instruments: the user in the broker's app, or the broker itself.

Their positions are theirs. But a trade of theirs that shrinks our position has closed a part of it, whatever
they meant: our exits must not stand for those units any longer.
"""

from collections.abc import Sequence
from dataclasses import replace

from trading_bot.domain import events as ev
from trading_bot.domain.order import Fill
from trading_bot.engine.commands import Alert
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def foreign_position(state: State, key: str) -> int:
    """Signed units that others hold: what they traded today, less what was taken over from them."""
    return state.foreign_quantity.get(key, 0) - state.book.adopted.get(key, 0)


def take_fills(state: State, fills: Sequence[Fill], turn: Turn) -> None:
    """Take all of today's trades that no order of ours is known to have made."""
    totals: dict[str, int] = {}
    for fill in fills:
        totals[fill.instrument_key] = totals.get(fill.instrument_key, 0) + fill.side.sign * fill.quantity
    changed = [
        key
        for key in totals | state.foreign_quantity
        if totals.get(key, 0) != state.foreign_quantity.get(key, 0)
    ]
    state.foreign_quantity = {key: quantity for key, quantity in totals.items() if quantity}
    for key in changed:
        state.last_fill_seen_ms = state.now_ms
        turn.touch_instrument(key)
    for fill in reversed(fills):
        _take_closing(state, fill, turn)


def _take_closing(state: State, fill: Fill, turn: Turn) -> None:
    """Take the part of a trade that closed units of ours.

    Its order must have been seen: a trade without one may be of an order of ours whose answer was lost.
    """
    key = fill.instrument_key
    ours, theirs = state.book.position_of(key).quantity, foreign_position(state, key)
    is_closing = ours * theirs < 0 and ours * fill.side.sign < 0
    if not is_closing or fill.order_id not in state.book.foreign_orders:
        return
    quantity = min(fill.quantity - _taken_before(state, fill), abs(ours), abs(theirs))
    if quantity == 0:
        return
    turn.emit(ev.ForeignFillTaken(at_ms=state.now_ms, fill=replace(fill, quantity=quantity)))
    turn.touch_instrument(key)
    turn.command(Alert(level="critical", text=f"{quantity} units of our {key} were closed by somebody else"))


def _taken_before(state: State, fill: Fill) -> int:
    """Units of a foreign trade that have met our position already."""
    return sum(
        taken.quantity
        for taken in state.book.fills.values()
        if (taken.order_id, taken.trade_id) == (fill.order_id, fill.trade_id)
    )
