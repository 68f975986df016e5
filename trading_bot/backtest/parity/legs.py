"""The two halves of a trade: what was entered and what was exited."""

from dataclasses import dataclass

from trading_bot.backtest.parity.played import PlayedDay
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Fill, OrderStatus, Side
from trading_bot.report.day.record import OrderRecord, TradeRecord

_TRAVEL_MS = 5 * MS_PER_SECOND
"""An order that finds what it wants has traded within this; one that takes longer has rested."""
_NOT_TAKEN = frozenset({OrderStatus.REJECTED, OrderStatus.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What one side bought or sold to open a trade, or to close it."""

    day: PlayedDay
    trade: TradeRecord
    is_entry: bool
    fills: tuple[Fill, ...]
    orders: tuple[OrderRecord, ...]

    @property
    def quantity(self) -> int:
        """Units."""
        return sum(fill.quantity for fill in self.fills)

    @property
    def value(self) -> int:
        """Paise."""
        return sum(fill.value for fill in self.fills)

    @property
    def side(self) -> Side:
        """Whether it buys or sells."""
        return self.trade.trade.entry_side if self.is_entry else self.trade.trade.exit_side

    @property
    def filled_at_ms(self) -> int:
        """When the last unit traded."""
        return max(fill.filled_at_ms for fill in self.fills)

    @property
    def asked_at_ms(self) -> int:
        """When it was decided: for an exit the wish to be out, for a stop its newest level."""
        if not self.is_entry and self.trade.trade.exit_requested_at_ms:
            return self.trade.trade.exit_requested_at_ms
        traded = [one.order for one in self.orders if one.fills] or [one.order for one in self.orders]
        if not traded:
            return self.trade.trade.planned_at_ms
        # an entry's newest change is its cancellation, an exit's the one that made it trade
        newest = traded[-1]
        return newest.intended_at_ms if self.is_entry else newest.changed_at_ms or newest.intended_at_ms

    @property
    def trigger_price(self) -> int:
        """The trigger of the stop that traded; 0 where something else did."""
        return next((one.order.terms.trigger_price for one in self.orders if one.fills), 0)

    @property
    def has_rested(self) -> bool:
        """Whether it waited for its turn at the exchange."""
        return self.trigger_price == 0 and self.filled_at_ms - self.asked_at_ms > _TRAVEL_MS

    @property
    def refusals(self) -> tuple[str, ...]:
        """What was said of orders that were not taken."""
        return tuple(
            one.order.message or one.order.status.value
            for one in self.orders
            if one.order.status in _NOT_TAKEN
        )


def leg_of(day: PlayedDay, trade: TradeRecord, *, is_entry: bool) -> Leg:
    """One half of a trade."""
    side = trade.trade.entry_side if is_entry else trade.trade.exit_side
    return Leg(
        day=day,
        trade=trade,
        is_entry=is_entry,
        fills=trade.entries if is_entry else trade.exits,
        orders=tuple(one for one in day.orders_of(trade) if one.order.request.side is side),
    )


def is_same(ours: Leg, theirs: Leg) -> bool:
    """Whether the same was traded at the same price and moment."""
    if (ours.quantity, ours.value) != (theirs.quantity, theirs.value):
        return False
    return not ours.fills or is_same_moment(ours, theirs)


def is_same_moment(ours: Leg, theirs: Leg) -> bool:
    """Whether both ended at the same time, as far as the coarser side knows it."""
    step_ms = max(ours.day.resolution_ms, theirs.day.resolution_ms)
    return ours.filled_at_ms // step_ms == theirs.filled_at_ms // step_ms
