"""Which session a daemon on the real market waits for, and where in the day it is."""

from dataclasses import dataclass
from datetime import date

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import MS_PER_MINUTE, date_of, datetime_of
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.session import ClosingAuction
from trading_bot.engine.book import Book

_LEAD_MS = 60 * MS_PER_MINUTE
"""How long before the open the day begins: instruments, history, subscriptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSession:
    """A session to come, or under way."""

    on: date
    open_ms: int
    close_ms: int
    auction: ClosingAuction | None
    why_not_today: str
    """Why today has no session to wait for; empty when it has."""

    @property
    def ready_ms(self) -> int:
        """When the day begins."""
        return self.open_ms - _LEAD_MS

    def phase(self, now_ms: int) -> str:
        """pre_open, open, closing_auction or closed; before the day itself it is closed."""
        if now_ms < self.open_ms:
            return "pre_open" if date_of(now_ms) == self.on else "closed"
        if self.auction is not None and self.auction.start_ms <= now_ms < self.auction.end_ms:
            return "closing_auction"
        return "open" if now_ms < self.close_ms else "closed"

    def opening_text(self, now_ms: int) -> str:
        """When it opens, and in how long."""
        if now_ms >= self.open_ms:
            return f"the session of {self.on} opened {(now_ms - self.open_ms) // MS_PER_MINUTE} min ago"
        minutes = (self.open_ms - now_ms) // MS_PER_MINUTE
        left = f"in {minutes // 60} h {minutes % 60} min" if minutes else "now"
        opens_at = f"{datetime_of(self.open_ms):%a %Y-%m-%d %H:%M} IST"
        return f"the next session opens on {opens_at} ({left})"


def waiting_text(session: NextSession, now_ms: int, *, has_keys: bool, ends_after_it: bool) -> str:
    """Why nothing is traded today and what is done instead, for the lines of the start; empty where it is."""
    if not session.why_not_today:
        return ""
    keys = "" if has_keys else "the keys of your app in .env and "
    then = "trades it and ends" if ends_after_it else "trades it"
    return (
        f"{session.why_not_today}; {session.opening_text(now_ms)}.\n"
        f"It waits until then and {then}; it needs {keys}a login of that morning (python main.py login). "
        "Ctrl-C ends it now"
    )


def next_session(calendar: Calendar, now_ms: int, book: Book) -> NextSession:
    """Today's session until it closed, and after that while the book has not ended its day; else the next.

    Raises UncoveredDateError where the calendar ends; the text tells what is still open.
    """
    today = date_of(now_ms)
    try:
        why_not = _why_not_today(calendar, today, now_ms, book)
        on = calendar.next_trading_day(today) if why_not else today
        session = calendar.session(on, Segment.NSE_EQ)
        auction = calendar.session(on, Segment.NSE_EQ, closing_auction_eligible=True)
    except UncoveredDateError as error:
        raise UncoveredDateError(f"{error}{_still_open(book)}") from error
    assert session is not None, "a trading day has a session"
    return NextSession(
        on=on,
        open_ms=session.open_ms,
        close_ms=session.close_ms,
        auction=auction.closing_auction if auction else None,
        why_not_today=why_not,
    )


def _why_not_today(calendar: Calendar, today: date, now_ms: int, book: Book) -> str:
    if not calendar.is_trading_day(today):
        return f"{today} is not a trading day ({calendar.holiday_name(today) or 'a weekend'})"
    is_ended = book.on == today and book.is_day_closed
    session = calendar.session(today, Segment.NSE_EQ)
    is_over = session is None or now_ms >= session.close_ms
    if is_ended or (is_over and book.on != today):
        return f"the session of {today} is over"
    return ""


def _still_open(book: Book) -> str:
    count = sum(1 for position in book.positions.values() if not position.is_flat)
    if not count:
        return ""
    return (
        f".\n  {count} positions are open by the journal: they keep their resting stops at the broker, and "
        "python main.py --panic-exit closes them without a calendar"
    )
