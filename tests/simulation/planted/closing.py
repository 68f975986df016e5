"""Defects in protection and exits."""

from dataclasses import replace

from tests.simulation.planted.patches import bug, nothing
from trading_bot.domain.order import Order, OrderStatus, OrderTerms, OrderType, Purpose
from trading_bot.engine.decisions.market import ticks
from trading_bot.engine.decisions.operation import operator
from trading_bot.engine.decisions.positions import exits, guard, protection, trades
from trading_bot.engine.state import is_changeable


@bug
def no_stop_is_placed(patches):
    patches.put(protection, "ensure", nothing)


@bug
def a_lost_stop_is_not_replaced(patches):
    def made(ensure):
        def once(state, trade, wanted, turn):
            if not (trade.stop_failures or trade.stop_cancels):
                ensure(state, trade, wanted, turn)

        return once

    patches.around(protection, "ensure", made)


@bug
def only_a_whole_entry_is_protected(patches):
    def made(ensure):
        def waiting(state, trade, wanted, turn):
            orders = state.book.orders_of(trade.trade_id)
            if not any(one.request.purpose is Purpose.ENTRY and one.status.is_live for one in orders):
                ensure(state, trade, wanted, turn)

        return waiting

    patches.around(protection, "ensure", made)


@bug
def the_stop_covers_what_was_planned(patches):
    def made(ensure):
        return lambda state, trade, _wanted, turn: ensure(state, trade, trade.planned_quantity, turn)

    patches.around(protection, "ensure", made)


@bug
def a_stop_on_its_way_is_overlooked(patches):
    def made(live):
        return lambda state, trade: [order for order in live(state, trade) if is_changeable(order)]

    patches.around(protection, "live_exits", made)


@bug
def the_stop_does_not_shrink(patches):
    def made(ensure):
        def large(state, trade, wanted, turn):
            held = sum(order.remaining_quantity for order in protection.live_exits(state, trade))
            ensure(state, trade, max(wanted, held), turn)

        return large

    patches.around(protection, "ensure", made)


@bug
def the_stop_does_not_grow(patches):
    def made(ensure):
        def small(state, trade, wanted, turn):
            stops = protection.live_exits(state, trade)
            held = sum(order.remaining_quantity for order in stops)
            ensure(state, trade, min(wanted, held) if stops else wanted, turn)

        return small

    patches.around(protection, "ensure", made)


@bug
def an_exit_goes_beside_the_stop(patches):
    def beside(state, trade, wanted, turn):
        live = [one for one in state.book.orders_of(trade.trade_id) if one.request.purpose is Purpose.EXIT]
        if not live:
            turn.intend(trade, trade.exit_side, Purpose.EXIT, exits._terms(state, trade, wanted))

    patches.put(exits, "drive", beside)


@bug
def an_order_in_doubt_is_not_live(patches):
    def worst_case(order):
        is_known = order.status in (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)
        return order.remaining_quantity if is_known else 0

    patches.put(Order, "worst_case_quantity", property(worst_case))
    patches.around(
        protection,
        "live_exits",
        lambda live: (
            lambda state, trade: [
                order for order in live(state, trade) if order.status is not OrderStatus.IN_DOUBT
            ]
        ),
    )


@bug
def surplus_orders_are_left(patches):
    patches.put(trades, "_withdraw", nothing)


@bug
def exits_are_never_repriced(patches):
    patches.put(exits, "_step_if_late", lambda _state, trade, _turn: trade)


@bug
def exits_are_priced_to_rest(patches):
    def made(terms):
        def shy(state, trade, quantity):
            price = state.market.last_price(trade.instrument_key)
            away = price - trade.exit_side.sign * price // 20
            rounded = away - away % state.market.series[trade.instrument_key].instrument.tick_size
            return OrderTerms(order_type=OrderType.LIMIT, quantity=quantity, price=rounded)

        return shy if terms else terms

    patches.around(exits, "_terms", made)


@bug
def flatten_is_ignored(patches):
    patches.put(operator, "_close_all", nothing)


@bug
def the_square_off_is_forgotten(patches):
    patches.put(ticks, "_square_off", nothing)


@bug
def bare_positions_page_nobody(patches):
    """As it was before simulations showed it."""
    patches.put(guard, "watch", nothing)


@bug
def a_stop_is_placed_on_the_wrong_side(patches):
    def made(terms):
        def wrong(instrument, side, *rest, **named):
            made_terms = terms(instrument, side, *rest, **named)
            far = (
                2
                * side.sign
                * (made_terms.trigger_price // 20 // instrument.tick_size)
                * instrument.tick_size
            )
            return replace(made_terms, trigger_price=made_terms.trigger_price - far)

        return wrong

    patches.around(protection, "stop_terms", made)


@bug
def the_growth_of_a_stop_that_may_still_arrive_is_forgotten(patches):
    for module in (protection, exits):
        patches.put(module, "late_growth", lambda *_given: 0)


@bug
def exits_that_wait_keep_their_size(patches):
    patches.put(trades, "_drop_surplus", nothing)
