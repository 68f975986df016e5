"""Trades that the broker listed and does not list any more: annulled by the exchange, or a short list.

A list alone undoes nothing, and one that comes with an older row of the trade's order than is known, or with
none, is no sign at all: everything may be an old copy. Only where the broker's positions, read twice, lack
exactly the units of these trades are they taken out of the book; and as much is asked for before one that is
listed again counts anew. Whatever is not as clear as that is left to a person.
"""

from collections.abc import Set as AbstractSet

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Fill, OrderReport
from trading_bot.engine.book_state import fill_id
from trading_bot.engine.commands import ReadBooks, ReadPositions
from trading_bot.engine.decisions.account.fills import ASSUMED
from trading_bot.engine.decisions.orders import strays
from trading_bot.engine.decisions.orders.order_table import ACTIONS, SHOWN, Action
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BooksRead
from trading_bot.engine.state import State


def note_trades(state: State, event: BooksRead, listed: AbstractSet[str], turn: Turn) -> None:
    """Tell of trades that were applied and stay away from the list, and have the positions read."""
    state.is_trade_list_empty = not listed
    state.trades_back = {
        key: state.book.tags_by_order_id[fill.order_id]
        for key, fill in state.book.annulled.items()
        if key in listed
    }
    state.told_of -= state.trades_gone_since_ms.keys() & listed  # what goes again is told again
    if state.book.fills.keys() <= listed:
        state.trades_gone_since_ms, state.others_gone_since_ms = {}, {}
        return
    rows = {report.order_id: report for report in event.orders}
    gone = [
        key
        for key, fill in state.book.fills.items()
        if key not in listed
        and fill.order_id in state.book.tags_by_order_id
        and not fill.trade_id.startswith(ASSUMED)
        and fill.filled_at_ms <= event.asked_at_ms
        and _is_up_to_date(state, rows.get(fill.order_id))
    ]
    _note_others(state, event, listed, rows.keys(), turn)
    since = state.trades_gone_since_ms
    state.trades_gone_since_ms = {key: since.get(key, event.asked_at_ms) for key in gone}
    for key in gone:
        if key not in state.told_of:
            turn.command(ReadBooks(reason=f"trade {key} is not listed any more"))
        if not _is_due(state, key, event.asked_at_ms):
            continue
        if key not in state.told_of:
            _tell(state, key, turn)
            turn.command(ReadPositions())
        elif _is_unclear(state, state.book.fills[key].instrument_key):
            turn.command(ReadPositions())


def _is_unclear(state: State, key: str) -> bool:
    """Whether the broker's position differs, or is not shown at all."""
    return key in state.mismatches or key not in state.broker_quantity


def _note_others(
    state: State, event: BooksRead, listed: AbstractSet[str], rows: AbstractSet[str], turn: Turn
) -> None:
    """Tell of trades of others that closed units of ours and stay away: these may be ours again, and bare."""
    gone = {
        key: fill
        for key, fill in state.book.fills.items()
        if fill_id(fill) not in listed
        and fill.order_id not in state.book.tags_by_order_id
        and fill.order_id in rows
        and fill.filled_at_ms <= event.asked_at_ms
    }
    since = state.others_gone_since_ms if listed else {}
    state.others_gone_since_ms = {key: since.get(key, event.asked_at_ms) for key in gone}
    for key, since_ms in state.others_gone_since_ms.items():
        is_due = event.asked_at_ms - since_ms >= state.settings.change_settle_s * MS_PER_SECOND
        if is_due and key not in state.told_of:
            state.told_of.add(key)
            text = (
                f"trade {_text(state, gone[key])} of somebody else, which had closed units of ours, "
                "is not listed any more: look whether they are held again, for no stop covers them"
            )
            strays.record(turn, "foreign_trade_gone", text)


def _is_up_to_date(state: State, row: OrderReport | None) -> bool:
    """Whether a row shows its order as it is known: a copy that lags lacks trades, too."""
    if row is None:
        return False
    order = state.book.orders[state.book.tags_by_order_id[row.order_id]]
    is_undead = ACTIONS[order.status, SHOWN[row.status]] is Action.CONTRADICTION
    is_older = 0 < row.reported_at_ms < state.newest_report_ms.get(order.tag, 0)
    return not is_undead and not is_older


def _is_due(state: State, key: str, asked_at_ms: int) -> bool:
    since_ms = state.trades_gone_since_ms[key]
    return asked_at_ms - since_ms >= state.settings.change_settle_s * MS_PER_SECOND


def _tell(state: State, key: str, turn: Turn) -> None:
    state.told_of.add(key)
    text = (
        f"trade {_text(state, state.book.fills[key])} is not listed any more: the exchange may have "
        "annulled it; positions are compared, exits stay within what the broker holds"
    )
    strays.record(turn, "trade_gone", text)


def _text(state: State, fill: Fill) -> str:
    return f"{fill_id(fill)} ({fill.side} {fill.quantity} {state.market.symbol(fill.instrument_key)})"


def may_be_settled(state: State, key: str) -> bool:
    """Whether trades of an instrument are gone, and positions that would confirm it are not read yet."""
    fills = state.book.fills
    return any(
        name in fills
        and fills[name].instrument_key == key
        and not _is_due(state, name, state.positions_read_at_ms)
        for name in state.trades_gone_since_ms
    )


def settle(state: State, key: str, difference: int, asked_at_ms: int, turn: Turn) -> bool:
    """Take trades out of the book, or back into it, where a confirmed difference is just theirs.

    Returns whether it was. `difference` is the broker's position less the one that is expected. A broker that
    lists no trade at all, or no row for the instrument, has said nothing.
    """
    if state.is_trade_list_empty or key not in state.broker_quantity:
        return False
    gone = [
        fill
        for name, fill in state.book.fills.items()
        if fill.instrument_key == key
        and name in state.trades_gone_since_ms
        and _is_due(state, name, asked_at_ms)
    ]
    if gone and _units(gone) == -difference:
        for fill in gone:
            _annul(state, fill, turn)
        return True
    back = [state.book.annulled[name] for name in state.trades_back]
    back = [fill for fill in back if fill.instrument_key == key]
    if back and _units(back) == difference:
        for fill in back:
            _count_again(state, fill, turn)
        return True
    return False


def _units(fills: list[Fill]) -> int:
    return sum(fill.side.sign * fill.quantity for fill in fills)


def _annul(state: State, fill: Fill, turn: Turn) -> None:
    """Undo a fill. Where its trade has ended, what it leaves is taken up by a trade that closes it."""
    tag = state.book.tags_by_order_id[fill.order_id]
    held = state.book.position_of(fill.instrument_key).quantity - fill.side.sign * fill.quantity
    if state.book.trade_of(fill.instrument_key) is None and held:
        strays.rescue(state, tag, held, fill.price, turn)
    turn.emit(ev.FillAnnulled(at_ms=state.now_ms, tag=tag, fill=fill))
    strays.record(turn, "trade_annulled", f"trade {_text(state, fill)} is annulled and counts for nothing")
    turn.touch_instrument(fill.instrument_key)


def _count_again(state: State, fill: Fill, turn: Turn) -> None:
    tag = state.book.tags_by_order_id[fill.order_id]
    turn.emit(ev.OrderFilled(at_ms=state.now_ms, tag=tag, fill=fill))
    strays.record(turn, "annulled_trade_back", f"trade {_text(state, fill)} counts again")
    strays.take_up(state, tag, turn)
