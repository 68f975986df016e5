"""The first line of every surface while a day runs: what trades, where in the day it is, how it stands."""

from trading_bot.bootstrap.day.day_standing import day_standing
from trading_bot.bootstrap.market.next_session import NextSession
from trading_bot.engine.day import TradingDay
from trading_bot.engine.snapshot import RunHeader


def day_header(day: TradingDay, session: NextSession, *, mode: str, data: str, ramp: str = "") -> RunHeader:
    """The header at this moment."""
    now_ms = day.ports.clock.now_ms()
    state, reason = day_standing(day, now_ms)
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
