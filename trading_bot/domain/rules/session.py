"""One trading session of a segment: its windows in epoch milliseconds, made from wall-clock hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.rules.dated import Confidence
from trading_bot.domain.section import Section


class Window(NamedTuple):
    """A span of time; the start belongs to it, the end does not."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreOpen:
    """The call auction before the open."""

    order_entry: Window
    limit_only: Window | None
    """Second half in which market orders can no longer be entered or changed; None before September 2026."""
    random_close: Window
    """Order entry ends at a moment drawn inside this window."""
    matching: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingAuction:
    """The auction that ends the day of shares with derivatives, since 3 August 2026."""

    reference: Window
    """The reference price is computed: no order can be entered, changed or cancelled."""
    order_entry: Window
    limit_only: Window
    random_close: Window
    matching: Window

    @property
    def start_ms(self) -> int:
        """When continuous trading has stopped and stop orders are cancelled."""
        return self.reference.start_ms

    @property
    def end_ms(self) -> int:
        """When the last trade has been confirmed."""
        return self.matching.end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One day of one segment."""

    on: date
    segment: Segment
    name: str
    """"ordinary", or why this day has its own hours."""
    continuous: tuple[Window, ...]
    """When orders match continuously, in order; two windows on a day with a break."""
    closing_auction: ClosingAuction | None
    pre_open: PreOpen | None
    post_close: Window | None
    """Trading at the closing price; None where there is none or it is not recorded."""

    @property
    def open_ms(self) -> int:
        """Start of continuous trading."""
        return self.continuous[0].start_ms

    @property
    def close_ms(self) -> int:
        """End of continuous trading."""
        return self.continuous[-1].end_ms

    @property
    def end_ms(self) -> int:
        """When the last price of the day is made: the end of the closing auction, else the close."""
        return self.closing_auction.end_ms if self.closing_auction else self.close_ms


# --- the rows of sessions.toml ----------------------------------------------------------------------------


def _ordered(span: tuple[time, time]) -> tuple[time, time]:
    if span[0] >= span[1]:
        raise ValueError(f"the window ends at {span[1]:%H:%M}, not after its start at {span[0]:%H:%M}")
    return span


Hours = Annotated[tuple[time, time], AfterValidator(_ordered)]
"""Start and end on the clock in India."""


class PreOpenHours(Section):
    """Clock times of the call auction before the open."""

    order_entry: Hours
    limit_only: Hours | None = None
    random_close: Hours
    matching: Hours

    def on_day(self, on: date) -> PreOpen:
        """The same on one day."""
        return PreOpen(
            order_entry=_window(on, self.order_entry),
            limit_only=_window(on, self.limit_only) if self.limit_only else None,
            random_close=_window(on, self.random_close),
            matching=_window(on, self.matching),
        )


class ClosingAuctionHours(Section):
    """Clock times of the closing auction."""

    reference: Hours
    order_entry: Hours
    limit_only: Hours
    random_close: Hours
    matching: Hours

    def on_day(self, on: date) -> ClosingAuction:
        """The same on one day."""
        return ClosingAuction(
            reference=_window(on, self.reference),
            order_entry=_window(on, self.order_entry),
            limit_only=_window(on, self.limit_only),
            random_close=_window(on, self.random_close),
            matching=_window(on, self.matching),
        )


class HoursRow(Section):
    """Hours of some segments from one day to another."""

    segments: tuple[Segment, ...] = Field(min_length=1)
    valid_from: date
    valid_until: date | None = None
    continuous: tuple[Hours, ...] = Field(min_length=1)
    pre_open: PreOpenHours | None = None
    closing_auction: ClosingAuctionHours | None = None
    post_close: Hours | None = None
    source: str = Field(min_length=1)
    confidence: Confidence


class DayHours(NamedTuple):
    """The clock times of one day, whichever row they came from."""

    name: str
    continuous: Sequence[tuple[time, time]]
    pre_open: PreOpenHours | None
    closing_auction: ClosingAuctionHours | None
    post_close: tuple[time, time] | None

    def session(self, on: date, segment: Segment, *, closing_auction_eligible: bool) -> Session:
        """The session of a segment; an eligible share trades continuously only until its auction begins."""
        auction = (
            self.closing_auction.on_day(on)
            if self.closing_auction and closing_auction_eligible and segment.is_cash
            else None
        )
        windows = tuple(_window(on, hours) for hours in self.continuous)
        return Session(
            on=on,
            segment=segment,
            name=self.name,
            continuous=_until(windows, auction.start_ms) if auction else windows,
            closing_auction=auction,
            pre_open=self.pre_open.on_day(on) if self.pre_open else None,
            post_close=_window(on, self.post_close) if self.post_close else None,
        )


def _window(on: date, hours: tuple[time, time]) -> Window:
    return Window(ms_at(on, hours[0]), ms_at(on, hours[1]))


def _until(windows: tuple[Window, ...], end_ms: int) -> tuple[Window, ...]:
    return tuple(
        Window(window.start_ms, min(window.end_ms, end_ms)) for window in windows if window.start_ms < end_ms
    )
