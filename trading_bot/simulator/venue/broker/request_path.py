"""The way of a request through the broker: received, checked by the risk desk, sent to the exchange."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from trading_bot.simulator.venue.broker.api_checks import sliced_quantities
from trading_bot.simulator.venue.broker.orders import OrderRegister, Standing, Status, VenueOrder
from trading_bot.simulator.venue.broker.risk_desk import RiskDesk, requested_terms, terms_of
from trading_bot.simulator.venue.contracts import ChangedTerms, NewOrder
from trading_bot.simulator.venue.exchange.exchange import Exchange
from trading_bot.simulator.venue.hops import Agenda, Deed, DelayPolicy, Hop
from trading_bot.simulator.venue.listing import MarketBoard
from trading_bot.simulator.venue.settings import VenueSettings

_UNTRADED = "17181: Exchange: market order in an untraded contract"


class RequestPath:
    """Takes requests that passed the API and enters their hops in the agenda."""

    def __init__(
        self,
        *,
        board: MarketBoard,
        register: OrderRegister,
        desk: RiskDesk,
        exchange: Exchange,
        agenda: Agenda,
        delays: DelayPolicy,
        settings: VenueSettings,
    ) -> None:
        self._board = board
        self._register = register
        self._desk = desk
        self._exchange = exchange
        self._agenda = agenda
        self._delays = delays
        self._settings = settings
        self._waiting: dict[str, list[Deed]] = {}

    def send(self, order: NewOrder) -> tuple[str, ...]:
        """Enter an order, in slices where it asks for them, and return the ids."""
        order_ids = []
        for entered in self.enter(order, Status.RECEIVED):
            self.start(entered)
            order_ids.append(entered.order_id)
        return tuple(order_ids)

    def enter(self, order: NewOrder, status: Status) -> Iterator[VenueOrder]:
        """Give an order, or each slice of it, an id and its first row."""
        listing = self._board.listing(order.instrument_key)
        for number, quantity in enumerate(sliced_quantities(order, listing)):
            tag = order.tag if not number or self._settings.slices_inherit_tag else None
            yield self._register.enter(order, listing.instrument, quantity, tag, status=status)

    def start(self, order: VenueOrder) -> None:
        """Send an order that was entered on its way."""
        self._after(order, (Hop.API,), partial(self._validate, order))

    def change(self, order: VenueOrder, change: ChangedTerms) -> None:
        """Ask for new terms of a live order."""
        self._register.record(order, Status.MODIFY_VALIDATION_PENDING)
        check = partial(self._check_change, order, change)
        self._after(order, (Hop.API, Hop.RISK), partial(self._once_arrived, order, check))

    def withdraw(self, order: VenueOrder) -> None:
        """Ask for the cancellation of a live order."""
        self._register.record(order, Status.CANCEL_PENDING)
        forward = partial(self._forward_withdrawal, order)
        self._after(order, (Hop.API, Hop.RISK), partial(self._once_arrived, order, forward))

    def _validate(self, order: VenueOrder) -> None:
        self._register.record(order, Status.VALIDATION_PENDING)
        self._after(order, (Hop.RISK,), partial(self._check, order))

    def _check(self, order: VenueOrder) -> None:
        reason = self._rejection(order)
        if reason is not None:
            self._register.finish(order, Status.REJECTED, reason)
            self._release(order)
            return
        order.standing = Standing.EN_ROUTE
        self._register.record(order, Status.OPEN_PENDING)
        self._after(order, (Hop.EXCHANGE,), partial(self._arrive, order))

    def _rejection(self, order: VenueOrder) -> str | None:
        price = self._desk.limit_price(order, terms_of(order), order.market_protection_pct)
        if price is None:
            return _UNTRADED
        order.price = price
        return self._desk.rejection(order, terms_of(order), self._agenda.now_ms)

    def _check_change(self, order: VenueOrder, change: ChangedTerms) -> None:
        if order.is_done:
            self._exchange.refuse_change(
                order, Status.NOT_MODIFIED, f"RMS: order is already {order.final_status}"
            )
            return
        terms = requested_terms(order, change)
        price = self._desk.limit_price(order, terms, change.market_protection_pct)
        if price is None:
            self._exchange.refuse_change(order, Status.NOT_MODIFIED, _UNTRADED)
            return
        reason = self._desk.rejection(order, replace(terms, price=price), self._agenda.now_ms)
        if reason is not None:
            self._exchange.refuse_change(order, Status.NOT_MODIFIED, reason)
            return
        self._register.record(order, Status.MODIFY_PENDING)
        self._after(order, (Hop.EXCHANGE,), partial(self._exchange.change, order, change, price))

    def _forward_withdrawal(self, order: VenueOrder) -> None:
        self._after(order, (Hop.EXCHANGE,), partial(self._exchange.withdraw, order))

    def _arrive(self, order: VenueOrder) -> None:
        self._exchange.arrive(order)
        self._release(order)

    def _once_arrived(self, order: VenueOrder, deed: Deed) -> None:
        """Do it now, or when the order itself, which is still on its way, has arrived."""
        if order.is_at_exchange:
            deed()
        else:
            self._waiting.setdefault(order.order_id, []).append(deed)

    def _release(self, order: VenueOrder) -> None:
        for deed in self._waiting.pop(order.order_id, ()):
            self._agenda.add(self._agenda.now_ms, deed)

    def _after(self, order: VenueOrder, hops: Sequence[Hop], deed: Deed) -> None:
        """Enter the next step of an order, no earlier than the steps that were requested before it."""
        delay_ms = sum(self._delays.delay_ms(hop) for hop in hops)
        order.last_due_ms = max(order.last_due_ms, self._agenda.now_ms + delay_ms)
        self._agenda.add(order.last_due_ms, deed)
