"""The line of `check` about today: is there a session, and when."""

from trading_bot.bootstrap.market.next_session import next_session
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.engine.book import Book
from trading_bot.report.check_line import CheckLine, failed, passed


def session_line(calendar: Calendar, now_ms: int) -> CheckLine:
    """Whether there is a session today, by our calendar; a holiday stops nothing, it is idled over."""
    name = "session"
    try:
        session = next_session(calendar, now_ms, Book())
    except UncoveredDateError as error:
        return failed(name, str(error), "update config/market", UncoveredDateError.exit_code)
    why = f"{session.why_not_today}; " if session.why_not_today else ""
    return passed(name, f"{why}{session.opening_text(now_ms)}")
