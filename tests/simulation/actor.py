"""Others who act on the account: the user with the broker's app, and the broker's risk desk."""

import asyncio
from random import Random

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.domain.tag import parse_tag
from trading_bot.simulator.venue.broker.orders import Standing
from trading_bot.simulator.venue.broker.protection import AUTOMATIC
from trading_bot.simulator.venue.contracts import ACCOUNT_USER, NewOrder, VenueRefusal
from trading_bot.simulator.venue.ledger import RISK_DESK

_TRY_AGAIN_S = 7.0
_TRIES = 12


class ForeignActor:
    """Acts when something is there to act on, and else tries again a little later."""

    def __init__(self, venue, truth, schedule, faults, is_taken):
        self._venue, self._truth, self._faults = venue, truth, faults
        self._is_taken = is_taken
        """Whether the daemon has applied a trade as a whole."""
        self._schedule = schedule
        self._random = Random(f"actor {schedule.seed}")
        self._loop = asyncio.get_running_loop()

    def act(self, fault, key, tries=_TRIES):
        """Carry a fault out, now or when it can be."""
        deed = getattr(self, f"_{fault.kind}")
        try:
            is_done = deed(fault, key)
        except VenueRefusal:
            is_done = False
        if is_done:
            self._faults.injected[fault.kind] += 1
        elif tries and self._truth.now_ms() < self._schedule.heal_ms - _TRY_AGAIN_S * 1_000:
            self._loop.call_later(_TRY_AGAIN_S, self.act, fault, key, tries - 1)

    def _user_opens(self, fault, key):
        self._place(key, int(fault.value) * self._random.randint(1, 30), ACCOUNT_USER)
        return True

    def _user_closes(self, fault, key):
        held = self._truth.own(key)
        if held:
            self._place(key, -(int(held * fault.value) or held), ACCOUNT_USER)
        return bool(held)

    _user_overcloses = _user_closes

    def _user_cancels(self, fault, key):
        stops = [order for order in self._own_orders(key) if order.standing is Standing.SLEEPING]
        if stops:
            self._venue.cancel(stops[0].order_id)
        return bool(stops)

    def _square_off(self, fault, key):
        held = self._truth.net(key)
        if not held:
            return False
        for order in self._own_orders(key):
            self._venue.cancel(order.order_id)
        self._loop.call_later(1.0, self._close_as_desk, key)
        return True

    def _close_as_desk(self, key):
        held = self._truth.net(key)
        if held:
            self._place(key, -held, RISK_DESK)

    def _trade_annulled(self, fault, key):
        """The exchange takes the newest trade of ours back that the daemon knows of.

        Not the only one of the day: a list without any trade is never believed, and a person has to look.
        """
        standing = self._venue.trade_rows()
        known = [
            trade
            for trade in standing
            if trade.instrument_key == key
            and (trade.order_id, trade.trade_id) in self._truth.own_trades
            and self._is_taken(trade)
        ]
        if len(standing) < 2 or not known or key in self._truth.foreign_moved_ms:
            return False
        self._venue.annul(known[-1].trade_id)
        self._truth.annul(known[-1])
        return True

    def _own_orders(self, key):
        return [
            order
            for order in self._venue._register.live()
            if order.instrument.key == key and parse_tag(order.tag) is not None
        ]

    def _place(self, key, quantity, placed_by):
        self._venue.place(
            NewOrder(
                instrument_key=key,
                side=Side.BUY if quantity > 0 else Side.SELL,
                quantity=abs(quantity),
                product=Product.INTRADAY,
                order_type=OrderType.MARKET,
                validity=Validity.DAY,
                price=0,
                trigger_price=0,
                market_protection_pct=AUTOMATIC,
                placed_by=placed_by,
            )
        )
