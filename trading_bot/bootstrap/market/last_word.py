"""What a person is told when the daemon is stopped in mid-session: what is held, and what is bare."""

from trading_bot.engine.decisions.positions import guard
from trading_bot.engine.state import State


def of_open_trades(state: State) -> tuple[str, str]:
    """Text and level. An exit under way was the resting stop: from now on nobody prices it anew."""
    market, trades = state.market, state.book.trades.values()
    bare = sorted(
        market.symbol(trade.instrument_key)
        for trade in trades
        if not state.book.position_of(trade.instrument_key).is_flat
        and (trade.is_exiting or not guard.is_protected(state, trade))
    )
    text = f"stopped in the session with {len(trades)} open trades; nothing here closes them before the close"
    if bare:
        names = ", ".join(bare)
        return f"{text}, and no stop rests for {names}: look after them in the broker's app", "critical"
    return f"{text}, what is held keeps its resting stops", "warning"
