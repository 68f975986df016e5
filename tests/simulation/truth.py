"""What is really so at the venue, read by checks only: who holds what, and which orders may still trade."""

from trading_bot.domain.order import Side
from trading_bot.domain.tag import parse_tag
from trading_bot.simulator.venue.broker.orders import Standing
from trading_bot.simulator.venue.ledger import RISK_DESK

_SAME_TIME_MS = 120_000


class Truth:
    """Positions by owner from the venue's own trades, and its live orders."""

    def __init__(self, venue, now_ms):
        self._venue = venue
        self.now_ms = now_ms
        self._own, self._foreign = {}, {}
        self.own_trades = {}
        """Our trades by order and trade id."""
        self.foreign_trades = {}
        self.foreign_moved_ms = {}
        """When somebody else last traded an instrument."""
        self.annulled_ms = {}
        """When a trade of ours in an instrument was last annulled."""
        self.entry_tags = set()
        """Tags of our entries, told by the checks."""
        self.moved_ms = {}
        """When anybody last traded an instrument."""
        self._read = 0

    def refresh(self):
        """Take the trades that are new."""
        trades = self._venue._ledger._trades
        while self._read < len(trades):
            trade = trades[self._read]
            self._read += 1
            is_own = parse_tag(self._venue._register.order(trade.order_id).tag) is not None
            held = self._own if is_own else self._foreign
            signed = trade.side.sign * trade.quantity
            held[trade.instrument_key] = held.get(trade.instrument_key, 0) + signed
            if is_own:
                self._yield_overshoot(trade)
            kept = self.own_trades if is_own else self.foreign_trades
            kept[(trade.order_id, trade.trade_id)] = trade
            self.moved_ms[trade.instrument_key] = self.now_ms()
            if not is_own:
                self.foreign_moved_ms[trade.instrument_key] = self.now_ms()
            self._net_out(trade.instrument_key)

    def annul(self, trade):
        """The exchange took a trade of ours back."""
        self.refresh()
        key = trade.instrument_key
        self._own[key] -= trade.side.sign * trade.quantity
        del self.own_trades[(trade.order_id, trade.trade_id)]
        self.annulled_ms[key] = self.moved_ms[key] = self.now_ms()

    def _yield_overshoot(self, trade):
        """An exit of ours that met units which others had just closed: who closed what is a matter of taste.

        The daemon takes its own exit for the one that closed, and the rest for the others'; so does this.
        """
        key = trade.instrument_key
        own = self._own[key]
        is_exit = self._venue._register.order(trade.order_id).tag not in self.entry_tags
        is_close = self.now_ms() - self.foreign_moved_ms.get(key, 0) < _SAME_TIME_MS
        if is_exit and is_close and own * trade.side.sign > 0:
            over = min(abs(own), trade.quantity) * trade.side.sign
            self._own[key] = own - over
            self._foreign[key] = self._foreign.get(key, 0) + over

    def _net_out(self, key):
        """Opposite holdings of one account are none: what others hold against ours has closed it."""
        own, foreign = self._own.get(key, 0), self._foreign.get(key, 0)
        if own * foreign >= 0:
            return
        met = min(abs(own), abs(foreign)) * (1 if own > 0 else -1)
        self._own[key] = own - met
        self._foreign[key] = foreign + met

    def own(self, key):
        """Signed units that our orders bought and sold, less what others have closed of them."""
        self.refresh()
        return self._own.get(key, 0)

    def net(self, key):
        """Signed units of the account."""
        return self.own(key) + self._foreign.get(key, 0)

    def traded_keys(self):
        self.refresh()
        return tuple(dict.fromkeys((*self._own, *self._foreign)))

    def own_live(self, key=None):
        """Our orders that may still trade."""
        return [
            order
            for order in self._venue._register.live()
            if parse_tag(order.tag) is not None and key in (None, order.instrument.key)
        ]

    def own_orders(self):
        return [order for order in self._venue._register.all() if parse_tag(order.tag) is not None]

    def covered(self, key):
        """Units of ours for which a closing order rests at the exchange: ours, or the broker's own."""
        held = self.own(key)
        side = Side.SELL if held > 0 else Side.BUY
        return sum(
            order.pending_quantity
            for order in self._venue._register.live()
            if order.instrument.key == key
            and (parse_tag(order.tag) is not None or order.placed_by == RISK_DESK)
            and order.side is side
            and order.standing in (Standing.SLEEPING, Standing.RESTING)
        )
