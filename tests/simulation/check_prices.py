"""Prices that lead to something (V12): stops, targets and trails at prices that never were."""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.trade import ExitReason

_STOPS = (ExitReason.STOP, ExitReason.TRAILING_STOP)
_KNOWN_FOR_MS = 40 * MS_PER_SECOND
"""So old may a price be that an entry rests on, the way of a late one included."""
_LATE_BY_MS = 5 * MS_PER_SECOND
"""So long may a price be on its way."""
_ROUNDED_BY = 0.9
"""A trailing distance is rounded to ticks."""


class PriceRecord:
    """What really traded, by instrument."""

    def __init__(self):
        self._seen = {}

    def on_moment(self, moment):
        for update in moment.updates:
            self._seen.setdefault(update.instrument_key, []).append((moment.at_ms, update.last_price))

    def range_since(self, key, at_ms):
        """Lowest and highest price since then; None when nothing traded."""
        prices = []
        for seen_ms, price in reversed(self._seen.get(key, ())):
            if seen_ms < at_ms:
                break
            prices.append(price)
        return (min(prices), max(prices)) if prices else None


class PriceChecks:
    """Compares the reasons of exits with the venue's own prices since the trade was planned.

    One odd price may lead to nothing; two in a row, near each other, are believed by design.
    """

    def __init__(self, oracle):
        self._oracle = oracle
        self._world = oracle.world
        self._record = PriceRecord()
        self._world.driver.listeners.append(self._record.on_moment)
        self._trades = {}

    def on_start(self, _process):
        self._trades = {}

    def _on_planned(self, _process, event):
        self._trades[event.trade.trade_id] = event.trade

    def _on_moved(self, _process, event):
        trade = self._trades[event.trade_id]
        self._trades[event.trade_id] = trade.with_stop(event.stop_price, event.best_price)
        reached = self._reached(trade)
        if reached is not None and not reached[0] <= event.best_price <= reached[1]:
            text = f"stop of {event.trade_id} trails {event.best_price}, the market was at {reached}"
            self._oracle.violated("V12", text)

    def _on_exit(self, _process, event):
        trade = self._trades.get(event.trade_id)
        reached = None if trade is None else self._reached(trade)
        if reached is None:
            return
        if event.reason is ExitReason.TARGET:
            is_true = _is_within(reached, trade.plan.target_price, trade.direction.sign)
        elif event.reason in _STOPS:
            is_true = _is_within(reached, trade.stop_price, -trade.direction.sign) or _is_trailed(
                reached, trade
            )
        else:
            return
        if not is_true:
            text = f"exit {event.trade_id} for {event.reason}, the market was at {reached} only"
            self._oracle.violated("V12", text)

    def _reached(self, trade):
        """The true range that the trade has seen; None where it cannot be told, or need not be."""
        confirmed_ms = self._world.feed.odd_confirmed_ms.get(trade.instrument_key, 0)
        if self._oracle.is_replaying or confirmed_ms >= trade.planned_at_ms - _LATE_BY_MS:
            return None
        return self._record.range_since(trade.instrument_key, trade.planned_at_ms - _KNOWN_FOR_MS)

    EVENTS = {  # noqa: RUF012  # a table
        ev.TradePlanned: _on_planned,
        ev.StopMoved: _on_moved,
        ev.ExitRequested: _on_exit,
    }


def _is_within(reached, level, sign):
    """Whether the market went as far as a level: upwards, or downwards for a negative sign."""
    lowest, highest = reached
    return highest >= level if sign > 0 else lowest <= level


def _is_trailed(reached, trade):
    """Whether the market went back as far as a trailing stop follows, though that was not placed any more."""
    distance = trade.plan.trail_distance
    return distance is not None and reached[1] - reached[0] >= distance * _ROUNDED_BY
