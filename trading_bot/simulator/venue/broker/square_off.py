"""The broker's square-off: at a set time its risk desk cancels intraday orders and closes their positions."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.venue.broker.orders import OrderRegister, VenueOrder
from trading_bot.simulator.venue.broker.protection import AUTOMATIC
from trading_bot.simulator.venue.contracts import NewOrder
from trading_bot.simulator.venue.hops import Agenda
from trading_bot.simulator.venue.ledger import RISK_DESK, Holding, Ledger
from trading_bot.simulator.venue.listing import MarketBoard
from trading_bot.simulator.venue.settings import VenueSettings

_Keys = frozenset[str]


def closing_order(holding: Holding, placed_by: str, tag: str | None = None) -> NewOrder:
    """A protected market order over everything that a holding has open."""
    return NewOrder(
        instrument_key=holding.instrument.key,
        side=Side.SELL if holding.quantity > 0 else Side.BUY,
        quantity=abs(holding.quantity),
        product=holding.product,
        order_type=OrderType.MARKET,
        validity=Validity.DAY,
        price=0,
        trigger_price=0,
        tag=tag,
        slice=True,
        market_protection_pct=AUTOMATIC,
        placed_by=placed_by,
    )


def buys_first(orders: Sequence[NewOrder]) -> list[NewOrder]:
    """The order in which the broker sends a batch: short legs are covered before long ones are sold."""
    return sorted(orders, key=lambda order: order.side is Side.SELL)


class SquareOff:
    """Enters the square-off of every listing in the agenda and carries it out, until flat or closed."""

    def __init__(
        self,
        *,
        board: MarketBoard,
        register: OrderRegister,
        ledger: Ledger,
        agenda: Agenda,
        settings: VenueSettings,
        send: Callable[[NewOrder], object],
        withdraw: Callable[[VenueOrder], None],
    ) -> None:
        self._board = board
        self._register = register
        self._ledger = ledger
        self._agenda = agenda
        self._settings = settings
        self._send = send
        self._withdraw = withdraw
        self._schedule()

    def _schedule(self) -> None:
        groups: dict[int, set[str]] = defaultdict(set)
        for key, listing in self._board.listings.items():
            if listing.plan.square_off_ms is not None and listing.instrument.is_tradable:
                groups[listing.plan.square_off_ms].add(key)
        for due_ms, keys in sorted(groups.items()):
            self._agenda.add(due_ms, partial(self._clear, frozenset(keys)))

    def _clear(self, keys: _Keys) -> None:
        """Cancel what rests; the exits follow once that has settled, so that nothing is sold twice."""
        remaining = frozenset(key for key in keys if self._is_tradable_now(key))
        for order in self._register.live():
            if order.product is Product.INTRADAY and order.instrument.key in remaining:
                self._withdraw(order)
        if remaining:
            self._agenda.add(
                self._agenda.now_ms + self._settings.square_off_settle_ms, partial(self._exit, remaining)
            )

    def _exit(self, keys: _Keys) -> None:
        holdings = [
            holding
            for holding in self._ledger.open_holdings()
            if holding.product is Product.INTRADAY and holding.instrument.key in keys
        ]
        exits = [
            closing_order(holding, RISK_DESK)
            for holding in holdings
            if self._is_tradable_now(holding.instrument.key)
        ]
        for order in buys_first(exits):
            self._send(order)
        if exits:
            left = frozenset(order.instrument_key for order in exits)
            self._agenda.add(
                self._agenda.now_ms + self._settings.square_off_retry_ms, partial(self._clear, left)
            )

    def _is_tradable_now(self, instrument_key: str) -> bool:
        return self._agenda.now_ms < self._board.listings[instrument_key].plan.continuous_end_ms
