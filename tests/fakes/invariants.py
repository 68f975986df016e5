"""A core that checks, after every input, what must always hold."""

from collections import Counter

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.engine.commands import CancelOrder, ModifyOrder, PlaceOrder
from trading_bot.engine.core import Core

_UNPROTECTED_S = 30
_WINDOW_MS = 10_000
_MOST_KEPT = 20


class ProbedCore(Core):
    """Remembers what was violated, and goes on: the day shows what follows from it."""

    def __init__(self, state):
        super().__init__(state)
        self.violations: list[str] = []
        self.checks = Counter()
        self._tags: set[str] = set()
        self._bare_since_ms: dict[int, int] = {}
        self.longest_bare_s = 0.0

    def _step_of(self, turn):
        step = super()._step_of(turn)
        for command in step.commands:
            self._check_command(command)
        if step.rows or self._bare_since_ms:
            self._check_book()
        return step

    def _violated(self, text):
        if len(self.violations) < _MOST_KEPT:
            self.violations.append(f"{self.state.now_ms}: {text}")

    def _check_command(self, command):
        book = self.state.book
        if isinstance(command, PlaceOrder):
            self.checks["orders"] += 1
            tag = command.request.tag
            if tag in self._tags:
                self._violated(f"tag {tag} is used twice")
            self._tags.add(tag)
        if isinstance(command, ModifyOrder | CancelOrder):
            self.checks["changes"] += 1
            if command.tag is not None and book.tags_by_order_id.get(command.order_id) != command.tag:
                self._violated(f"{command} is about an order that the broker does not know")
            if command.tag is None and command.order_id not in book.foreign_cancels:
                self._violated(f"{command} has no intent (V19)")

    def _check_book(self):
        book = self.state.book
        by_instrument = Counter()
        for order in book.live_orders():
            if order.request.purpose is not Purpose.ENTRY:
                by_instrument[order.request.instrument_key] += order.worst_case_quantity
        for key, units in by_instrument.items():
            self.checks["exit bounds"] += 1
            held = abs(book.position_of(key).quantity)
            if units > held and not self._was_just_shrunk(key):
                self._violated(f"exits of {key} may trade {units} units, {held} are held (V3)")
        for key, position in book.positions.items():
            self._check_position(key, position)

    def _was_just_shrunk(self, key):
        """Whether others closed units of ours so lately that our exits may still be on their way out (V3)."""
        book = self.state.book
        latest_ms = max(
            (
                fill.filled_at_ms
                for fill in book.fills.values()
                if fill.instrument_key == key and fill.order_id not in book.tags_by_order_id
            ),
            default=0,
        )
        return self.state.now_ms - latest_ms <= _WINDOW_MS

    def _check_position(self, key, position):
        trade = self.state.book.trade_of(key)
        if position.is_flat:
            return
        if trade is None:
            self._violated(f"{position.quantity} units of {key} belong to no trade")
            return
        if position.quantity * trade.direction.sign < 0:
            self._violated(f"trade {trade.trade_id} turned round: {position.quantity} units (V3)")
        if self._covered(trade) >= abs(position.quantity):
            self.checks["protected"] += 1
            self._bare_since_ms.pop(trade.trade_id, None)
            return
        since_ms = self._bare_since_ms.setdefault(trade.trade_id, self.state.now_ms)
        bare_s = (self.state.now_ms - since_ms) / MS_PER_SECOND
        self.longest_bare_s = max(self.longest_bare_s, bare_s)
        if bare_s > _UNPROTECTED_S:
            self._violated(f"trade {trade.trade_id} has been bare for {bare_s:.0f} s (V4)")

    def _covered(self, trade):
        """Units for which the broker is known to hold an order that closes them."""
        return sum(
            order.remaining_quantity
            for order in self.state.book.orders_of(trade.trade_id)
            if order.request.purpose is not Purpose.ENTRY
            and order.status in (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)
        )
