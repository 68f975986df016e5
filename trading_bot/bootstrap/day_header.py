"""The first line of every surface while a day runs: what trades, where in the day it is, how it stands."""

from trading_bot.bootstrap.next_session import NextSession
from trading_bot.domain.events import HaltScope
from trading_bot.engine.day import TradingDay
from trading_bot.engine.snapshot import RunHeader


def day_header(day: TradingDay, session: NextSession, *, mode: str, data: str) -> RunHeader:
    """The header at this moment."""
    now_ms = day.ports.clock.now_ms()
    state, reason = _state(day, now_ms)
    return RunHeader(
        mode=mode,
        session_on=session.on,
        now_ms=now_ms,
        phase=session.phase(now_ms),
        data=data,
        state=state,
        reason=reason,
    )


def _state(day: TradingDay, now_ms: int) -> tuple[str, str]:
    state = day.engine.state
    if any(worker.state == "needs login" for worker in day.supervisor.health.values()):
        return "needs login", "the broker does not accept the token: python main.py login"
    if not state.is_recovered:
        return "recovering", ""
    if state.book.is_panicking:
        return "halted", "panic"
    reasons = [reason for scope, _, reason in state.book.halts if scope is HaltScope.ENTRIES]
    if reasons:
        return "halted", ", ".join(reasons)
    return ("closing", "") if now_ms >= day.plan.close_ms else ("trading", "")
