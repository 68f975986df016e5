"""Faults inside the broker: rejections with real texts, and fills that come after a cancellation."""

from random import Random

from trading_bot.domain.tag import parse_tag
from trading_bot.simulator.venue.broker.orders import Status

TEXTS = (
    "RMS: Margin Exceeds, Required: 4200, Available: 12.50",
    "RMS: Price is not within the operating range",
    "16388: Exchange: price is out of the current execution range",
    "RMS: something that nobody has heard of",
)
_LATE_FILL_DUE_MS = 700


class VenueFaults:
    """Wraps the risk desk's judgement, and listens for cancellations."""

    def __init__(self, venue, truth, faults, schedule):
        self._venue, self._truth, self._faults = venue, truth, faults
        self._random = Random(f"venue {schedule.seed}")
        self._judge = venue._desk.rejection
        venue._desk.rejection = self._rejection
        self.late_ms = {}
        """When an order of ours in an instrument last traded after its end."""
        venue.subscribe(self._on_row)

    def _rejection(self, order, terms, now_ms):
        if parse_tag(order.tag) is not None:
            fault = self._faults.hit("reject")
            if fault is not None:
                return TEXTS[int(fault.value)]
        return self._judge(order, terms, now_ms)

    def _on_row(self, row):
        is_left = row.status == Status.CANCELLED.value and row.pending_quantity
        if not is_left or row.tag is None or parse_tag(row.tag) is None:
            return
        if self._faults.active("late_fill") and self._faults.hits("late_fill"):
            order = self._venue._register.order(row.order_id)
            self._venue._agenda.add(self._venue.now_ms + _LATE_FILL_DUE_MS, lambda: self._fill(order))

    def _fill(self, order):
        """Trade a part of an order that has ended: the exchange was faster than its own cancellation."""
        quantity = self._random.randint(1, order.pending_quantity)
        price = order.price or self._venue.market(order.instrument.key).last_price
        self.late_ms[order.instrument.key] = self._venue.now_ms
        order.filled_quantity += quantity
        order.filled_value += quantity * price
        order.exchange_at_ms = self._venue.now_ms
        self._venue._ledger.book(order, quantity, price, self._venue.now_ms)
        self._venue._register.record(order, Status.CANCELLED)
