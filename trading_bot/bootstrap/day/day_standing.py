"""How a day under way stands, in one word and its reason: the same in every mode."""

from trading_bot.domain.events import HaltScope
from trading_bot.engine.day import TradingDay
from trading_bot.engine.decisions.operation.halts import is_login_needed

_NEEDS_LOGIN = "needs login"


def needs_login(day: TradingDay) -> bool:
    """Whether the broker does not accept the token, as a read, an order or a stream found out."""
    workers = day.supervisor.health.values()
    return is_login_needed(day.engine.state) or any(worker.state == _NEEDS_LOGIN for worker in workers)


def day_standing(day: TradingDay, now_ms: int) -> tuple[str, str]:
    """The state that surfaces show, and why; the reason is empty while it trades."""
    state = day.engine.state
    reasons = [reason for scope, _, reason in state.book.halts if scope is HaltScope.ENTRIES]
    if needs_login(day):
        return _NEEDS_LOGIN, "the broker does not accept the token: python main.py login"
    if not state.is_recovered:
        return "recovering", ""
    if state.book.is_panicking:
        return "halted", "panic"
    if reasons:
        return "halted", ", ".join(reasons)
    return ("closing", "") if now_ms >= day.plan.close_ms else ("trading", "")
