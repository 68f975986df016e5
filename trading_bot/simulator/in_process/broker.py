"""The venue as the engine's broker, without a wire between: for virtual time and paper trading."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from decimal import Decimal

from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.order import (
    Fill,
    OrderReport,
    OrderRequest,
    OrderStatus,
    OrderTerms,
    OrderType,
    ReportedChange,
    Validity,
)
from trading_bot.engine.ports import (
    Accepted,
    BrokerPosition,
    Funds,
    MarginQuestion,
    Outcome,
    RefusalCause,
    Refused,
)
from trading_bot.simulator.venue.broker.orders import Status
from trading_bot.simulator.venue.broker.protection import AUTOMATIC
from trading_bot.simulator.venue.contracts import (
    BrokerCore,
    ChangedTerms,
    NewOrder,
    OrderRow,
    TradeRow,
    VenueRefusal,
)

_STREAM_ROWS_MAX = 10_000
_NO_BAND = (0, 0)
_ORDER_NOT_FOUND = "UDAPI100010"
_STATUSES = {
    Status.RECEIVED: OrderStatus.ACKNOWLEDGED,
    Status.VALIDATION_PENDING: OrderStatus.ACKNOWLEDGED,
    Status.OPEN_PENDING: OrderStatus.ACKNOWLEDGED,
    Status.OPEN: OrderStatus.OPEN,
    Status.TRIGGER_PENDING: OrderStatus.TRIGGER_PENDING,
    Status.COMPLETE: OrderStatus.FILLED,
    Status.CANCELLED: OrderStatus.CANCELLED,
    Status.REJECTED: OrderStatus.REJECTED,
    Status.AMO_RECEIVED: OrderStatus.ACKNOWLEDGED,
    Status.AMO_MODIFIED: OrderStatus.ACKNOWLEDGED,
    Status.AMO_CANCELLED: OrderStatus.CANCELLED,
}
_CHANGES = {
    Status.MODIFY_VALIDATION_PENDING: ReportedChange.PENDING,
    Status.MODIFY_PENDING: ReportedChange.PENDING,
    Status.CANCEL_PENDING: ReportedChange.PENDING,
    Status.MODIFIED: ReportedChange.MODIFIED,
    Status.AMO_MODIFIED: ReportedChange.MODIFIED,
    Status.NOT_MODIFIED: ReportedChange.NOT_MODIFIED,
    Status.NOT_CANCELLED: ReportedChange.NOT_CANCELLED,
}


class SimulatedBroker:
    """The engine's `Broker` port on a pretend broker in the same process.

    A row that only tells of a change (``modify pending``, ``not cancelled`` …) is reported with the status
    that the order had before it. Give `now_ms` where calls can come between two moments of the market: the
    venue is then advanced before each call.
    """

    def __init__(self, venue: BrokerCore, now_ms: Callable[[], int] | None = None) -> None:
        self._venue = venue
        self._now_ms = now_ms
        self._statuses: dict[str, OrderStatus] = {}
        self._streams: list[asyncio.Queue[OrderReport | None]] = []
        self._listeners: list[Callable[[OrderReport], None]] = []
        for row in venue.order_rows():
            for state in venue.order_history(order_id=row.order_id):
                self._observe(state)
        venue.subscribe(self._publish)

    async def place(self, request: OrderRequest) -> Outcome:
        """Send a new order once."""
        self._advance()
        try:
            order_ids = self._venue.place(_new_order(request))
        except VenueRefusal as refusal:
            return _refused(refusal)
        return Accepted(order_ids[0])

    async def modify(self, order_id: str, terms: OrderTerms) -> Outcome:
        """Ask for new terms; the total quantity includes the filled part."""
        self._advance()
        change = ChangedTerms(
            order_id=order_id,
            order_type=terms.order_type,
            validity=terms.validity,
            price=terms.price,
            trigger_price=terms.trigger_price,
            quantity=terms.quantity,
            market_protection_pct=_protection(terms.order_type),
        )
        try:
            self._venue.modify(change)
        except VenueRefusal as refusal:
            return _refused(refusal)
        return Accepted(order_id)

    async def cancel(self, order_id: str) -> Outcome:
        """Ask for a cancellation; a fill may still win."""
        self._advance()
        try:
            self._venue.cancel(order_id)
        except VenueRefusal as refusal:
            return _refused(refusal)
        return Accepted(order_id)

    async def orders(self) -> tuple[OrderReport, ...]:
        """Return the order book of the day, whoever placed the orders."""
        self._advance()
        return tuple(self._report(row) for row in self._venue.order_rows())

    async def orders_by_tag(self, tag: str) -> tuple[OrderReport, ...]:
        """Return the latest row of every order that carries the tag; empty when the broker knows none."""
        self._advance()
        try:
            rows = self._venue.order_history(tag=tag)
        except VenueRefusal as refusal:
            if refusal.code != _ORDER_NOT_FOUND:
                raise
            return ()
        latest = {row.order_id: row for row in rows}
        return tuple(self._report(row) for row in latest.values())

    async def fills(self) -> tuple[Fill, ...]:
        """Return all trades of the day."""
        self._advance()
        return tuple(_fill(trade) for trade in self._venue.trade_rows())

    async def confirm_token(self) -> None:
        """Do nothing: nobody has to log in."""

    async def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the day's positions, closed ones included."""
        self._advance()
        return tuple(
            BrokerPosition(
                instrument_key=row.instrument_key,
                product=row.product,
                quantity=row.quantity,
                buy_quantity=row.buy_quantity,
                sell_quantity=row.sell_quantity,
            )
            for row in self._venue.position_rows()
        )

    async def is_account_active(self) -> bool:
        """A pretended account is not blocked."""
        return True

    async def funds(self) -> Funds:
        """Return what is available to trade with."""
        self._advance()
        row = self._venue.funds()
        return Funds(available=row.available, used_margin=row.used_margin)

    async def margin(self, questions: Sequence[MarginQuestion]) -> Decimal:
        """Return the margin in rupees that these orders together would need."""
        self._advance()
        try:
            return self._venue.required_margin([_asked_order(question) for question in questions])
        except VenueRefusal as refusal:
            raise ReadFailedError(str(refusal)) from refusal

    async def price_bands(self, instrument_keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Return today's lower and upper price limits in paise of the instruments that have them."""
        self._advance()
        try:
            bands = {key: self._venue.band(key) for key in instrument_keys}
        except VenueRefusal as refusal:
            raise ReadFailedError(str(refusal)) from refusal
        return {key: band for key, band in bands.items() if band != _NO_BAND}

    async def order_updates(self) -> AsyncGenerator[OrderReport | None]:
        """Yield each new row; None at first, and again where a slow reader missed rows."""
        stream: asyncio.Queue[OrderReport | None] = asyncio.Queue(_STREAM_ROWS_MAX)
        stream.put_nowait(None)
        self._streams.append(stream)
        try:
            while True:
                yield await stream.get()
        finally:
            self._streams.remove(stream)

    def listen(self, listener: Callable[[OrderReport], None]) -> None:
        """Have each new row handed over at once, where nobody waits for a stream."""
        self._listeners.append(listener)

    def _advance(self) -> None:
        if self._now_ms is not None:
            self._venue.advance(self._now_ms())

    def _publish(self, row: OrderRow) -> None:
        self._observe(row)
        report = self._report(row)
        for stream in self._streams:
            if stream.full():
                _restart(stream)
            stream.put_nowait(report)
        for listener in self._listeners:
            listener(report)

    def _observe(self, row: OrderRow) -> None:
        status = _STATUSES.get(Status(row.status))
        if status is not None:
            self._statuses[row.order_id] = status

    def _report(self, row: OrderRow) -> OrderReport:
        word = Status(row.status)
        return OrderReport(
            order_id=row.order_id,
            tag=row.tag,
            instrument_key=row.instrument_key,
            side=row.side,
            product=row.product,
            status=_STATUSES.get(word, self._statuses[row.order_id]),
            terms=OrderTerms(
                order_type=row.order_type,
                quantity=row.quantity,
                price=row.price,
                trigger_price=row.trigger_price,
                validity=row.validity,
            ),
            filled_quantity=row.filled_quantity,
            average_price=row.average_price if row.filled_quantity else None,
            message=row.status_message,
            change=_CHANGES.get(word),
            placed_by=row.placed_by,
            reported_at_ms=row.exchange_at_ms or row.ordered_at_ms,
        )


def _restart(stream: asyncio.Queue[OrderReport | None]) -> None:
    """Empty a full stream and begin it anew, as a dropped connection would."""
    while not stream.empty():
        stream.get_nowait()
    stream.put_nowait(None)


def _refused(refusal: VenueRefusal) -> Refused:
    cause = RefusalCause.NO_SUCH_ORDER if refusal.code == _ORDER_NOT_FOUND else None
    return Refused(refusal.code, refusal.message, cause)


def _new_order(request: OrderRequest) -> NewOrder:
    terms = request.terms
    return NewOrder(
        instrument_key=request.instrument_key,
        side=request.side,
        quantity=terms.quantity,
        product=request.product,
        order_type=terms.order_type,
        validity=terms.validity,
        price=terms.price,
        trigger_price=terms.trigger_price,
        tag=request.tag,
        market_protection_pct=_protection(terms.order_type),
    )


def _protection(order_type: OrderType) -> Decimal:
    needs_it = order_type in (OrderType.MARKET, OrderType.STOP_MARKET)
    return AUTOMATIC if needs_it else Decimal(0)


def _asked_order(question: MarginQuestion) -> NewOrder:
    return NewOrder(
        instrument_key=question.instrument_key,
        side=question.side,
        quantity=question.quantity,
        product=question.product,
        order_type=OrderType.LIMIT if question.price else OrderType.MARKET,
        validity=Validity.DAY,
        price=question.price,
        trigger_price=0,
    )


def _fill(trade: TradeRow) -> Fill:
    return Fill(
        trade_id=trade.trade_id,
        order_id=trade.order_id,
        instrument_key=trade.instrument_key,
        side=trade.side,
        quantity=trade.quantity,
        price=trade.price,
        filled_at_ms=trade.traded_at_ms,
    )
