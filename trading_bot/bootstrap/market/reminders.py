"""When a person is reminded of a missing login, and how loudly: more often as the open comes near."""

from trading_bot.domain.ist import MS_PER_MINUTE

_BEFORE_MINUTES = (120, 90, 60, 45, 30, 20, 15, 10, 5, 0)
_AFTER_MINUTES = 15
_WARNING_MINUTES = 60
_CRITICAL_MINUTES = 15


def next_reminder_ms(now_ms: int, open_ms: int) -> int:
    """The next moment after this one at which a person is reminded: from two hours before the open on."""
    for minutes in _BEFORE_MINUTES:
        at_ms = open_ms - minutes * MS_PER_MINUTE
        if at_ms > now_ms:
            return at_ms
    since_open = (now_ms - open_ms) // (_AFTER_MINUTES * MS_PER_MINUTE)
    return open_ms + (since_open + 1) * _AFTER_MINUTES * MS_PER_MINUTE


def urgency(now_ms: int, open_ms: int) -> str:
    """The level of such a reminder: a note at night, critical when the open is near or past."""
    left_minutes = (open_ms - now_ms) / MS_PER_MINUTE
    if left_minutes > _WARNING_MINUTES:
        return "info"
    return "warning" if left_minutes > _CRITICAL_MINUTES else "critical"
