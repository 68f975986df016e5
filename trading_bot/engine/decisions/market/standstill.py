"""Whether the exchange stands still for an instrument in hours in which it should trade.

In a market-wide halt it cancels all orders that rest and takes none (NSE/CMTR/24709 of 11 October 2013). What
is refused or cancelled then says nothing about the order, its stop, or a person's wish: no more is placed for
nothing, nothing is counted, and stops are placed again as soon as trading goes on.

That a stop is held back harms nobody where the word was wrong: a stop wakes by a trade only, and the first
trade belies the word. That trade may be the call auction's own, minutes before stops are taken again: then
the first order is refused, and the rest waits for the end of the auction.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import Order, OrderStatus, Purpose
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.market.circuits import (
    AUCTION_MS,
    auction_ends_ms,
    breaker_until_ms,
    was_halted,
)
from trading_bot.engine.decisions.market.feed_health import is_halted, newest_trade_ms
from trading_bot.engine.decisions.operation.halts import REJECT_STORM, STOP_CANCELLED, clear_halt
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import PhaseReported
from trading_bot.engine.market_view import Refusals, Series
from trading_bot.engine.state import State

_LATE_WORD_MS = 10 * MS_PER_SECOND
"""Cancellations may be heard of before the word that explains them."""
_TOLD_AFTER_MS = 5 * MS_PER_SECOND
_LOST = (OrderStatus.CANCELLED, OrderStatus.REFUSED, OrderStatus.REJECTED)
_LATE_OPENING_MS = MS_PER_MINUTE
"""So much later than by our clock trading may begin again."""
_TRY_AGAIN_MS = 5 * MS_PER_SECOND
_BELIEVED_TIMES = 4


def stands_still(state: State, series: Series) -> bool:
    """Whether the exchange says so, or a level of the breaker was reached and nothing has traded since."""
    return series.hours.is_open(state.now_ms) and (
        is_halted(state, series)
        or was_halted(state, series)
        or state.now_ms < breaker_until_ms(state, series)
        or _is_refused(state, series)
    )


def _is_refused(state: State, series: Series) -> bool:
    """Whether a refused order showed that the call auction is not over, and nothing has traded since."""
    segment = series.instrument.segment
    refusals = state.market.standstill.refusals.get(segment)
    if refusals is None or state.now_ms >= refusals.until_ms:
        return False
    return newest_trade_ms(state, segment) <= refusals.at_ms + _TRY_AGAIN_MS


def stands_still_for(state: State, instrument_key: str) -> bool:
    """The same of an instrument that may not be watched."""
    series = state.market.series.get(instrument_key)
    return series is not None and stands_still(state, series)


def is_everywhere(state: State) -> bool:
    """Whether nothing trades of what should: then the feed has nothing to say."""
    traded = [one for one in state.market if one.instrument.is_tradable and one.hours.is_open(state.now_ms)]
    return bool(traded) and all(stands_still(state, series) for series in traded)


def note_refusal(state: State, order: Order) -> None:
    """Take a refused stop or exit, in what may be the call auction still, for the word that it is.

    Not time and again: what is refused for a reason of its own has to count.
    """
    series = state.market.series.get(order.request.instrument_key)
    if series is None or order.request.purpose is Purpose.ENTRY:
        return
    segment, now_ms = series.instrument.segment, state.now_ms
    refusals = state.market.standstill.refusals
    for end_ms in auction_ends_ms(state, series):
        known = refusals.get(segment)
        times = known.times + 1 if known is not None and known.end_ms == end_ms else 1
        is_such = end_ms - AUCTION_MS <= now_ms < end_ms + _LATE_OPENING_MS
        if is_such and times <= _BELIEVED_TIMES and not _is_refused(state, series):
            until_ms = max(end_ms, now_ms + _TRY_AGAIN_MS)
            refusals[segment] = Refusals(at_ms=now_ms, until_ms=until_ms, end_ms=end_ms, times=times)


def on_phases(state: State, event: PhaseReported, turn: Turn) -> None:
    """Believe the exchange's word that it trades, whatever it refused before."""
    for segment, phase in event.phases.items():
        if phase is MarketPhase.NORMAL_OPEN:
            state.market.standstill.refusals.pop(segment, None)
    follow(state, turn)


def follow(state: State, turn: Turn) -> None:
    """Notice its beginning and its end, each second and with the exchange's word; drive trades at the end."""
    for trade in tuple(state.book.trades.values()):
        if stands_still_for(state, trade.instrument_key):
            if trade.trade_id not in state.still_trades:
                state.still_trades[trade.trade_id] = state.now_ms
                _forgive(state, trade, turn)
            _tell(state, trade, turn)
        elif state.still_trades.pop(trade.trade_id, None) is not None:
            turn.touched_trades[trade.trade_id] = None


def _tell(state: State, trade: Trade, turn: Turn) -> None:
    """Tell a person, once it has lasted: the word of the morning's opening may come a moment late."""
    since_ms = state.still_trades[trade.trade_id]
    quantity = state.book.position_of(trade.instrument_key).quantity
    mark = f"still {trade.trade_id} {since_ms}"
    if not quantity or mark in state.told_of or state.now_ms - since_ms < _TOLD_AFTER_MS:
        return
    state.told_of.add(mark)
    symbol = state.market.symbol(trade.instrument_key)
    text = (
        f"the exchange does not trade {symbol}: {abs(quantity)} units are held, and no stop and no exit "
        "can be placed before it trades again"
    )
    turn.tell(AlertKind.STANDS_STILL, "critical", text)


def _forgive(state: State, trade: Trade, turn: Turn) -> None:
    """Forget what the exchange's word explains afterwards: rejections, lost stops, and what came of them."""
    since_ms = state.now_ms - _LATE_WORD_MS
    while state.rejections_ms and state.rejections_ms[-1] >= since_ms:
        state.rejections_ms.pop()
    for reason in (REJECT_STORM, STOP_CANCELLED):
        halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", reason))
        if halt is not None and halt.at_ms >= since_ms:
            clear_halt(turn, ev.HaltScope.ENTRIES, "", reason)
    lost_ms = (
        order.seen_at_ms
        for order in state.book.orders_of(trade.trade_id)
        if order.request.purpose is Purpose.STOP and order.status in _LOST
    )
    if (trade.stop_failures or trade.stop_cancels) and max(lost_ms, default=0) >= since_ms:
        turn.emit(ev.ProtectionResumed(at_ms=state.now_ms, trade_id=trade.trade_id, failures_too=True))
