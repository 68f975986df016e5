"""What others do in our instruments: the user in the broker's app, or the broker itself.

Their positions are theirs, and their orders too; what the broker itself is about to close is left to it. What
their trades have closed of ours is told in `foreign_trades`.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import OrderReport, Side
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks
from trading_bot.engine.decisions.account import owners
from trading_bot.engine.decisions.operation import halts, rates
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State

_WATCHED_CLOSELY_S = 60
_LATER_LOOK_S = 4
"""Between two looks at all orders that rest for longer: the broker counts reads over half an hour, too."""


def foreign_position(state: State, key: str) -> int:
    """Signed units that others hold beside ours: what they traded today, less what was taken over."""
    return state.foreign_quantity.get(key, 0) - state.book.adopted.get(key, 0)


def is_apart(state: State, key: str, product: Product | None) -> bool:
    """Whether units of a product cannot meet ours: the broker keeps delivery apart from intraday.

    Once nothing of ours is open in an instrument, all that others hold of it is one to us.
    """
    trade = state.book.trade_of(key)
    return trade is not None and product is not None and product is not trade.product


def note_order(state: State, report: OrderReport, turn: Turn) -> None:
    """Remember an order that is not ours; what the broker's desk is about to close is left to it."""
    if report.order_id not in state.book.foreign_orders:
        _tell_order(state, report, turn)
    if is_brokers(state, report.order_id) and not _is_outdated(state, report):
        state.desk_orders[report.order_id] = report
        turn.touch_instrument(report.instrument_key)
        _note_elsewhere(state, report, turn)


def _is_outdated(state: State, report: OrderReport) -> bool:
    """Whether an earlier row showed the order ended, or with more filled: they come in any order."""
    known = state.desk_orders.get(report.order_id)
    if known is None:
        return False
    is_undead = known.status.is_terminal and report.status.is_live
    return is_undead or report.filled_quantity < known.filled_quantity


def note_pushed(state: State, report: OrderReport, turn: Turn) -> None:
    """Take a row of the stream: where others traded, the trades say at once whether they closed ours."""
    note_order(state, report, turn)
    if report.filled_quantity > state.foreign_traded.get(report.order_id, 0):
        turn.command(ReadBooks(reason=f"foreign order {report.order_id} filled"))


def _note_elsewhere(state: State, report: OrderReport, turn: Turn) -> None:
    """The broker trades a share of ours at another exchange: our exits give way, and a person is told."""
    for key in state.book.positions:
        if not _is_sibling(report.instrument_key, key) or is_apart(state, key, report.product):
            continue
        turn.touch_instrument(key)
        if report.order_id not in state.told_of:
            state.told_of.add(report.order_id)
            symbol, exchange = state.market.symbol(key), report.instrument_key.partition("|")[0]
            text = f"the broker trades {report.terms.quantity} of our {symbol} at {exchange}"
            turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="closed_elsewhere", detail=text))
            turn.tell(
                AlertKind.CLOSED_ELSEWHERE, "critical", f"{text}: two legs are open, close both by hand"
            )
            halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", "closed_elsewhere", until_released=True)


def _tell_order(state: State, report: OrderReport, turn: Turn) -> None:
    turn.emit(
        ev.ForeignOrderSeen(
            at_ms=state.now_ms,
            order_id=report.order_id,
            instrument_key=report.instrument_key,
            side=report.side,
            quantity=report.terms.quantity,
            tag=report.tag,
            placed_by=report.placed_by,
            product=report.product,
        )
    )
    whose = "the broker's own" if is_brokers(state, report.order_id) else "foreign"
    text = f"{whose} order {report.order_id} in {state.market.symbol(report.instrument_key)}"
    turn.tell(AlertKind.FOREIGN_ORDER, "warning", text)
    owners.note_tag(state, report, turn)


def is_brokers(state: State, order_id: str) -> bool:
    """Whether the broker placed a foreign order itself: untagged, and not in the name of our account."""
    seen = state.book.foreign_orders[order_id]
    others = {"", state.account_user}
    return seen.tag is None and bool(state.account_user) and seen.placed_by not in others


def follow(state: State, turn: Turn) -> None:
    """Ask for the books every second while units of ours are left to an order of the broker's.

    Its end brings our stops back, and the row that tells of it may be lost. Reads take nothing from the room
    that orders have; while the broker's limiter refuses order calls they wait.
    """
    if rates.is_limited(state):
        return
    for order_id, report in state.desk_orders.items():
        if _is_look_due(state, order_id) and _untraded(state, report) and _takes_ours(state, report):
            turn.command(ReadBooks(reason=f"the broker's order {order_id} may close units of ours"))


def _is_look_due(state: State, order_id: str) -> bool:
    """Whether it is time to look at an order of others; one that proved to be ours is none."""
    seen = state.book.foreign_orders.get(order_id)
    if seen is None:
        return False
    is_new = state.now_ms - seen.at_ms <= _WATCHED_CLOSELY_S * MS_PER_SECOND
    return is_new or state.now_ms // MS_PER_SECOND % _LATER_LOOK_S == 0


def _takes_ours(state: State, report: OrderReport) -> bool:
    """Whether exits of ours give way to an order of the broker's, here or at another exchange."""
    return any(
        trade.exit_side is report.side and _concerns(report, trade) for trade in state.book.trades.values()
    )


def _concerns(report: OrderReport, trade: Trade) -> bool:
    key = trade.instrument_key
    is_of_ours = report.instrument_key == key or _is_sibling(report.instrument_key, key)
    return is_of_ours and report.product is trade.product


def desk_quantity(state: State, key: str, side: Side) -> int:
    """Units that the broker's own orders on a side will trade, or have traded and not yet shown as trades."""
    return sum(
        _untraded(state, report)
        for report in state.desk_orders.values()
        if report.instrument_key == key and report.side is side and not is_apart(state, key, report.product)
    )


def desk_elsewhere(state: State, key: str, side: Side) -> int:
    """Units of a share that the broker's own orders hold, or will, on a side at another exchange.

    Together with our position they are flat, leg by leg: what would close ours would open the other one anew.
    """
    elsewhere = {
        report.instrument_key
        for report in state.desk_orders.values()
        if report.side is side
        and _is_sibling(report.instrument_key, key)
        and not is_apart(state, key, report.product)
    }
    return sum(
        max(0, side.sign * foreign_position(state, sibling)) + desk_quantity(state, sibling, side)
        for sibling in elsewhere
    )


def _is_sibling(key: str, other: str) -> bool:
    """Whether two keys are of the same share (ISIN) at different exchanges."""
    segment, _, isin = key.partition("|")
    other_segment, _, other_isin = other.partition("|")
    return isin == other_isin and segment != other_segment and segment.endswith("_EQ")


def _untraded(state: State, report: OrderReport) -> int:
    """Units that an order may still trade, or has traded without that its trades were read."""
    most = report.terms.quantity if report.status.is_live else report.filled_quantity
    return max(0, most - state.foreign_traded.get(report.order_id, 0))
