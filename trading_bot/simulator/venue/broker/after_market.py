"""Orders that come outside the session: the broker keeps them, and sends them on when it begins.

Until then they are in nobody's book: they block no margin, and a change or cancellation holds at once. What
comes after the close waits for a day that this venue does not have.
"""

from functools import partial

from trading_bot.simulator.venue.broker.orders import OrderRegister, Status, VenueOrder
from trading_bot.simulator.venue.broker.request_path import RequestPath
from trading_bot.simulator.venue.contracts import ChangedTerms, NewOrder
from trading_bot.simulator.venue.hops import Agenda
from trading_bot.simulator.venue.listing import MarketBoard


class AfterMarket:
    """Keeps orders and sends them on in the order in which they came."""

    def __init__(
        self, *, board: MarketBoard, register: OrderRegister, agenda: Agenda, path: RequestPath
    ) -> None:
        self._board = board
        self._register = register
        self._agenda = agenda
        self._path = path

    def keep(self, order: NewOrder) -> tuple[str, ...]:
        """Keep an order, in slices where it asks for them, and return the ids."""
        kept = tuple(self._path.enter(order, Status.AMO_RECEIVED))
        open_ms = self._board.listing(order.instrument_key).plan.open_ms
        if self._agenda.now_ms < open_ms:
            for one in kept:
                self._agenda.add(open_ms, partial(self._send_on, one))
        return tuple(one.order_id for one in kept)

    def change(self, order: VenueOrder, change: ChangedTerms) -> None:
        """Give a kept order new terms."""
        order.take(change, change.price)
        self._register.record(order, Status.AMO_MODIFIED)

    def withdraw(self, order: VenueOrder) -> None:
        """Cancel a kept order."""
        self._register.finish(order, Status.AMO_CANCELLED)

    def _send_on(self, order: VenueOrder) -> None:
        if not order.is_done:
            self._register.record(order, Status.RECEIVED)
            self._path.start(order)
