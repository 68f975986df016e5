"""Orders: intent (V1), at most once (V2), terms (V8), rate (V9), legal steps (V14), ownership (V20)."""

import json
from collections import Counter, deque
from urllib.parse import parse_qs, urlsplit

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import TRANSITIONS, OrderStatus
from trading_bot.domain.tag import parse_tag
from trading_bot.simulator.venue.broker.orders import Status

_MOST_PER_SECOND = 8
_MOST_PER_MINUTE = 450
_ENDED = {
    OrderStatus.FILLED: Status.COMPLETE,
    OrderStatus.CANCELLED: Status.CANCELLED,
    OrderStatus.REJECTED: Status.REJECTED,
}
_HIDING = frozenset({"hidden_orders", "request_slow"})
_LATE_BOOKS = frozenset({"book_stale", "all_stale"})
_SETTLE_S = 30


class OrderChecks:
    """What every order and every request for one has to keep to."""

    def __init__(self, oracle):
        self._oracle = oracle
        self._world = oracle.world
        self._durable = set()
        """(what, tag or order id, details) of intents that are on disk."""
        self._statuses = {}
        self._pending = {}
        """Terms of changes that wait for their outcome, by (what, tag); None for a cancellation."""
        self._sent_ms = deque()
        self._entered = Counter()
        """Orders at the venue by tag."""
        self._seen_ids = set()
        self._panics = False
        self._instruments = {one.key: one for one in oracle.world.source.instruments}

    def on_start(self, _process):
        self._statuses, self._pending = {}, {}

    # --- V1, V9, V20: requests --------------------------------------------------------------------------

    def on_durable(self, rows):
        for row in rows:
            if row.kind == "order_intended":
                tag = json.loads(row.payload)["request"]["tag"]
                self._durable.add(("place", tag))
            elif row.kind in ("modify_intended", "cancel_intended"):
                tree = json.loads(row.payload)
                self._durable.add((row.kind[:6], tree["tag"]))
            elif row.kind == "order_advanced" and json.loads(row.payload)["status"] == "sent":
                self._durable.add(("sent", json.loads(row.payload)["tag"]))

    def on_departure(self, process, request):
        self._count_rate()
        if request.method == "DELETE":
            self._check_change("cancel", parse_qs(urlsplit(request.url).query)["order_id"][0])
            return
        body = json.loads(request.body)
        if request.method == "PUT":
            self._check_change("modify", body["order_id"], body)
            return
        tag = body.get("tag")
        if ("place", tag) not in self._durable or ("sent", tag) not in self._durable:
            self._oracle.violated("V1", f"order {tag} leaves before its intent is durable")
        self._check_terms(body)

    def _count_rate(self):
        now_ms, sent = self._oracle.now_ms, self._sent_ms
        sent.append(now_ms)
        while sent[0] <= now_ms - 60_000:
            sent.popleft()
        if sum(1 for at_ms in sent if at_ms > now_ms - 1_000) > _MOST_PER_SECOND:
            self._oracle.violated("V9", "more than 8 order calls in a second")
        if len(sent) > _MOST_PER_MINUTE:
            self._oracle.violated("V9", "more than 450 order calls in a minute")

    def _check_change(self, what, order_id, body=None):
        order = self._world.venue._register._orders.get(order_id)
        if order is None or parse_tag(order.tag) is None:
            if not self._panics:
                self._oracle.violated("V20", f"{what} of {order_id}, which is not ours")
            return
        if (what, order.tag) not in self._durable and not self._panics:
            self._oracle.violated("V1", f"{what} of {order.tag} leaves before its intent is durable")
        if (what, order.tag) not in self._pending and not self._panics:
            self._oracle.violated("V1", f"{what} of {order.tag} leaves though it was given up")
        terms = self._pending.get((what, order.tag))
        if terms is not None and body["quantity"] != terms.quantity:
            self._oracle.violated("V1", f"{what} of {order.tag} leaves for {body['quantity']} units")

    def _on_modify(self, _process, event):
        self._pending["modify", event.tag] = event.terms

    def _on_cancel(self, _process, event):
        self._pending["cancel", event.tag] = None

    def _on_resolved(self, _process, event):
        self._forget_changes(event.tag)

    def _forget_changes(self, tag):
        self._pending.pop(("modify", tag), None)
        self._pending.pop(("cancel", tag), None)

    # --- V8 ---------------------------------------------------------------------------------------------

    def _check_terms(self, body):
        instrument = self._instruments[body["instrument_token"]]
        quantity = body["quantity"]
        if quantity <= 0 or quantity % instrument.lot_size:
            self._oracle.violated("V8", f"quantity {quantity} of lot {instrument.lot_size}")
        if instrument.freeze_quantity and quantity > instrument.freeze_quantity:
            self._oracle.violated("V8", f"quantity {quantity} above freeze {instrument.freeze_quantity}")
        for name in ("price", "trigger_price"):
            if round(body[name] * 100) % instrument.tick_size:
                self._oracle.violated("V8", f"{name} {body[name]} is off the tick {instrument.tick_size}")

    # --- V2 ---------------------------------------------------------------------------------------------

    def on_row(self, row):
        if row.order_id in self._seen_ids or row.tag is None or parse_tag(row.tag) is None:
            return
        self._seen_ids.add(row.order_id)
        self._entered[row.tag] += 1
        if self._entered[row.tag] > 1:
            self._oracle.violated("V2", f"{self._entered[row.tag]} orders carry the tag {row.tag}")

    # --- V14, V5, V2: what the daemon believes ----------------------------------------------------------

    def _on_intended(self, _process, event):
        tag = event.request.tag
        if tag in self._statuses:
            self._oracle.violated("V2", f"tag {tag} is intended twice")
        self._statuses[tag] = OrderStatus.INTENDED

    def _on_advanced(self, _process, event):
        before = self._statuses.get(event.tag)
        if before is None:
            self._oracle.violated("V19", f"order {event.tag} advances without an intent")
        elif event.status is not before and event.status not in TRANSITIONS[before]:
            self._oracle.violated("V14", f"{before} to {event.status} of {event.tag}")
        self._statuses[event.tag] = event.status
        if event.status.is_terminal:
            self._forget_changes(event.tag)
        if not self._oracle.is_replaying:
            self._compare_with_venue(event)

    def _compare_with_venue(self, event):
        """What ended in the book has to have ended at the venue."""
        orders = [one for one in self._oracle.truth.own_orders() if one.tag == event.tag]
        if event.status in (OrderStatus.REFUSED, OrderStatus.DROPPED) and orders:
            self._oracle.violated("V2", f"{event.status} is believed of {event.tag}, which the venue has")
        if event.status is OrderStatus.ABSENT and orders:
            self._judge_absence(event.tag, orders[0])
        ended = _ENDED.get(event.status)
        if ended is None:
            return
        if not orders:
            self._oracle.violated("V5", f"{event.status} is believed of {event.tag}, which nobody placed")
        elif not orders[0].is_done and event.message != "ended with its trading day":
            self._oracle.violated(
                "V5", f"{event.status} is believed of {event.tag}, which is {orders[0].status}"
            )

    def _judge_absence(self, tag, order):
        """An order that stays hidden past the settle time is given up by design, and adopted later."""
        faults, since_ms = self._world.faults, order.ordered_at_ms - _SETTLE_S * MS_PER_SECOND
        is_late = faults.disturbed(since_ms, _LATE_BOOKS, least_value=_SETTLE_S)
        if not is_late and not faults.disturbed(since_ms, _HIDING):
            self._oracle.violated("V2", f"absent is believed of {tag}, which the venue has")
        self._world.venue_faults.late_ms[order.instrument.key] = self._oracle.now_ms

    def on_wish(self, wish):
        self._panics = self._panics or wish == "panic"

    EVENTS = {  # noqa: RUF012  # a table
        ev.OrderIntended: _on_intended,
        ev.OrderAdvanced: _on_advanced,
        ev.ModifyIntended: _on_modify,
        ev.CancelIntended: _on_cancel,
        ev.ChangeResolved: _on_resolved,
    }
