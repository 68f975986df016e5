"""Defects in what is made of the broker's books and streams."""

from dataclasses import replace
from itertools import count

from tests.simulation.planted.patches import always, bug, nothing
from trading_bot.adapters.upstox.rest import decode
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.decide import DECIDE
from trading_bot.engine.decisions.account import (
    annulled,
    fills,
    foreign,
    foreign_cancels,
    foreign_trades,
    reconcile,
)
from trading_bot.engine.decisions.orders import doubts, missing, reports
from trading_bot.engine.inputs import BooksRead, OrderPushed, PositionsRead


@bug
def an_order_that_is_not_in_the_book_is_cancelled(patches):
    def made(take):
        def trusting(state, event, turn):
            take(state, event, turn)
            shown = {report.order_id for report in event.orders}
            for order in tuple(state.book.live_orders()):
                if order.order_id is not None and order.order_id not in shown:
                    turn.emit(
                        ev.OrderAdvanced(at_ms=state.now_ms, tag=order.tag, status=OrderStatus.CANCELLED)
                    )
                    turn.touch(order.tag)

        return trusting

    patches.entry(DECIDE, BooksRead, made)


@bug
def an_empty_list_of_positions_is_flat(patches):
    def made(take):
        def trusting(state, event, turn):
            if not any(row.quantity for row in event.positions):
                state.book.positions.clear()
            take(state, event, turn)

        return trusting

    patches.entry(DECIDE, PositionsRead, made)


@bug
def one_early_read_proves_absence(patches):
    def impatient(state, _asked_at_ms, seen_tags, turn):
        for tag in tuple(state.doubts):
            if tag not in seen_tags and state.book.orders[tag].status is OrderStatus.IN_DOUBT:
                doubts._release(state, tag, turn)

    patches.put(doubts, "note_complete_read", impatient)


@bug
def absence_is_never_concluded(patches):
    patches.put(doubts, "note_complete_read", nothing)


@bug
def an_incomplete_book_counts_as_complete(patches):
    patches.put(missing, "note_rows", always(False))


@bug
def a_stale_row_is_believed(patches):
    """As it was before simulations showed it."""
    patches.put(reports, "_is_outdated", lambda _state, order, _report, asked_ms: asked_ms < order.seen_at_ms)


@bug
def a_late_push_undoes_a_modification(patches):
    def made(_take):
        def gullible(state, event, turn):
            order = reports._ours(state, event.report)
            if order is not None:
                reports._take_report(state, order, event.report, turn)

        return gullible

    patches.entry(DECIDE, OrderPushed, made)


@bug
def partial_fills_are_forgotten(patches):
    def made(take):
        def forgetful(state, tag, fill, turn, **how):
            if state.book.orders[tag].status is OrderStatus.FILLED:
                take(state, tag, fill, turn, **how)

        return forgetful

    patches.around(fills, "_apply", made)


@bug
def late_fills_are_ignored(patches):
    def made(take):
        def ignorant(state, tag, fill, turn, **how):
            if state.book.orders[tag].status is not OrderStatus.CANCELLED:
                take(state, tag, fill, turn, **how)

        return ignorant

    patches.around(fills, "_apply", made)


@bug
def fills_are_applied_at_each_read(patches):
    numbers = count()
    patches.put(reports, "fill_id", lambda _fill: f"never seen {next(numbers)}")


@bug
def fill_prices_lose_their_paise(patches):
    def made(read):
        return lambda row, oddities: _without_paise(read(row, oddities))

    patches.around(decode, "_fill", made)


@bug
def assumed_fills_are_a_paisa_off(patches):
    def made(priced):
        def careless(state, order, report, missing):
            return [replace(fill, price=fill.price + 1) for fill in priced(state, order, report, missing)]

        return careless

    patches.around(fills, "_priced", made)


@bug
def assumed_fills_are_applied_again_with_their_trades(patches):
    patches.put(fills, "_take_fill", fills._apply)


@bug
def trades_of_assumed_fills_are_not_explained(patches):
    def made(take):
        def silent(state, tag, fill, turn):
            if not state.book.orders[tag].assumed_quantity:
                take(state, tag, fill, turn)

        return silent

    patches.around(fills, "_take_fill", made)


def _without_paise(fill):
    return replace(fill, price=fill.price // 100 * 100)


@bug
def the_order_of_fills_is_lost(patches):
    """Only the newest trade of an order is read."""

    def made(take):
        def newest(state, event, listed, turn):
            shown = {fill.order_id: (name, fill) for name, fill in listed}
            take(state, event, tuple(shown.values()), turn)

        return newest

    patches.around(fills, "take_fills", made)


@bug
def foreign_closings_are_ignored(patches):
    patches.put(foreign_trades, "_take_closing", nothing)


@bug
def foreign_orders_are_cancelled(patches):
    def made(note):
        def meddling(state, report, turn):
            note(state, report, turn)
            foreign_cancels.ask(state, report.order_id, "meddling", turn)

        return meddling

    patches.around(foreign, "note_order", made)


@bug
def differences_never_settle(patches):
    patches.put(reconcile, "_agree", nothing)


@bug
def annulled_trades_are_kept(patches):
    patches.put(annulled, "settle", lambda *_: False)


@bug
def a_trade_that_is_not_listed_for_a_while_is_annulled(patches):
    def credulous(state, key, turn):
        annulled._annul(state, state.book.fills[key], turn)

    patches.put(annulled, "_tell", credulous)
