"""Trades of others that closed units of ours, told from those that opened or closed their own.

Own and foreign trades are walked in the order in which they happened, whenever each of them became known:
somebody who closes what is ours and then buys anew holds what he bought.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trading_bot.domain import events as ev
from trading_bot.domain.order import Fill
from trading_bot.domain.values import replace
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.book_state import fill_id
from trading_bot.engine.decisions.account.foreign import foreign_position, is_apart, is_brokers
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


@dataclass(slots=True)
class _Lot:
    """Units of one foreign trade that have met nothing yet."""

    trade: str
    sign: int
    units: int


def take_fills(state: State, fills: Sequence[Fill], turn: Turn) -> None:
    """Take all of today's trades that no order of ours is known to have made."""
    if not fills and not state.foreign_quantity:
        state.foreign_traded = {}
        return
    totals: Counter[str] = Counter()
    traded: Counter[str] = Counter()
    for fill in fills:
        traded[fill.order_id] += fill.quantity
    fills = [fill for fill in fills if not _is_apart(state, fill)]
    for fill in fills:
        totals[fill.instrument_key] += fill.side.sign * fill.quantity
    state.foreign_traded = dict(traded)
    before = state.foreign_quantity
    state.foreign_quantity = {key: quantity for key, quantity in totals.items() if quantity}
    for key in {**totals, **before}:
        if totals[key] != before.get(key, 0):
            state.last_fill_seen_ms = state.now_ms
            turn.touch_instrument(key)
    for key in totals:
        _take_closing(state, key, [fill for fill in fills if fill.instrument_key == key], turn)


def _is_apart(state: State, fill: Fill) -> bool:
    seen = state.book.foreign_orders.get(fill.order_id)
    return seen is not None and is_apart(state, fill.instrument_key, seen.product)


def _take_closing(state: State, key: str, fills: Sequence[Fill], turn: Turn) -> None:
    """Take the parts of trades in an instrument that closed units of ours; what was taken before stays so.

    Only those are taken whose order was seen: a trade without one may be of an order of ours whose answer was
    lost. What they opened, others of theirs may have closed all the same.
    """
    book = state.book
    known = [fill for fill in book.fills.values() if fill.instrument_key == key]
    taken = _by_trade([fill for fill in known if fill.order_id not in book.tags_by_order_id])
    theirs = [
        replace(fill, quantity=left) for fill in fills if (left := fill.quantity - taken[fill_id(fill)]) > 0
    ]
    position = book.position_of(key).quantity
    if book.adopted.get(key, 0) == _signed([fill for fill in known if fill_id(fill) in taken]):
        met = _met(position - _signed(known), known, theirs)
    else:  # panic took over what they held: whose a unit was before is settled
        met = _met_in_all(position, foreign_position(state, key), theirs)
    theirs = [fill for fill in theirs if fill.order_id in book.foreign_orders]
    left = sum(fill.side.sign * met[fill_id(fill)] for fill in theirs)
    if left * position >= 0:
        return  # what came and went between two reads has changed nothing
    left = min(abs(left), abs(position))
    for fill in reversed(theirs):
        units = min(left, met[fill_id(fill)]) if position * fill.side.sign < 0 else 0
        if units > 0:
            _take(state, replace(fill, quantity=units), turn)
            left -= units


def _signed(fills: Sequence[Fill]) -> int:
    return sum(fill.side.sign * fill.quantity for fill in fills)


def _by_trade(fills: Sequence[Fill]) -> Counter[str]:
    units: Counter[str] = Counter()
    for fill in fills:
        units[fill_id(fill)] += fill.quantity
    return units


def _met(carried: int, known: Sequence[Fill], theirs: Sequence[Fill]) -> Counter[str]:
    """Units of each foreign trade that met ours, of either side, from the `carried` position of before.

    The broker gives times in whole seconds: within one, what the book holds comes first, in its order.
    """
    met: Counter[str] = Counter()
    lots: list[_Lot] = []
    held = carried
    moves = [(fill, True) for fill in known] + [(fill, False) for fill in theirs]
    for fill, is_known in sorted(moves, key=lambda move: move[0].filled_at_ms):
        if is_known:
            held += fill.side.sign * fill.quantity
        else:
            _add(lots, fill)
        while lots and held * lots[-1].sign < 0:
            units = min(abs(held), lots[-1].units)
            met[lots[-1].trade] += units
            held += lots[-1].sign * units
            _shrink(lots, units)
    return met


def _add(lots: list[_Lot], fill: Fill) -> None:
    """Add a foreign trade: it closes what they hold on the other side before it opens anything."""
    left = fill.quantity
    while left and lots and lots[-1].sign != fill.side.sign:
        units = min(left, lots[-1].units)
        left -= units
        _shrink(lots, units)
    if left:
        lots.append(_Lot(trade=fill_id(fill), sign=fill.side.sign, units=left))


def _shrink(lots: list[_Lot], units: int) -> None:
    lots[-1].units -= units
    if not lots[-1].units:
        lots.pop()


def _met_in_all(ours: int, left: int, theirs: Sequence[Fill]) -> Counter[str]:
    """Units of each foreign trade that meet ours as both stand now, the newest first."""
    met: Counter[str] = Counter()
    for fill in reversed(theirs):
        if left * fill.side.sign > 0 > ours * left:
            units = min(abs(left), fill.quantity)
            met[fill_id(fill)] += units
            left -= fill.side.sign * units
    return met


def _take(state: State, fill: Fill, turn: Turn) -> None:
    by_broker = is_brokers(state, fill.order_id)
    turn.emit(ev.ForeignFillTaken(at_ms=state.now_ms, fill=replace(fill, by_broker=by_broker)))
    turn.touch_instrument(fill.instrument_key)
    who = "the broker" if by_broker else "somebody else"
    text = f"{fill.quantity} units of our {state.market.symbol(fill.instrument_key)} were closed by {who}"
    turn.tell(AlertKind.FOREIGN_CLOSE, "critical", text)
