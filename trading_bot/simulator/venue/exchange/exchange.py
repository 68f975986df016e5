"""The pretend exchange: takes orders, matches them against the market, and moves them through its phases."""

from collections.abc import Iterable
from dataclasses import replace

from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.venue.broker.orders import OrderRegister, Standing, Status, VenueOrder
from trading_bot.simulator.venue.broker.risk_desk import RiskDesk, Terms, requested_terms, terms_of
from trading_bot.simulator.venue.contracts import ChangedTerms, MarketUpdate
from trading_bot.simulator.venue.exchange.bands import PriceBands
from trading_bot.simulator.venue.exchange.checks import band_rejection, phase_rejection, terms_rejection
from trading_bot.simulator.venue.exchange.matching import (
    Execution,
    MatchingRules,
    incoming_executions,
    is_triggered,
    opposite_levels,
    quoted_executions,
    traded_executions,
    traded_quantity,
)
from trading_bot.simulator.venue.exchange.order_book import InstrumentBook
from trading_bot.simulator.venue.exchange.session_plan import Phase
from trading_bot.simulator.venue.hops import Agenda
from trading_bot.simulator.venue.ledger import Ledger
from trading_bot.simulator.venue.listing import MarketBoard


class Exchange:
    """Books of our orders by instrument; everything it does happens at the agenda's present."""

    def __init__(
        self,
        *,
        board: MarketBoard,
        bands: PriceBands,
        register: OrderRegister,
        ledger: Ledger,
        desk: RiskDesk,
        agenda: Agenda,
        rules: MatchingRules,
    ) -> None:
        self._board = board
        self._bands = bands
        self._register = register
        self._ledger = ledger
        self._desk = desk
        self._agenda = agenda
        self._rules = rules
        self._books: dict[str, InstrumentBook] = {}
        self._arrived = 0

    # --- requests ---------------------------------------------------------------------------------------

    def arrive(self, order: VenueOrder) -> None:
        """Take a new order into the book, or reject it."""
        phase = self._phase(order.instrument.key)
        reason = phase_rejection(phase, order, order.order_type, order.validity) or self._terms_rejection(
            order, terms_of(order)
        )
        order.exchange_at_ms = self._agenda.now_ms
        if reason is not None:
            self._register.finish(order, Status.REJECTED, reason)
            return
        self._arrived += 1
        order.exchange_order_id = f"1{self._agenda.now_ms}{self._arrived:06d}"
        self._enter(order)

    def change(self, order: VenueOrder, change: ChangedTerms, limit_price: int) -> None:
        """Give an order new terms, or refuse to."""
        reason = self._change_refusal(order, change, limit_price)
        if reason is not None:
            self.refuse_change(order, Status.NOT_MODIFIED, reason)
            return
        self._book(order.instrument.key).remove(order)
        keeps_priority = (
            order.standing is Standing.RESTING
            and order.price == limit_price
            and (change.quantity or 0) <= order.quantity
        )
        order.take(change, limit_price)
        order.exchange_at_ms = self._agenda.now_ms
        self._register.record(order, Status.MODIFIED)
        self._enter(order, keeps_priority=keeps_priority)

    def withdraw(self, order: VenueOrder) -> None:
        """Cancel an order on request, or refuse to."""
        if order.is_done:
            self.refuse_change(
                order, Status.NOT_CANCELLED, f"Exchange: order is already {order.final_status}"
            )
            return
        phase = self._phase(order.instrument.key)
        if not phase.takes_orders:
            self.refuse_change(order, Status.NOT_CANCELLED, f"Exchange: no cancellation in {phase}")
            return
        self.cancel(order, "")

    def refuse_change(self, order: VenueOrder, status: Status, reason: str) -> None:
        """Report that a modification or cancellation failed, and then what the order still is."""
        self._register.record(order, status, reason)
        if order.is_done:
            self._register.record(order, order.final_status)
            return
        sleeps = order.standing is Standing.SLEEPING
        self._register.record(order, Status.TRIGGER_PENDING if sleeps else Status.OPEN)

    # --- the market -------------------------------------------------------------------------------------

    def on_update(self, update: MarketUpdate) -> None:
        """Take an instrument's new state and match our orders against it."""
        key = update.instrument_key
        markets = self._board.markets
        book = self._books.get(key)
        if book is None or book.is_idle:
            markets[key] = update
            return
        previous = markets.get(key)
        markets[key] = update
        book.taken.clear()
        if self._phase(key) is Phase.CONTINUOUS:
            self._match(book, previous, update)

    def execute(self, executions: Iterable[Execution]) -> None:
        """Book trades of our orders; an order that is filled leaves the book."""
        for order, quantity, price in executions:
            order.filled_quantity += quantity
            order.filled_value += quantity * price
            order.exchange_at_ms = self._agenda.now_ms
            self._ledger.book(order, quantity, price, self._agenda.now_ms)
            if order.pending_quantity:
                self._register.record(order, Status.OPEN)
                continue
            self._book(order.instrument.key).remove(order)
            self._register.finish(order, Status.COMPLETE)

    def cancel(self, order: VenueOrder, reason: str) -> None:
        """Take an order out of the book and end it as cancelled."""
        self._book(order.instrument.key).remove(order)
        order.exchange_at_ms = self._agenda.now_ms
        self._register.finish(order, Status.CANCELLED, reason)

    def restore(self, order: VenueOrder) -> None:
        """Put an order that was here before back into its book; it trades with the market's next update."""
        self._queue_up(order)
        if order.standing is Standing.SLEEPING:
            self._book(order.instrument.key).sleep(order)
        else:
            self._book(order.instrument.key).rest(order)

    def book(self, instrument_key: str) -> InstrumentBook | None:
        """Our book in an instrument; None while no order of ours reached it."""
        return self._books.get(instrument_key)

    # --- inside -----------------------------------------------------------------------------------------

    def _phase(self, instrument_key: str) -> Phase:
        return self._board.listings[instrument_key].plan.phase(self._agenda.now_ms)

    def _book(self, instrument_key: str) -> InstrumentBook:
        return self._books.setdefault(instrument_key, InstrumentBook())

    def _terms_rejection(self, order: VenueOrder, terms: Terms) -> str | None:
        key = order.instrument.key
        return terms_rejection(
            order.instrument, order.side, terms, self._board.markets.get(key), self._bands.band(key)
        )

    def _change_refusal(self, order: VenueOrder, change: ChangedTerms, limit_price: int) -> str | None:
        if order.is_done:
            return f"Exchange: order is already {order.final_status}"
        quantity = change.quantity or order.quantity
        if quantity <= order.filled_quantity:
            return (
                f"Exchange: quantity {quantity} does not exceed the filled quantity {order.filled_quantity}"
            )
        terms = replace(requested_terms(order, change), price=limit_price)
        phase = self._phase(order.instrument.key)
        return phase_rejection(phase, order, change.order_type, change.validity) or self._terms_rejection(
            order, terms
        )

    def _enter(self, order: VenueOrder, *, keeps_priority: bool = False) -> None:
        if not keeps_priority:
            self._queue_up(order)
        if order.order_type.has_trigger:
            order.standing = Standing.SLEEPING
            self._book(order.instrument.key).sleep(order)
            self._register.record(order, Status.TRIGGER_PENDING)
            return
        self._trade_on_arrival(order)

    def _trade_on_arrival(self, order: VenueOrder) -> None:
        key = order.instrument.key
        order.standing = Standing.RESTING
        market = self._board.markets.get(key)
        filled_before = order.filled_quantity
        if market is not None and self._phase(key) is Phase.CONTINUOUS:
            levels = opposite_levels(order.side, order.instrument, market, self._rules)
            self.execute(incoming_executions(order, self._book(key), levels))
        if order.is_done:
            return
        if order.filled_quantity == filled_before:
            self._register.record(order, Status.OPEN)
        if order.validity is Validity.IMMEDIATE_OR_CANCEL:
            self.cancel(order, "Exchange: unmatched part of an IOC order")
            return
        self._book(key).rest(order)

    def _match(self, book: InstrumentBook, previous: MarketUpdate | None, update: MarketUpdate) -> None:
        traded = traded_quantity(previous, update)
        for side in Side:
            orders = book.own_side(side)
            if not orders:
                continue
            if traded and update.last_price:
                self.execute(traded_executions(side, book, update, traded, self._rules))
            if orders:
                levels = opposite_levels(side, orders[0].instrument, update, self._rules)
                self.execute(quoted_executions(side, book, levels))
        if book.stops and update.last_price:
            self._trigger(book, update.last_price)

    def _trigger(self, book: InstrumentBook, last_price: int) -> None:
        for order in [stop for stop in book.stops if is_triggered(stop, last_price)]:
            book.remove(order)
            self._wake(order)

    def _wake(self, order: VenueOrder) -> None:
        order.exchange_at_ms = self._agenda.now_ms
        if order.order_type is OrderType.STOP_MARKET:
            order.price = self._desk.protected(order, order.trigger_price, order.market_protection_pct)
        reason = band_rejection(order.price, self._bands.band(order.instrument.key))
        if reason is not None:
            self._register.finish(order, Status.REJECTED, reason)
            return
        self._queue_up(order)
        self._trade_on_arrival(order)

    def _queue_up(self, order: VenueOrder) -> None:
        """Give an order the last place in the queue of its price."""
        self._arrived += 1
        order.priority = self._arrived
        order.entered_at_ms = self._agenda.now_ms
