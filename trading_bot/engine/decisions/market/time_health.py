"""Whether our time is the exchange's, and whether any of it was lost.

Frames carry the time at which they were sent. The least late one of a second tells how far our clock is off,
or how late the feed is: entries want neither. After a time in which nothing ran, what was known is old.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, ReadPositions
from trading_bot.engine.decisions.orders import answers
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import TimeLost
from trading_bot.engine.state import State

_TOLD_APART_MS = 10 * MS_PER_MINUTE
_SLOW_SECONDS = 10


def judge_offset(state: State, turn: Turn) -> None:
    """Take the least late frame of the second that is over."""
    market, settings = state.market, state.settings
    if market.lag_ms is None:
        return
    market.offset_ms, market.lag_ms = market.lag_ms, None
    is_late = abs(market.offset_ms) > settings.clock_warn_ms
    market.late_seconds = market.late_seconds + 1 if is_late else 0
    if is_off(state) or market.late_seconds >= _SLOW_SECONDS:
        _tell(state, turn)


def is_off(state: State) -> bool:
    """Whether prices come at a time that is not ours: nothing is entered."""
    return abs(state.market.offset_ms) > state.settings.clock_offset_ms


def _tell(state: State, turn: Turn) -> None:
    market = state.market
    if market.told_offset_at_ms and state.now_ms - market.told_offset_at_ms < _TOLD_APART_MS:
        return
    market.told_offset_at_ms = state.now_ms
    where = "behind" if market.offset_ms > 0 else "ahead of"
    text = f"the feed is {abs(market.offset_ms) / MS_PER_SECOND:.2f} s {where} this machine's time"
    if is_off(state):
        turn.tell(AlertKind.CLOCK_OFF, "critical", f"{text}: no entries while it is")
    else:
        turn.tell(AlertKind.CLOCK_OFF, "warning", text)


def on_time_lost(state: State, event: TimeLost, turn: Turn) -> None:
    """Nothing ran for a while: the machine slept, or something held everything up.

    All that was known is old, so the books are read before anything is asked of the broker again. What waits
    to be sent was decided on it: it goes, and what is needed is decided anew.
    """
    text = f"nothing ran for {event.lost_s:.0f} s: the books are read before anything is sent"
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="time_lost", detail=text))
    turn.tell(AlertKind.TIME_LOST, "critical", text)
    if state.books_read_at_ms:
        state.blind_since_ms = state.now_ms
    state.is_recovered, state.books_read_at_ms, state.time_lost_at_ms = False, 0, state.now_ms
    state.market.is_feed_up = False
    for series in state.market:
        series.seen_at_ms = 0
    for order in tuple(state.book.live_orders()):
        if order.status is OrderStatus.INTENDED:
            answers.drop(state, order, "time was lost before it was sent", turn)
            turn.touch(order.tag)
    turn.command(ReadBooks(reason="time was lost"))
    turn.command(ReadPositions())
