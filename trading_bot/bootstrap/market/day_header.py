"""The first line of every surface while a day runs: what trades, where in the day it is, how it stands."""

from trading_bot.bootstrap.market.next_session import NextSession
from trading_bot.domain.events import HaltScope
from trading_bot.engine.day import TradingDay
from trading_bot.engine.decisions.operation.halts import is_login_needed
from trading_bot.engine.snapshot import RunHeader

_NEEDS_LOGIN = "needs login"


def day_header(day: TradingDay, session: NextSession, *, mode: str, data: str, ramp: str = "") -> RunHeader:
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
        ramp=ramp,
    )


def needs_login(day: TradingDay) -> bool:
    """Whether the broker does not accept the token, as a read, an order or a stream found out."""
    workers = day.supervisor.health.values()
    return is_login_needed(day.engine.state) or any(worker.state == _NEEDS_LOGIN for worker in workers)


def _state(day: TradingDay, now_ms: int) -> tuple[str, str]:
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
