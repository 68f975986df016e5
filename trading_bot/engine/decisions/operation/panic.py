"""Panic: cancel every order and flatten every position, whoever opened them, until the broker shows none.

It runs after each complete read while panic is latched, so that it finishes after a restart, too.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitPlan, ExitReason, Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, ReadPositions
from trading_bot.engine.decisions.account import annulled, foreign_cancels
from trading_bot.engine.decisions.account.foreign import foreign_position
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def drive_panic(state: State, turn: Turn) -> None:
    """Do what panic still needs, as far as the newest complete reads tell."""
    if not state.book.is_panicking:
        return
    for trade in tuple(state.book.trades.values()):
        request_exit(state, trade, ExitReason.PANIC, turn)
    for order_id in state.open_foreign_orders:
        foreign_cancels.ask(state, order_id, "panic", turn)
    _take_over(state, turn)
    if not state.book.trades and not is_finished(state):
        turn.command(ReadPositions())


def _take_over(state: State, turn: Turn) -> None:
    """Close what others hold. Positions that were read before the newest fill still show what it closed.

    What an annulled trade of ours gave back is ours: it is taken out of the book first, not taken over.
    """
    being_cancelled = _instruments_of_foreign_orders(state)
    is_outdated = state.positions_read_at_ms < state.last_fill_seen_ms
    for key, quantity in state.broker_quantity.items():
        if not quantity or key in state.book.trade_id_by_instrument or not _is_theirs(state, key, quantity):
            continue
        if is_outdated or annulled.may_be_settled(state, key):
            turn.command(ReadPositions())
        elif key in being_cancelled:
            turn.command(ReadBooks(reason="panic"))
        else:
            _adopt(state, key, quantity, turn)


def _instruments_of_foreign_orders(state: State) -> frozenset[str]:
    """Where an order of somebody else may still close the position: ours would come on top of it.

    Cancellations come first until a read would show that one did not happen; an order that cannot be
    cancelled must not keep a position open.
    """
    if state.now_ms >= state.panic_asked_at_ms + state.settings.change_settle_s * MS_PER_SECOND:
        return frozenset()
    seen = state.book.foreign_orders
    return frozenset(seen[order_id].instrument_key for order_id in state.open_foreign_orders)


def _is_theirs(state: State, key: str, quantity: int) -> bool:
    """Whether others hold it for sure: their trades of today say so, or the difference was seen twice.

    A position that was read before our own last exit still shows what we have closed since.
    """
    difference = state.book.differences.get(key)
    is_confirmed = difference is not None and difference.broker_quantity == quantity
    return quantity == foreign_position(state, key) or is_confirmed


def _adopt(state: State, key: str, quantity: int, turn: Turn) -> None:
    series = state.market.series.get(key)
    if series is None:
        _tell_unlisted(state, key, quantity, turn)
        return
    price = series.last_price or series.previous_close or series.instrument.tick_size
    trade = Trade(
        trade_id=state.book.last_trade_id + 1,
        strategy="panic",
        instrument_key=key,
        direction=Direction.LONG if quantity > 0 else Direction.SHORT,
        product=state.broker_products[key],
        planned_quantity=abs(quantity),
        planned_at_ms=state.now_ms,
        reference_price=price,
        plan=ExitPlan(stop_price=price, target_price=None, trail_distance=None),
        stop_price=price,
        best_price=price,
    )
    of_today = foreign_position(state, key)
    turn.emit(
        ev.PositionAdopted(
            at_ms=state.now_ms, trade=trade, quantity=quantity, price=price, traded_today=of_today
        )
    )
    request_exit(state, trade, ExitReason.PANIC, turn)


def _tell_unlisted(state: State, key: str, quantity: int, turn: Turn) -> None:
    """Once for each time that panic is asked for."""
    mark = f"unlisted {key} {state.panic_asked_at_ms}"
    if mark not in state.told_of:
        state.told_of.add(mark)
        turn.tell(AlertKind.PANIC_UNLISTED, "critical", f"panic cannot close {quantity} of unlisted {key}")


def is_finished(state: State) -> bool:
    """Whether complete reads show nothing open: no live order, no position.

    Not having looked is not flat, nor is one read that shows nothing: the next may show what it missed.
    """
    reads_ms = state.flat_reads_ms
    return (
        len(reads_ms) == reads_ms.maxlen and reads_ms[0] >= _newest_doubt_ms(state) and _shows_nothing(state)
    )


def count_flat_read(state: State) -> None:
    """Count the read of positions that was just taken, if it shows nothing open."""
    if _shows_nothing(state):
        state.flat_reads_ms.append(state.positions_read_at_ms)
    else:
        state.flat_reads_ms.clear()


def _newest_doubt_ms(state: State) -> int:
    return max(state.last_fill_seen_ms, state.panic_asked_at_ms)


def _shows_nothing(state: State) -> bool:
    if not state.is_recovered or state.positions_read_at_ms < _newest_doubt_ms(state):
        return False
    if state.book.trades or state.open_foreign_orders:
        return False
    if any(order.status.is_live for order in state.book.orders.values()):
        return False
    return not state.positions_behind_ms and not state.broker_products
