"""A broker core with just enough behaviour to serve: one hop, and fills against the touch."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import rupees
from trading_bot.domain.order import OrderType, Side
from trading_bot.simulator.contracts import (
    ChangedTerms,
    FundsRow,
    MarketMoment,
    MarketUpdate,
    NewOrder,
    OrderListener,
    OrderRow,
    PositionRow,
    TradeRow,
    VenueRefusal,
)

HOP_MS = 50
CASH = Decimal(1_000_000)
_DONE = ("complete", "cancelled", "rejected")


class ScriptedCore:
    """A `BrokerCore`: an order is received, open 50 ms later, and fills at once where the touch allows."""

    def __init__(self, instruments: Sequence[Instrument], closes: dict[str, int], now_ms: int) -> None:
        self.now_ms = now_ms
        self.instruments = tuple(instruments)
        self.placed: list[NewOrder] = []
        self._symbols = {instrument.key: instrument.symbol for instrument in instruments}
        self._closes = closes
        self._markets: dict[str, MarketUpdate] = {}
        self._listeners: list[OrderListener] = []
        self._states: list[OrderRow] = []
        self._latest: dict[str, OrderRow] = {}
        self._due: list[tuple[int, str]] = []
        self._trades: list[TradeRow] = []

    def subscribe(self, listener: OrderListener) -> None:
        self._listeners.append(listener)

    def advance(self, to_ms: int) -> None:
        self.now_ms = max(self.now_ms, to_ms)
        due = [entry for entry in self._due if entry[0] <= self.now_ms]
        self._due = [entry for entry in self._due if entry[0] > self.now_ms]
        for at_ms, order_id in due:
            row = self._latest[order_id]
            self._put(row._replace(status="open", exchange_order_id=f"11{order_id}", exchange_at_ms=at_ms))
            self._match(order_id)

    def on_market(self, moment: MarketMoment) -> None:
        self.advance(moment.at_ms)
        for update in moment.updates:
            self._markets[update.instrument_key] = update
        for order_id, row in tuple(self._latest.items()):
            if row.status == "open":
                self._match(order_id)

    def place(self, order: NewOrder) -> tuple[str, ...]:
        self.placed.append(order)
        order_id = f"2611190000{len(self.placed):05}"
        row = OrderRow(
            order_id=order_id, exchange_order_id="", instrument_key=order.instrument_key,
            trading_symbol=self._symbols[order.instrument_key], side=order.side, product=order.product,
            order_type=order.order_type, validity=order.validity, quantity=order.quantity, filled_quantity=0,
            disclosed_quantity=order.disclosed_quantity, price=order.price, trigger_price=order.trigger_price,
            average_price=Decimal(0), status="put order req received", status_message="", tag=order.tag,
            placed_by=order.placed_by, ordered_at_ms=self.now_ms, exchange_at_ms=0,
        )  # fmt: skip
        self._put(row)
        self._due.append((self.now_ms + HOP_MS, order_id))
        return (order_id,)

    def modify(self, change: ChangedTerms) -> None:
        row = self._live(change.order_id, "UDAPI100041")
        self._put(
            row._replace(
                price=change.price,
                trigger_price=change.trigger_price,
                order_type=change.order_type,
                quantity=change.quantity or row.quantity,
                status="modified",
            )
        )
        self._put(self._latest[row.order_id]._replace(status="open"))

    def cancel(self, order_id: str) -> None:
        self._put(self._live(order_id, "UDAPI100040")._replace(status="cancelled"))

    def exit_all(self, tag: str | None = None, segment: str | None = None) -> tuple[str, ...]:
        exits = []
        for position in self.position_rows():
            if position.quantity:
                template = next(o for o in self.placed if o.instrument_key == position.instrument_key)
                side = Side.SELL if position.quantity > 0 else Side.BUY
                exits += self.place(
                    replace(template, side=side, quantity=abs(position.quantity), order_type=OrderType.MARKET)
                )
        return tuple(exits)

    def order_rows(self) -> tuple[OrderRow, ...]:
        return tuple(self._latest.values())

    def order_history(self, *, order_id: str | None = None, tag: str | None = None) -> tuple[OrderRow, ...]:
        rows = tuple(
            row for row in self._states if order_id in (None, row.order_id) and tag in (None, row.tag)
        )
        if not rows:
            raise VenueRefusal(404, "UDAPI100010", "Order not found")
        return rows

    def trade_rows(self, order_id: str | None = None) -> tuple[TradeRow, ...]:
        return tuple(row for row in self._trades if order_id in (None, row.order_id))

    def position_rows(self) -> tuple[PositionRow, ...]:
        keys = dict.fromkeys((trade.instrument_key, trade.product) for trade in self._trades)
        return tuple(self._position(key, product) for key, product in keys)

    def funds(self) -> FundsRow:
        return FundsRow(
            opening_balance=CASH,
            available=CASH,
            used_margin=Decimal(0),
            realised=Decimal(0),
            unrealised=Decimal(0),
        )

    def required_margin(self, orders: Sequence[NewOrder]) -> Decimal:
        return sum((rupees(order.price * order.quantity) for order in orders), Decimal(0))

    def market(self, instrument_key: str) -> MarketUpdate | None:
        return self._markets.get(instrument_key)

    def band(self, instrument_key: str) -> tuple[int, int]:
        return self._closes[instrument_key] * 9 // 10, self._closes[instrument_key] * 11 // 10

    def ledger(self) -> dict[str, object]:
        return {"orders": [], "trades": [], "positions": [], "charges": {}, "net_pnl": "0.00"}

    def _position(self, key: str, product) -> PositionRow:
        trades = [trade for trade in self._trades if (trade.instrument_key, trade.product) == (key, product)]
        bought = [trade for trade in trades if trade.side is Side.BUY]
        sold = [trade for trade in trades if trade.side is Side.SELL]
        return PositionRow(
            instrument_key=key,
            trading_symbol=self._symbols[key],
            product=product,
            quantity=sum(trade.side.sign * trade.quantity for trade in trades),
            buy_quantity=sum(trade.quantity for trade in bought),
            buy_value=sum(trade.quantity * trade.price for trade in bought),
            sell_quantity=sum(trade.quantity for trade in sold),
            sell_value=sum(trade.quantity * trade.price for trade in sold),
            last_price=self._markets[key].last_price,
            close_price=self._closes[key],
        )

    def _live(self, order_id: str, code: str) -> OrderRow:
        row = self._latest.get(order_id)
        if row is None:
            raise VenueRefusal(404, "UDAPI100010", "Order not found")
        if row.status in _DONE:
            raise VenueRefusal(400, code, f"Order is {row.status}")
        return row

    def _match(self, order_id: str) -> None:
        row, market = self._latest[order_id], self._markets.get(self._latest[order_id].instrument_key)
        if market is None or not market.bids or not market.asks or row.order_type.has_trigger:
            return
        touch = market.asks[0].price if row.side is Side.BUY else market.bids[0].price
        is_marketable = row.order_type is OrderType.MARKET or (row.price - touch) * row.side.sign >= 0
        if not is_marketable:
            return
        self._trades.append(
            TradeRow(
                f"T{len(self._trades) + 1}",
                order_id,
                row.exchange_order_id,
                row.instrument_key,
                row.trading_symbol,
                row.side,
                row.product,
                row.order_type,
                row.quantity,
                touch,
                self.now_ms,
                row.ordered_at_ms,
            )
        )
        self._put(
            row._replace(
                status="complete",
                filled_quantity=row.quantity,
                average_price=rupees(touch),
                exchange_at_ms=self.now_ms,
            )
        )

    def _put(self, row: OrderRow) -> None:
        self._states.append(row)
        self._latest[row.order_id] = row
        for listener in self._listeners:
            listener(row)
