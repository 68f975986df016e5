"""Fills (V6) and money (V7) as they are journaled, against the venue's trades."""

from trading_bot.domain import events as ev


class FillChecks:
    """The sum of what was journaled, apart from the daemon's own book."""

    def __init__(self, oracle):
        self._oracle = oracle
        self._world, self._truth = oracle.world, oracle.truth
        self._begin_fold()

    def _begin_fold(self):
        self._fills = {}
        self._explained = {}
        """Units of trades that were applied before their rows were shown, by order and trade id."""
        self._assumed = {}
        """Units that no trade row has explained yet, by order id."""
        self._taken_of_others = {}
        """Units of others' trades that closed ours, by order and trade id."""
        self.held = {}
        """Signed units by the fills that were journaled."""
        self._cash = 0
        self._adopted = {}
        """Signed units that panic took over and that are not given back, by trade."""

    def on_start(self, _process):
        self._begin_fold()

    def _on_filled(self, _process, event):
        fill = event.fill
        self._truth.refresh()
        is_true = self._is_true_assumption(fill) if event.is_assumed else self._is_rest_of_a_trade(fill)
        if not is_true:
            self._oracle.violated("V6", f"fill {fill.trade_id} of {event.tag} is not the venue's")
        if (fill.order_id, fill.trade_id) in self._fills:
            self._oracle.violated("V6", f"fill {fill.trade_id} of {event.tag} is applied twice")
        self._fills[(fill.order_id, fill.trade_id)] = fill
        self._move(fill)

    def _is_rest_of_a_trade(self, fill):
        """Whether it is a trade of the venue, less the units that were assumed before."""
        known = self._truth.own_trades.get((fill.order_id, fill.trade_id))
        quantity = fill.quantity + self._explained.get((fill.order_id, fill.trade_id), 0)
        return known is not None and (known.quantity, known.price, known.side) == (
            quantity,
            fill.price,
            fill.side,
        )

    def _is_true_assumption(self, fill):
        """Whether the order really traded so many units that were not applied, at such a price.

        Two parts a paisa apart may stand for them; the value of all is compared at the end.
        """
        self._assumed[fill.order_id] = self._assumed.get(fill.order_id, 0) + fill.quantity
        trades = _of_order(self._truth.own_trades, fill.order_id)
        traded = sum(trade.quantity for trade in trades)
        applied = sum(known.quantity for known in _of_order(self._fills, fill.order_id))
        prices = [trade.price for trade in trades]
        return (
            applied + fill.quantity <= traded
            and min(prices) <= fill.price <= max(prices)
            and all(trade.side is fill.side for trade in trades)
        )

    def _on_annulled(self, _process, event):
        fill, key = event.fill, (event.fill.order_id, event.fill.trade_id)
        self._truth.refresh()
        if key in self._truth.own_trades:
            self._oracle.violated(
                "V6", f"fill {fill.trade_id} of {event.tag} is undone and stands at the venue"
            )
        if self._fills.pop(key, None) is None:
            self._oracle.violated("V6", f"fill {fill.trade_id} of {event.tag} is undone and was not applied")
        self._move(fill, -1)

    def _on_explained(self, _process, event):
        """A trade row shows what was assumed: it must be the venue's, new, and no more than was assumed."""
        fill, key = event.fill, (event.fill.order_id, event.fill.trade_id)
        self._truth.refresh()
        known, left = self._truth.own_trades.get(key), self._assumed.get(fill.order_id, 0)
        is_new = key not in self._fills and key not in self._explained
        is_true = known is not None and (known.price, known.side) == (fill.price, fill.side)
        if not (is_new and is_true and 0 < fill.quantity <= min(left, known.quantity)):
            self._oracle.violated("V6", f"trade {fill.trade_id} of {event.tag} explains what it cannot")
        self._explained[key] = fill.quantity
        self._assumed[fill.order_id] = left - fill.quantity

    def _on_foreign_fill(self, _process, event):
        """Units of others that closed ours: each of a trade of theirs, once, and no more than we held."""
        fill, key = event.fill, (event.fill.order_id, event.fill.trade_id)
        self._truth.refresh()
        known, taken = self._truth.foreign_trades.get(key), self._taken_of_others.get(key, 0) + fill.quantity
        self._taken_of_others[key] = taken
        is_true = known is not None and (known.price, known.side) == (fill.price, fill.side)
        if not (is_true and fill.quantity > 0 and taken <= known.quantity):
            self._oracle.violated("V6", f"foreign fill {fill.trade_id} is not the venue's")
        held = self.held.get(fill.instrument_key, 0)
        if not 0 < fill.quantity <= -held * fill.side.sign:
            self._oracle.violated(
                "V6", f"closed {fill.quantity} of {held} by the trade {fill.trade_id} of others"
            )
        self._move(fill)

    def _on_adopted(self, _process, event):
        key = event.trade.instrument_key
        self.held[key] = self.held.get(key, 0) + event.quantity
        self._cash -= event.quantity * event.price
        self._adopted[event.trade.trade_id] = event.quantity

    def _on_returned(self, _process, event):
        """Units that were taken over are those of a fill of ours: as many of them as there are, at most."""
        left = self._adopted.get(event.trade_id, 0)
        self._adopted[event.trade_id] = left - event.quantity
        if event.quantity * left <= 0 or abs(event.quantity) > abs(left):
            self._oracle.violated("V6", f"{event.quantity} of {left} that were taken over are given back")
        self.held[event.instrument_key] -= event.quantity
        self._cash += event.quantity * event.price

    def _move(self, fill, times=1):
        signed = times * fill.side.sign * fill.quantity
        self.held[fill.instrument_key] = self.held.get(fill.instrument_key, 0) + signed
        self._cash -= signed * fill.price

    def at_end(self):
        state = self._world.process.engine.state
        self._truth.refresh()
        missing = [key for key, trade in self._truth.own_trades.items() if self._taken(key) != trade.quantity]
        if missing:
            self._oracle.violated(
                "V6", f"{len(missing)} of our fills were never taken: {sorted(missing)[:3]}"
            )
        for order_id in self._assumed:
            self._check_assumed(order_id)
        for key in set(self.held) | set(state.book.positions):
            if self.held.get(key, 0) != state.book.position_of(key).quantity:
                self._oracle.violated("V6", f"{key} sum of fills {self.held.get(key, 0)} is not the position")
        self._check_money(state)

    def _taken(self, key):
        """Units of a trade that were applied by its row, or before it."""
        fill = self._fills.get(key)
        return self._explained.get(key, 0) + (fill.quantity if fill else 0)

    def _check_assumed(self, order_id):
        """What was applied of an order is worth what it traded: the venue's averages are exact."""
        applied, traded = (
            sum(one.quantity * one.price for one in _of_order(known, order_id))
            for known in (self._fills, self._truth.own_trades)
        )
        if applied != traded:
            self._oracle.violated("V6", f"{order_id} traded for {traded} paise, {applied} were assumed")

    def _check_money(self, state):
        book = sum(closed.gross_pnl for closed in state.book.closed_trades)
        book += sum(position.cash for position in state.book.positions.values())
        if book != self._cash:
            self._oracle.violated("V7", f"result {book} paise, the fills say {self._cash}")
        if self._truth.foreign_trades or self._truth.own_live():
            return
        traded = sum(-one.side.sign * one.quantity * one.price for one in self._truth.own_trades.values())
        if traded != book and not any(map(self._truth.own, self._truth.traded_keys())):
            self._oracle.violated("V7", f"result {book} paise, the venue's ledger {traded}")

    EVENTS = {  # noqa: RUF012  # a table
        ev.OrderFilled: _on_filled,
        ev.FillAnnulled: _on_annulled,
        ev.FillExplained: _on_explained,
        ev.ForeignFillTaken: _on_foreign_fill,
        ev.PositionAdopted: _on_adopted,
        ev.AdoptionReturned: _on_returned,
    }


def _of_order(known, order_id):
    """The trades or fills of an order."""
    return [one for (of_order, _), one in known.items() if of_order == order_id]
