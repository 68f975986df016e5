"""Requests over everything that is open: cancel all orders, exit all positions; at most 50 in one of them."""

from collections.abc import Callable

from trading_bot.domain.instrument import Product
from trading_bot.simulator.venue.broker.orders import OrderRegister, VenueOrder
from trading_bot.simulator.venue.broker.square_off import buys_first, closing_order
from trading_bot.simulator.venue.contracts import ACCOUNT_USER, NewOrder, VenueRefusal
from trading_bot.simulator.venue.exchange.session_plan import Phase
from trading_bot.simulator.venue.hops import Agenda
from trading_bot.simulator.venue.ledger import Holding, Ledger
from trading_bot.simulator.venue.listing import MarketBoard

_BATCH_MAX = 50


class Batches:
    """Takes such requests apart; a tag or a segment narrows them."""

    def __init__(
        self,
        *,
        board: MarketBoard,
        register: OrderRegister,
        ledger: Ledger,
        agenda: Agenda,
        send: Callable[[NewOrder], tuple[str, ...]],
        withdraw: Callable[[VenueOrder], None],
    ) -> None:
        self._board = board
        self._register = register
        self._ledger = ledger
        self._agenda = agenda
        self._send = send
        self._withdraw = withdraw

    def cancel_all(self, tag: str | None, segment: str | None) -> tuple[str, ...]:
        """Ask for the cancellation of open orders, after-market orders included; their ids.

        Raises VenueRefusal when there is none (UDAPI1109).
        """
        orders = [
            order
            for order in self._register.live()
            if tag in (None, order.tag) and segment in (None, order.instrument.segment)
        ]
        if not orders:
            raise VenueRefusal(400, "UDAPI1109", "No open orders to cancel")
        for order in orders[:_BATCH_MAX]:
            self._withdraw(order)
        return tuple(order.order_id for order in orders[:_BATCH_MAX])

    def exit_all(self, tag: str | None, segment: str | None) -> tuple[str, ...]:
        """Place protected market orders against every open intraday or derivative position; their ids.

        With a tag only intraday positions count in which an order with that tag traded. Buys come first.
        Raises VenueRefusal when there is nothing to exit (UDAPI1111) or nothing that trades now (UDAPI1113).
        """
        holdings = [
            holding for holding in self._ledger.open_holdings() if self._may_exit(holding, tag, segment)
        ]
        if not holdings:
            raise VenueRefusal(400, "UDAPI1111", "No open positions to exit")
        open_now = [holding for holding in holdings if self._is_continuous(holding.instrument.key)]
        if not open_now:
            raise VenueRefusal(400, "UDAPI1113", "Positions can only be exited in market hours")
        exits = buys_first([closing_order(holding, ACCOUNT_USER) for holding in open_now[:_BATCH_MAX]])
        return tuple(order_id for order in exits for order_id in self._send(order))

    def _is_continuous(self, instrument_key: str) -> bool:
        plan = self._board.listings[instrument_key].plan
        return plan.phase(self._agenda.now_ms) is Phase.CONTINUOUS

    def _may_exit(self, holding: Holding, tag: str | None, segment: str | None) -> bool:
        if segment is not None and holding.instrument.segment != segment:
            return False
        if tag is not None:
            return holding.product is Product.INTRADAY and self._was_traded_by(holding, tag)
        return holding.product is Product.INTRADAY or holding.instrument.segment.is_derivatives

    def _was_traded_by(self, holding: Holding, tag: str) -> bool:
        return any(self._register.order(trade.order_id).tag == tag for trade in holding.trades)
