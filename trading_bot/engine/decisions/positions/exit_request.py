"""Asking for a trade to be closed: everybody may, the first reason stays."""

from trading_bot.domain import events as ev
from trading_bot.domain.trade import ExitReason, Trade
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def stop_reason(trade: Trade) -> ExitReason:
    """What to call an exit at the stop: the plan's own stop, or one that has trailed."""
    return ExitReason.TRAILING_STOP if trade.is_stop_trailed else ExitReason.STOP


def request_exit(state: State, trade: Trade, reason: ExitReason, turn: Turn) -> None:
    """Ask for a trade to be closed; the first reason stays."""
    trade = state.book.trades[trade.trade_id]
    if trade.is_exiting:
        return
    turn.emit(ev.ExitRequested(at_ms=state.now_ms, trade_id=trade.trade_id, reason=reason))
    turn.touched_trades[trade.trade_id] = None
