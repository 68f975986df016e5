"""Entries: caps (V10), hours (V11), fresh data (V12), halts and the panic latch (V15)."""

from trading_bot.domain import events as ev
from trading_bot.domain.events import HaltScope
from trading_bot.domain.ist import MS_PER_MINUTE, midnight_ms, ms_at
from trading_bot.domain.order import OrderStatus, Purpose

_EXPOSURE_SLACK = 1.1
_FAR_OFF = 0.5
_WORD_COMES_MS = 4_000
"""Within which the feed has told of a halt, at the latest."""
_CONFIRMED_FOR_MS = 30_000
_CALM_MS = 60_000
_LATE_BY = 0.005
"""What the price of an open position may move by before the daemon hears of it."""
_PRICES_FAIL = frozenset(
    {"feed_lost", "feed_silent", "feed_mute", "frame_torn", "tick_late", "tick_odd", "journal_slow"}
)


class EntryChecks:
    """Keeps its own account of trades, halts and counts, from rows alone, beside the book."""

    def __init__(self, oracle):
        self._oracle = oracle
        self._world = oracle.world
        self._risk = oracle.world.sections.risk
        self.panic_asked_ms = 0
        self._entries = {}
        """Instruments of entries by tag."""
        self._resumed_ms = 0
        self._has_resumed = False
        """Whether a person has resumed since panic was last asked for."""
        self._begin_fold()

    def _begin_fold(self):
        self._open = {}
        """Planned trades that are not closed."""
        self._rejected_ms = []
        self._planned = 0
        self._halts = set()
        self._is_panicking = False
        self._cash = 0
        self._held = {}

    def on_start(self, _process):
        self._begin_fold()

    def _on_planned(self, _process, event):
        self._open[event.trade.trade_id] = event.trade
        self._planned += 1
        limits = self._risk.limits
        if len(self._open) > limits.max_concurrent_positions:
            self._oracle.violated("V10", f"{len(self._open)} trades at once")
        if self._planned > limits.max_trades_per_day:
            self._oracle.violated("V10", f"{self._planned} trades in a day")
        exposure = sum(trade.planned_quantity * trade.reference_price for trade in self._open.values())
        cap = float(self._risk.sizing.base_capital) * self._risk.sizing.max_leverage * 100
        if exposure > cap * _EXPOSURE_SLACK:
            self._oracle.violated("V10", f"exposure {exposure} paise above {cap:.0f}")

    def _on_closed(self, _process, event):
        self._open.pop(event.closed.trade.trade_id, None)
        if event.closed.quantity == 0 and event.closed.trade.strategy == "seeded":
            self._planned -= 1

    def _on_rescue(self, _process, event):
        self._open[event.trade.trade_id] = event.trade

    def _on_halt(self, _process, event):
        self._halts.add((event.scope, event.subject, event.reason))

    def _on_cleared(self, _process, event):
        self._halts.discard((event.scope, event.subject, event.reason))

    def _on_panic(self, _process, _event):
        self._is_panicking = True

    def _on_released(self, _process, _event):
        self._is_panicking = False
        if not self._has_resumed:
            self._oracle.violated("V15", "panic was released by nobody")

    def on_wish(self, wish):
        if wish == "resume":
            self._has_resumed = True
            self._resumed_ms = self._oracle.now_ms
        elif wish == "panic":
            self._has_resumed = False
            self.panic_asked_ms = self._oracle.now_ms

    def _on_fill(self, _process, event, times=1):
        fill = event.fill
        signed = times * fill.side.sign * fill.quantity
        self._cash -= signed * fill.price
        self._held[fill.instrument_key] = self._held.get(fill.instrument_key, 0) + signed

    def _on_annulled(self, process, event):
        self._on_fill(process, event, -1)

    # --- an entry is intended ---------------------------------------------------------------------------

    def _on_intended(self, process, event):
        request = event.request
        if request.purpose is not Purpose.ENTRY or self._oracle.is_replaying:
            return
        key = request.instrument_key
        self._entries[request.tag] = key
        self._check_halts(request.tag, key)
        self._check_rejections(request.tag)
        self._check_hours(request.tag, key)
        self._check_data(request.tag, key)
        self._check_loss(process, request.tag)
        if not process.engine.state.is_recovered:
            self._oracle.violated("V5", f"entry {request.tag} before the books were read")

    def _on_advanced(self, _process, event):
        """An entry that waited in the queue: what holds when it is intended holds when it is sent."""
        if event.status is OrderStatus.REJECTED:
            self._rejected_ms.append(event.at_ms)
        key = self._entries.get(event.tag)
        if key is not None and event.status is OrderStatus.SENT and not self._oracle.is_replaying:
            self._check_halts(event.tag, key)

    def _check_halts(self, tag, key):
        if self._is_panicking:
            self._oracle.violated("V15", f"entry {tag} while panic is latched")
        for scope, subject, reason in self._halts:
            if scope is HaltScope.ENTRIES or subject == key or scope is HaltScope.STRATEGY:
                self._oracle.violated("V10", f"entry {tag} under the halt {scope} {reason}")

    def _check_rejections(self, tag):
        """Too many rejections in a minute are for a person; those before a person resumed were looked at."""
        since_ms = max(self._oracle.now_ms - MS_PER_MINUTE, self._resumed_ms)
        recent = [at_ms for at_ms in self._rejected_ms if at_ms > since_ms]
        if len(recent) >= self._world.sections.engine.reject_storm:
            self._oracle.violated("V10", f"entry {tag} after {len(recent)} rejections in a minute")

    def _check_hours(self, tag, key):
        now_ms, world = self._oracle.now_ms, self._world
        session = world.plan.sessions[key]
        last_ms = ms_at(world.source.on, self._risk.windows.auction_shares_last_entry)
        is_open = any(start_ms <= now_ms < end_ms for start_ms, end_ms in session)
        if world.stands_still and now_ms > world.schedule.halt.start_ms + _WORD_COMES_MS:
            self._oracle.violated("V11", f"entry {tag} in a market-wide halt")
        if not is_open or now_ms > last_ms or now_ms < midnight_ms(world.source.on):
            self._oracle.violated("V11", f"entry {tag} outside the hours of entries")

    def _check_data(self, tag, key):
        feed = self._world.feed
        age_s = (self._oracle.now_ms - feed.heard_ms.get(key, 0)) / 1_000
        if age_s > self._risk.entries.max_data_age_s + 1:
            self._oracle.violated("V12", f"entry {tag} on data {age_s:.0f} s old")
        self._check_price(f"entry {tag}", key)

    def _check_price(self, what, key):
        """One bad print may lead to nothing; two in a row, near each other, are believed by design."""
        feed = self._world.feed
        price = self._world.process.engine.state.market.last_price(key)
        true_price = self._world.venue.market(key).last_price
        is_confirmed = self._oracle.now_ms - feed.odd_confirmed_ms.get(key, 0) < _CONFIRMED_FOR_MS
        if abs(price - true_price) > _FAR_OFF * true_price and not is_confirmed:
            self._oracle.violated("V12", f"{what} at the price {price}, the market is at {true_price}")

    def _check_loss(self, process, tag):
        """Net of charges; what is open counts at the venue's price, less what a price may be late by."""
        prices = {key: self._world.venue.market(key).last_price for key in self._held}
        value = sum(held * prices[key] for key, held in self._held.items())
        slack = _LATE_BY * sum(abs(held) * prices[key] for key, held in self._held.items())
        if slack and self._world.faults.disturbed(self._oracle.now_ms - _CALM_MS, _PRICES_FAIL):
            return
        limit = float(self._risk.sizing.base_capital) * self._risk.limits.max_daily_loss * 100
        net = self._cash + value - 100 * float(process.engine.state.charges())
        if net <= -limit * 1.05 - slack:
            self._oracle.violated("V10", f"entry {tag} with the day's loss at {net:.0f} paise")

    EVENTS = {  # noqa: RUF012  # a table
        ev.TradePlanned: _on_planned,
        ev.RescuePlanned: _on_rescue,
        ev.PositionAdopted: _on_rescue,
        ev.TradeClosed: _on_closed,
        ev.HaltRaised: _on_halt,
        ev.HaltCleared: _on_cleared,
        ev.PanicLatched: _on_panic,
        ev.PanicReleased: _on_released,
        ev.OrderFilled: _on_fill,
        ev.ForeignFillTaken: _on_fill,
        ev.FillAnnulled: _on_annulled,
        ev.OrderIntended: _on_intended,
        ev.OrderAdvanced: _on_advanced,
    }
