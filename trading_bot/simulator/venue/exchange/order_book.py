"""Our own resting orders in one instrument, in price-time priority, and what they took from the depth."""

from collections.abc import Callable
from dataclasses import dataclass, field

from trading_bot.domain.order import Side
from trading_bot.simulator.venue.broker.orders import VenueOrder


@dataclass(slots=True)
class InstrumentBook:
    """What we have at the exchange in one instrument; it changes in place."""

    bids: list[VenueOrder] = field(default_factory=list)
    """Resting buys, first to trade first."""
    asks: list[VenueOrder] = field(default_factory=list)
    stops: list[VenueOrder] = field(default_factory=list)
    """Orders that wait for their trigger, oldest first."""
    taken: dict[tuple[Side, int], int] = field(default_factory=dict)
    """Units of the depth that our orders used up, by side of the depth and price, until it is refreshed."""
    queue_credit: dict[tuple[Side, int], int] = field(default_factory=dict)
    """Thousandths of units of traded volume that are due to our orders at a price but are not yet a lot."""

    @property
    def is_idle(self) -> bool:
        """Whether no order of ours is here."""
        return not (self.bids or self.asks or self.stops)

    def own_side(self, side: Side) -> list[VenueOrder]:
        """Our resting orders on a side."""
        return self.bids if side is Side.BUY else self.asks

    def rest(self, order: VenueOrder) -> None:
        """Put an order among the resting ones of its side."""
        orders = self.own_side(order.side)
        orders.append(order)
        orders.sort(key=_bid_rank if order.side is Side.BUY else _ask_rank)

    def sleep(self, order: VenueOrder) -> None:
        """Let an order wait for its trigger."""
        self.stops.append(order)

    def remove(self, order: VenueOrder) -> None:
        """Take an order out, wherever it is."""
        for orders in (self.bids, self.asks, self.stops):
            if order in orders:
                orders.remove(order)
        key = (order.side, order.price)
        if all(other.price != order.price for other in self.own_side(order.side)):
            self.queue_credit.pop(key, None)

    def matching(self, claim: Callable[[VenueOrder], bool]) -> tuple[VenueOrder, ...]:
        """Our orders here of which something holds: bids, asks, then stops."""
        return tuple(
            order for orders in (self.bids, self.asks, self.stops) for order in orders if claim(order)
        )


def _bid_rank(order: VenueOrder) -> tuple[int, int]:
    return -order.price, order.priority


def _ask_rank(order: VenueOrder) -> tuple[int, int]:
    return order.price, order.priority
