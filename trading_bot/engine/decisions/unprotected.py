"""Positions that no order at the broker is known to close: past a bound a person is told, again and again."""

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.commands import Alert
from trading_bot.engine.decisions import protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State

_PAGE_AFTER_S = 15
"""Seconds without confirmed protection after which nobody should have to find out by looking."""


def watch(state: State, turn: Turn) -> None:
    """Measure how long each open position has been without a confirmed order that closes it."""
    bare = state.bare_since_ms
    for trade_id in [known for known in bare if known not in state.book.trades]:
        del bare[trade_id]
    for trade in state.book.trades.values():
        held = abs(state.book.position_of(trade.instrument_key).quantity)
        if not held or protection.is_resting(state, trade):
            bare.pop(trade.trade_id, None)
            continue
        since_ms = bare.setdefault(trade.trade_id, state.now_ms)
        if state.now_ms - since_ms >= _PAGE_AFTER_S * MS_PER_SECOND:
            bare[trade.trade_id] = state.now_ms
            text = f"{held} units of {trade.instrument_key} have had no full protection for {_PAGE_AFTER_S} s"
            turn.command(Alert(level="critical", text=text))
