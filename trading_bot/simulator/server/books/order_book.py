"""Order states as they became known, so that reads can lag behind the truth on demand."""

from trading_bot.simulator.venue.contracts import OrderRow

_ON_THE_WAY = frozenset(
    {
        "put order req received",
        "validation pending",
        "open pending",
        "modify validation pending",
        "modify pending",
        "modified",
        "not modified",
        "cancel pending",
        "not cancelled",
    }
)


class BookHistory:
    """Every state of every order with the session time at which it became known."""

    def __init__(self) -> None:
        self._states: list[tuple[int, OrderRow]] = []
        self._on_the_way: set[str] = set()

    @property
    def has_orders_on_the_way(self) -> bool:
        """Whether some order is between two resting states."""
        return bool(self._on_the_way)

    def record(self, at_ms: int, row: OrderRow) -> None:
        """Note a state."""
        self._states.append((at_ms, row))
        if row.status in _ON_THE_WAY:
            self._on_the_way.add(row.order_id)
        else:
            self._on_the_way.discard(row.order_id)

    def rows_as_of(self, at_ms: int) -> tuple[OrderRow, ...]:
        """The order book as it was known then."""
        latest = {row.order_id: row for known_ms, row in self._states if known_ms <= at_ms}
        return tuple(latest.values())

    def states_as_of(self, at_ms: int) -> tuple[OrderRow, ...]:
        """All states known then, oldest first."""
        return tuple(row for known_ms, row in self._states if known_ms <= at_ms)
