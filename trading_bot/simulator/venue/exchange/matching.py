"""Which of our orders trade, how much and at which price: pure functions over the market and our book.

The rules, all on the careful side, since the queue ahead of us is unknown:

* An order that arrives marketable takes the shown depth level by level up to its limit, at the levels'
  prices. What it took is gone until the next update of the instrument refreshes the depth.
* A resting order through whose price the market trades fills at its own limit, up to the traded volume.
* A resting order at exactly the traded price gets `queue_share` of the traded volume, as if the rest of the
  queue stood before it; where the source has no volume it gets nothing until the price is passed.
* A resting order that the opposite depth reaches fills at its own limit, up to the shown quantity.
* Better prices go first, then older orders; our own orders never trade with each other.
* Where the source has no depth at all, a quote a tick or so beside the last price, of any size, is assumed.
* Slippage moves every quote that our orders can take away from them, rounded up to a whole paisa; a limit is
  kept all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.order import Side
from trading_bot.simulator.venue.broker.orders import VenueOrder
from trading_bot.simulator.venue.contracts import Level, MarketUpdate
from trading_bot.simulator.venue.exchange.order_book import InstrumentBook

ANY_QUANTITY = 10**12
"""Stands for a quantity that the source does not know and that therefore limits nothing."""
_THOUSAND = 1_000
_BPS = Decimal(10_000)


class Execution(NamedTuple):
    """One trade that one of our orders is to have."""

    order: VenueOrder
    quantity: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingRules:
    """What of the matching can be configured."""

    queue_share_thousandths: int
    unquoted_spread_ticks: int
    slippage_bps: Decimal = Decimal(0)


def traded_quantity(previous: MarketUpdate | None, update: MarketUpdate) -> int:
    """Units traded between two states; ANY_QUANTITY where something traded and the source has no volume."""
    if update.day_volume:
        known = previous.day_volume if previous else update.day_volume - update.last_quantity
        return max(0, update.day_volume - known)
    is_same_trade = previous is not None and (
        previous.traded_at_ms == update.traded_at_ms and previous.last_price == update.last_price
    )
    if is_same_trade:
        return 0
    return update.last_quantity or ANY_QUANTITY


def is_triggered(order: VenueOrder, last_price: int) -> bool:
    """Whether the last price touched or passed the order's trigger."""
    if order.side is Side.BUY:
        return last_price >= order.trigger_price
    return last_price <= order.trigger_price


def opposite_levels(
    side: Side, instrument: Instrument, market: MarketUpdate, rules: MatchingRules
) -> Sequence[Level]:
    """Depth that an order of a side can trade with, best first, as much worse as slippage makes it."""
    levels = _shown_levels(side, instrument, market, rules)
    if not rules.slippage_bps:
        return levels
    return [Level(_slipped(side, level.price, rules.slippage_bps), level.quantity) for level in levels]


def _slipped(side: Side, price: int, slippage_bps: Decimal) -> int:
    return price + side.sign * int((price * slippage_bps / _BPS).to_integral_value(ROUND_CEILING))


def _shown_levels(
    side: Side, instrument: Instrument, market: MarketUpdate, rules: MatchingRules
) -> Sequence[Level]:
    if market.bids or market.asks:
        return market.asks if side is Side.BUY else market.bids
    if not market.last_price:
        return ()
    quote = market.last_price + side.sign * rules.unquoted_spread_ticks * instrument.tick_size
    return (Level(quote, ANY_QUANTITY),) if quote > 0 else ()


def incoming_executions(
    order: VenueOrder, book: InstrumentBook, levels: Iterable[Level]
) -> tuple[Execution, ...]:
    """Trades of an order on its arrival, at the prices of the depth; marks the depth as taken."""
    return tuple(Execution(order, piece.quantity, piece.price) for piece in _swept(order, book, levels))


def quoted_executions(side: Side, book: InstrumentBook, levels: Sequence[Level]) -> tuple[Execution, ...]:
    """Trades of our resting orders of a side with depth that reached them, at their own limits."""
    executions = []
    for order in book.own_side(side):
        if not levels or not _reaches(order, levels[0].price):
            break
        quantity = sum(piece.quantity for piece in _swept(order, book, levels))
        if quantity:
            executions.append(Execution(order, quantity, order.price))
    return tuple(executions)


def traded_executions(
    side: Side, book: InstrumentBook, update: MarketUpdate, traded: int, rules: MatchingRules
) -> tuple[Execution, ...]:
    """Trades of our resting orders of a side that the market's own trades imply.

    An order that reached the exchange after the update's last trade had no part in it.
    """
    price = update.last_price
    executions = []
    left = traded
    at_price: list[VenueOrder] = []
    for order in book.own_side(side):
        if order.entered_at_ms > update.traded_at_ms:
            continue
        if order.price == price:
            at_price.append(order)
        elif not _reaches(order, price):
            break
        else:
            quantity = _whole_lots(order, min(left, order.pending_quantity))
            left -= quantity
            if quantity:
                executions.append(Execution(order, quantity, order.price))
    if at_price and 0 < left < ANY_QUANTITY:
        executions.extend(_queue_executions(at_price, book, left, rules))
    return tuple(executions)


def auction_executions(
    book: InstrumentBook, price: int, traded: int, rules: MatchingRules
) -> tuple[Execution, ...]:
    """Trades of our orders at the one price of a call auction; orders at that very price get their share."""
    executions = []
    for side in Side:
        left = traded
        for order in book.own_side(side):
            if not _reaches(order, price):
                break
            allowed = left
            if order.price == price and left < ANY_QUANTITY:
                allowed = left * rules.queue_share_thousandths // _THOUSAND
            quantity = _whole_lots(order, min(allowed, order.pending_quantity))
            left -= quantity
            if quantity:
                executions.append(Execution(order, quantity, price))
    return tuple(executions)


def _queue_executions(
    orders: Sequence[VenueOrder], book: InstrumentBook, traded: int, rules: MatchingRules
) -> Iterable[Execution]:
    key = (orders[0].side, orders[0].price)
    credit = book.queue_credit.get(key, 0) + traded * rules.queue_share_thousandths
    for order in orders:
        quantity = _whole_lots(order, min(credit // _THOUSAND, order.pending_quantity))
        credit -= quantity * _THOUSAND
        if quantity:
            yield Execution(order, quantity, order.price)
    lot = orders[0].instrument.lot_size
    book.queue_credit[key] = min(credit, lot * _THOUSAND - 1)


def _swept(order: VenueOrder, book: InstrumentBook, levels: Iterable[Level]) -> list[Level]:
    """The pieces of the depth that an order takes, level by level; marks them as taken."""
    pieces = []
    wanted = order.pending_quantity
    for level in levels:
        if not wanted or not _reaches(order, level.price):
            break
        if level.price <= 0:
            continue  # an empty level of a feed
        key = (order.side.opposite, level.price)
        taken = book.taken.get(key, 0)
        quantity = _whole_lots(order, min(wanted, level.quantity - taken))
        if quantity:
            book.taken[key] = taken + quantity
            pieces.append(Level(level.price, quantity))
            wanted -= quantity
    return pieces


def _reaches(order: VenueOrder, price: int) -> bool:
    return price <= order.price if order.side is Side.BUY else price >= order.price


def _whole_lots(order: VenueOrder, quantity: int) -> int:
    return order.instrument.whole_lots(quantity)
