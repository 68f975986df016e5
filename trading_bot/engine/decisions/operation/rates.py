"""Refusals by the broker's rate limiter: proof that nothing was taken, and a reason to wait a little."""

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State

_LONGEST_PAUSE_MS = 4_000
_REFUSALS_BEFORE_ALERT = 3


def note_refusal(state: State, what: str, turn: Turn) -> None:
    """Pause before anything is asked for again, longer each time in a row; tell a person at the third."""
    state.rate_refusals += 1
    pause_ms = min(MS_PER_SECOND << min(state.rate_refusals - 1, 4), _LONGEST_PAUSE_MS)
    state.rate_limited_until_ms = state.now_ms + pause_ms
    if state.rate_refusals == _REFUSALS_BEFORE_ALERT:
        text = f"the broker refuses calls as too many, {state.rate_refusals} in a row; the newest: {what}"
        turn.tell(AlertKind.CALLS_REFUSED, "critical", text)


def is_limited(state: State) -> bool:
    """Whether the pause after a refusal is not over yet."""
    return state.now_ms < state.rate_limited_until_ms


def is_troubled(state: State) -> bool:
    """Whether calls were refused lately: until one is accepted, or a while after the last pause was over."""
    return state.rate_refusals > 0 and state.now_ms < state.rate_limited_until_ms + _LONGEST_PAUSE_MS
