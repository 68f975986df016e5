"""The closes of earlier sessions, for strategies that look at whole days: handed on each morning anew."""

from trading_bot.domain.outlook import DayCloses
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import DayClosesRead
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State


def on_day_closes_read(state: State, event: DayClosesRead, _turn: Turn) -> None:
    """Keep what is known of an instrument's earlier sessions, and tell its strategies."""
    series = state.market.series.get(event.instrument_key)
    if series is None or state.book.on is None:
        return
    on = state.book.on
    closes = tuple(close for close in event.closes if close.on < on)
    before = state.outlook.previous_session_on
    series.day_closes = DayCloses(on=on, closes=closes, previous_session_on=before)
    tell_strategies(series)


def tell_strategies(series: Series) -> None:
    """Hand what is known to those of the instrument's strategies that ask for it."""
    known = series.day_closes
    if known is None:
        return
    for _, evaluator in series.evaluators:
        take = getattr(evaluator, "take_day_closes", None)
        if take is not None:
            take(known)
