"""What overlays say of an instrument now: asked when a strategy wants to enter, never of what is open.

The one thing that they do beside is to close what an event concerns, where the settings want that.
"""

from trading_bot.domain.gate import Gate
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.signal import Evaluation, Signal
from trading_bot.domain.trade import ExitReason
from trading_bot.domain.values import replace
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import VolatilityRead
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State
from trading_bot.risk.overlays import scheduled, volatility
from trading_bot.risk.overlays.adjustment import NEUTRAL, Adjustment, Spoken, demands, strictest
from trading_bot.risk.overlays.bands import band_gate
from trading_bot.risk.overlays.volatility import VolatilityPicture
from trading_bot.strategies.strategy import Strategy


def on_volatility_read(state: State, event: VolatilityRead, _turn: Turn) -> None:
    """Take the closes of the volatility index."""
    state.outlook = replace(state.outlook, volatility_closes=event.closes)


def adjustment(state: State, series: Series) -> Adjustment:
    """What entries into an instrument have to do with now."""
    settings, words = state.risk.overlays, list[Spoken]()
    if settings.vix.enabled:
        words.append(volatility.spoken(volatility_picture(state), settings.vix))
    if settings.events.is_on and state.book.on is not None:
        symbol = series.instrument.symbol
        words += scheduled.spoken(state.outlook, symbol, state.book.on, state.now_ms, settings.events)
    return strictest(words) if words else NEUTRAL


def texts(state: State) -> tuple[str, ...]:
    """What overlays ask for today, of the market or of single shares; empty where they are off."""
    settings, on = state.risk.overlays, state.book.on
    if on is None:
        return ()
    words = [volatility.spoken(volatility_picture(state), settings.vix)] if settings.vix.enabled else []
    if settings.events.is_on:
        words += scheduled.spoken_of_day(state.outlook, on, state.now_ms, settings.events)
    return tuple(f"{word.reason}: {demands(word.rule)}" for word in words)


def volatility_picture(state: State) -> VolatilityPicture:
    """What is known of the volatility index now."""
    assert state.book.on is not None, "no entry before a day was opened"
    outlook = state.outlook
    index = state.market.series.get(outlook.volatility_key)
    newest_ms = 0 if index is None else index.newest_trade_ms
    return VolatilityPicture(
        on=state.book.on,
        previous_session_on=outlook.previous_session_on,
        closes=outlook.volatility_closes,
        value=0 if index is None or not newest_ms else index.last_price,
        age_s=max(0, state.now_ms - newest_ms) / MS_PER_SECOND,
    )


def judged(
    state: State, series: Series, strategy: Strategy, evaluation: Evaluation, signal: Signal
) -> Evaluation:
    """The evaluation with what overlays add to it; without its signal where the raised threshold fails it.

    A signal that closes a trade enters nothing, so nobody is asked.
    """
    if _closes(state, signal):
        return evaluation
    evaluation = _with_band(state, series, evaluation, signal)
    asked = adjustment(state, series)
    if asked.is_neutral:
        return evaluation
    gates = tuple(_gate(word) for word in asked.spoken if not word.rule.no_entries)
    threshold_gate = _threshold_gate(asked, strategy, signal.score)
    if threshold_gate is None:
        return replace(evaluation, gates=(*evaluation.gates, *gates))
    kept = signal if threshold_gate.passed else None
    return replace(evaluation, gates=(*evaluation.gates, *gates, threshold_gate), signal=kept)


def _with_band(state: State, series: Series, evaluation: Evaluation, signal: Signal) -> Evaluation:
    """How near the price is to its limit, where that is asked for; what is too near is denied, in words."""
    margin = state.risk.overlays.circuits.band_margin
    if margin <= 0:
        return evaluation
    gate = band_gate(signal.direction, series.last_price, state.band_of(series.instrument.key), margin)
    return replace(evaluation, gates=(*evaluation.gates, gate))


def _gate(word: Spoken) -> Gate:
    """What a word asks for; one that allows no entries becomes a denial, which says so itself."""
    asks, why = demands(word.rule), f"kept; {word.reason}"
    return Gate(name=f"overlay_{word.overlay}", passed=True, measured=asks, needed=why)


def _closes(state: State, signal: Signal) -> bool:
    trade = state.book.trade_of(signal.instrument_key)
    is_against = trade is not None and trade.direction is not signal.direction
    return is_against and state.risk.exits.on_opposite_signal


def _threshold_gate(asked: Adjustment, strategy: Strategy, score: float) -> Gate | None:
    """Full agreement is always enough; a strategy that names no threshold has one of 0."""
    if asked.threshold_raise <= 0:
        return None
    own = float(getattr(strategy, "threshold", 0.0))
    needed = min(1.0, own + asked.threshold_raise)
    text = f">= {needed:g}; threshold {own:g} raised by {asked.threshold_raise:g}"
    return Gate("overlay_threshold", score >= needed, score, text)


def close_before_events(state: State, turn: Turn) -> None:
    """Close what an event concerns so many minutes before it begins, where that is wanted."""
    settings = state.risk.overlays.events
    if not settings.closes_before or not state.outlook.events:
        return
    for trade in tuple(state.book.trades.values()):
        symbol = state.market.symbol(trade.instrument_key)
        for event in state.outlook.events:
            if scheduled.is_to_be_closed(event, symbol, state.now_ms, settings.rule(event.kind)):
                request_exit(state, trade, ExitReason.EVENT, turn)
