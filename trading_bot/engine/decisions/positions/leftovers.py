"""Intraday positions that an earlier day left in the journal: the broker closed them while nothing ran.

Its trades of then are on no list of today, so nothing here learns their prices: such a position is neither
protected nor closed, and in the end a person lets it go.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import date_of
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def is_left_over(state: State, trade: Trade) -> bool:
    """Whether an earlier day left an intraday position that the broker has not shown today.

    An exit would open the other side.
    """
    is_known = trade.instrument_key in state.agreed
    return _is_of_earlier_day(state, trade) and not is_known


def _is_of_earlier_day(state: State, trade: Trade) -> bool:
    return trade.product is Product.INTRADAY and date_of(trade.planned_at_ms) != state.book.on


def write_off(state: State, turn: Turn) -> None:
    """Drop what the broker has been seen twice today not to hold: a person has looked, and resumes."""
    for key, difference in tuple(state.book.differences.items()):
        trade = state.book.trade_of(key)
        was_seen = key in state.told_differences_ms and difference.broker_quantity == 0
        if trade is None or not was_seen or not _is_of_earlier_day(state, trade):
            continue
        symbol, units = state.market.symbol(key), abs(state.book.position_of(key).quantity)
        text = (
            f"{units} units of {symbol} that an earlier day left are written off: the broker holds none; its "
            "contract note has the price"
        )
        turn.emit(ev.DifferenceSettled(at_ms=state.now_ms, instrument_key=key, written_off=trade.trade_id))
        turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="written_off", detail=text))
        turn.tell(AlertKind.WRITTEN_OFF, "warning", text)
        turn.touched_trades[trade.trade_id] = None
