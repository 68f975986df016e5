"""A trade: one round trip of a strategy in one instrument, from its plan until it is flat again."""

from enum import StrEnum

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.values import dataclass, replace


class ExitReason(StrEnum):
    """Why a trade is being closed."""

    STOP = "stop"
    TRAILING_STOP = "trailing_stop"
    TARGET = "target"
    SIGNAL = "signal"
    """A signal of its strategy against it."""
    SQUARE_OFF = "square_off"
    DAILY_LOSS = "daily_loss"
    PANIC = "panic"
    UNPROTECTED = "unprotected"
    OPERATOR = "operator"
    NOT_FILLED = "not_filled"
    """Nothing was ever bought or sold: the entry was refused, rejected, or ran out of time."""
    FOREIGN = "foreign"
    """The user closed it in the broker's app."""
    BROKER = "broker"
    """The broker squared it off."""
    EVENT = "event"
    """A scheduled event was near, and the settings close before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPlan:
    """Where a trade ends: prices in paise, fixed when it is planned; the stop may only tighten later."""

    stop_price: int
    target_price: int | None
    trail_distance: int | None
    """Distance in paise that the stop keeps behind the best price seen; None when it does not trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One round trip. Quantities in units, prices in paise."""

    trade_id: int
    strategy: str
    instrument_key: str
    direction: Direction
    product: Product
    planned_quantity: int
    planned_at_ms: int
    reference_price: int
    plan: ExitPlan
    stop_price: int
    """The stop as it stands now: the plan's, or tighter."""
    best_price: int
    """Most favourable price seen since the entry began to fill."""
    size_limited_by: str = ""
    score: float = 0.0
    exit_reason: ExitReason | None = None
    exit_requested_at_ms: int = 0
    exit_step: int = 0
    """How often the exit was re-priced."""
    exit_step_at_ms: int = 0
    stop_failures: int = 0
    """How often a protective stop was rejected or vanished."""
    stop_cancels: int = 0
    """How often somebody else cancelled a protective stop, since a person last looked."""
    stop_cancelled_at_ms: int = 0
    """When that was counted last."""

    @property
    def entry_side(self) -> Side:
        """The side that opens it."""
        return Side.BUY if self.direction is Direction.LONG else Side.SELL

    @property
    def exit_side(self) -> Side:
        """The side that closes it."""
        return self.entry_side.opposite

    @property
    def signed_score(self) -> float:
        """The score as evaluations and reports have it: positive for long, negative for short."""
        return self.score * self.direction.sign

    @property
    def is_exiting(self) -> bool:
        """Whether an exit was asked for."""
        return self.exit_reason is not None

    @property
    def is_stop_trailed(self) -> bool:
        """Whether the stop has moved since the plan."""
        return self.stop_price != self.plan.stop_price

    def with_stop(self, stop_price: int, best_price: int) -> "Trade":
        """Return the trade with a tighter stop.

        Raises ValueError when the new stop would be looser: a stop never loosens.
        """
        if (stop_price - self.stop_price) * self.direction.sign < 0:
            raise ValueError(f"trade {self.trade_id}: stop {stop_price} is looser than {self.stop_price}")
        return replace(self, stop_price=stop_price, best_price=best_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTrade:
    """What became of a trade; gross in paise, charges are added by the report from the day's note."""

    trade: Trade
    exit_reason: ExitReason
    closed_at_ms: int
    quantity: int
    """Units that were entered and exited; 0 when nothing filled."""
    entry_value: int
    exit_value: int
    gross_pnl: int
