"""Calls that the broker's rate limiter refused, or that found no connection: nothing was taken, so wait."""

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.ports import RefusalCause
from trading_bot.engine.state import State

_LONGEST_PAUSE_MS = 4_000
_REFUSALS_BEFORE_ALERT = 3


def note_refusal(state: State, cause: RefusalCause | None, what: str, turn: Turn) -> None:
    """Pause before anything is asked for again, longer each time in a row; tell a person at the third."""
    state.rate_refusals += 1
    pause_ms = min(MS_PER_SECOND << min(state.rate_refusals - 1, 4), _LONGEST_PAUSE_MS)
    state.rate_limited_until_ms = state.now_ms + pause_ms
    if state.rate_refusals != _REFUSALS_BEFORE_ALERT:
        return
    if cause is RefusalCause.UNREACHED:
        text = f"no connection for orders, {state.rate_refusals} times in a row; the newest: {what}"
        turn.tell(AlertKind.CALLS_UNSENT, "critical", text)
        return
    text = f"the broker refuses calls as too many, {state.rate_refusals} in a row; the newest: {what}"
    turn.tell(AlertKind.CALLS_REFUSED, "critical", text)


def is_limited(state: State) -> bool:
    """Whether the pause after a refusal is not over yet."""
    return state.now_ms < state.rate_limited_until_ms


def is_troubled(state: State) -> bool:
    """Whether calls were refused lately: until one is accepted, or a while after the last pause was over."""
    return state.rate_refusals > 0 and state.now_ms < state.rate_limited_until_ms + _LONGEST_PAUSE_MS
