"""The venue's own books: trades, positions, cash and charges, apart from the bot's accounting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.money import ZERO, round_to_paisa, rupees
from trading_bot.domain.order import Side
from trading_bot.simulator.venue.broker.orders import VenueOrder
from trading_bot.simulator.venue.contracts import FundsRow, PositionRow, TradeRow
from trading_bot.simulator.venue.listing import MarketBoard
from trading_bot.simulator.venue.settings import VenueSettings

DealtInstrument = tuple[Instrument, Product, Sequence[TradeRow]]
ChargeFunction = Callable[[Sequence[DealtInstrument], date], Mapping[str, Decimal]]
"""Charges of a day's trades in rupees by kind; trades come grouped by instrument and product."""
RISK_DESK = "RMS"
SQUARE_OFF_CHARGE = "square_off"


@dataclass(slots=True)
class Holding:
    """Sums of the trades of one instrument and product; it changes in place. Values in paise."""

    instrument: Instrument
    product: Product
    buy_quantity: int = 0
    buy_value: int = 0
    sell_quantity: int = 0
    sell_value: int = 0
    trades: list[TradeRow] = field(default_factory=list)
    is_known: bool = False
    """Whether it was ever traded, so that the account has a row for it."""

    @property
    def quantity(self) -> int:
        """Signed net units."""
        return self.buy_quantity - self.sell_quantity

    @property
    def entry_price(self) -> Decimal:
        """Mean price in paise of the side that is open; 0 when flat."""
        if self.quantity > 0:
            return Decimal(self.buy_value) / self.buy_quantity
        return Decimal(self.sell_value) / self.sell_quantity if self.quantity else ZERO

    @property
    def realised(self) -> Decimal:
        """Gross profit in rupees of the closed part, at mean prices, to the paisa."""
        closed = min(self.buy_quantity, self.sell_quantity)
        if not closed:
            return ZERO
        difference = (
            Decimal(self.sell_value) / self.sell_quantity - Decimal(self.buy_value) / self.buy_quantity
        )
        return round_to_paisa(closed * difference / 100)

    def gross(self, last_price: int) -> Decimal:
        """Gross profit in rupees with the open part at a price: cash flow plus value, exact."""
        return rupees(self.sell_value - self.buy_value + self.quantity * last_price)

    def add(self, trade: TradeRow) -> None:
        """Count a trade."""
        self.trades.append(trade)
        self.is_known = True
        self._count(trade, 1)

    def remove(self, trade: TradeRow) -> None:
        """Count a trade no more; the row of the position stays, if only with zeros."""
        self.trades.remove(trade)
        self._count(trade, -1)

    def _count(self, trade: TradeRow, times: int) -> None:
        if trade.side is Side.BUY:
            self.buy_quantity += times * trade.quantity
            self.buy_value += times * trade.quantity * trade.price
        else:
            self.sell_quantity += times * trade.quantity
            self.sell_value += times * trade.quantity * trade.price


class Ledger:
    """The true record of the day."""

    def __init__(
        self, on: date, board: MarketBoard, settings: VenueSettings, charges: ChargeFunction
    ) -> None:
        self._on = on
        self._board = board
        self._settings = settings
        self._charge_function = charges
        self._holdings: dict[tuple[str, Product], Holding] = {}
        self._trades: list[TradeRow] = []
        self._annulled: set[str] = set()
        self._squared_off: set[str] = set()

    def annul(self, trade_id: str) -> TradeRow:
        """Take a trade back as if it had not been; its order's row stays (what a real one shows is open).

        Raises KeyError when no such trade stands.
        """
        trade = next((one for one in self.trades() if one.trade_id == trade_id), None)
        if trade is None:
            raise KeyError(trade_id)
        self._annulled.add(trade_id)
        self._holdings[(trade.instrument_key, trade.product)].remove(trade)
        return trade

    def book(self, order: VenueOrder, quantity: int, price: int, traded_at_ms: int) -> TradeRow:
        """Record one fill of an order and return its row."""
        trade = TradeRow(
            trade_id=str(70_000_001 + len(self._trades)),
            order_id=order.order_id,
            exchange_order_id=order.exchange_order_id,
            instrument_key=order.instrument.key,
            trading_symbol=order.instrument.symbol,
            side=order.side,
            product=order.product,
            order_type=order.order_type,
            quantity=quantity,
            price=price,
            traded_at_ms=traded_at_ms,
            ordered_at_ms=order.ordered_at_ms,
        )
        self._trades.append(trade)
        self.holding(order.instrument, order.product).add(trade)
        if order.placed_by == RISK_DESK:
            self._squared_off.add(order.order_id)
        return trade

    def restore(self, instrument: Instrument, trade: TradeRow) -> None:
        """Count a trade that an earlier process booked."""
        self._trades.append(trade)
        self.holding(instrument, trade.product).add(trade)

    def holding(self, instrument: Instrument, product: Product) -> Holding:
        """The sums of an instrument and product, made when they are first asked for."""
        key = (instrument.key, product)
        if key not in self._holdings:
            self._holdings[key] = Holding(instrument, product)
        return self._holdings[key]

    def quantity(self, instrument_key: str, product: Product) -> int:
        """Signed net units."""
        holding = self._holdings.get((instrument_key, product))
        return holding.quantity if holding else 0

    def open_holdings(self) -> tuple[Holding, ...]:
        """What is not flat."""
        return tuple(holding for holding in self._holdings.values() if holding.quantity)

    def trades(self, order_id: str | None = None) -> tuple[TradeRow, ...]:
        """Fills of the day, or of one order, oldest first."""
        return tuple(
            trade
            for trade in self._trades
            if order_id in (None, trade.order_id) and trade.trade_id not in self._annulled
        )

    def position_rows(self) -> tuple[PositionRow, ...]:
        """Everything that was traded, closed positions included."""
        return tuple(self._position_row(holding) for holding in self._traded())

    def funds(self, used_margin: Decimal) -> FundsRow:
        """Cash and margin now; open profits are not spendable, charges are taken after the day."""
        holdings = self._traded()
        realised = sum((holding.realised for holding in holdings), ZERO)
        gross = sum((holding.gross(self._last_price(holding)) for holding in holdings), ZERO)
        opening = self._settings.opening_balance
        return FundsRow(
            opening_balance=opening,
            available=opening + realised - used_margin,
            used_margin=used_margin,
            realised=realised,
            unrealised=gross - realised,
        )

    def charges(self) -> dict[str, Decimal]:
        """Charges of the day in rupees by kind, the risk desk's fee included."""
        dealt = [(holding.instrument, holding.product, tuple(holding.trades)) for holding in self._traded()]
        lines = dict(self._charge_function(dealt, self._on))
        if self._squared_off:
            fee = self._settings.square_off_fee * (1 + self._settings.goods_and_services_tax)
            lines[SQUARE_OFF_CHARGE] = round_to_paisa(fee * len(self._squared_off))
        return lines

    def statement(self, orders: Sequence[VenueOrder]) -> dict[str, object]:
        """The whole record, JSON-ready: money as decimal strings in rupees."""
        holdings = self._traded()
        gross = sum((holding.gross(self._last_price(holding)) for holding in holdings), ZERO)
        charges = self.charges()
        return {
            "orders": [_order_line(order) for order in orders],
            "trades": [_trade_line(trade) for trade in self.trades()],
            "positions": [
                {
                    "instrument_key": holding.instrument.key,
                    "product": holding.product.value,
                    "quantity": holding.quantity,
                }
                for holding in holdings
            ],
            "charges": {kind: str(amount) for kind, amount in charges.items()},
            "gross_pnl": str(gross),
            "net_pnl": str(gross - sum(charges.values(), ZERO)),
            "marked_to_market": [holding.instrument.key for holding in self.open_holdings()],
        }

    def _traded(self) -> tuple[Holding, ...]:
        return tuple(holding for holding in self._holdings.values() if holding.is_known)

    def _last_price(self, holding: Holding) -> int:
        return self._board.last_price(holding.instrument.key)

    def _position_row(self, holding: Holding) -> PositionRow:
        return PositionRow(
            instrument_key=holding.instrument.key,
            trading_symbol=holding.instrument.symbol,
            product=holding.product,
            quantity=holding.quantity,
            buy_quantity=holding.buy_quantity,
            buy_value=holding.buy_value,
            sell_quantity=holding.sell_quantity,
            sell_value=holding.sell_value,
            last_price=self._last_price(holding),
            close_price=self._board.listings[holding.instrument.key].previous_close,
        )


def _order_line(order: VenueOrder) -> dict[str, object]:
    return {
        "order_id": order.order_id,
        "tag": order.tag,
        "instrument_key": order.instrument.key,
        "side": order.side.value,
        "quantity": order.quantity,
        "filled_quantity": order.filled_quantity,
        "status": order.status.value,
    }


def _trade_line(trade: TradeRow) -> dict[str, object]:
    return {
        "trade_id": trade.trade_id,
        "order_id": trade.order_id,
        "instrument_key": trade.instrument_key,
        "product": trade.product.value,
        "side": trade.side.value,
        "quantity": trade.quantity,
        "price": str(rupees(trade.price)),
        "traded_at_ms": trade.traded_at_ms,
    }
