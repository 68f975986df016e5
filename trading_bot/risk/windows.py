"""The hours of an instrument on one day: when it may be entered and when it must be flat."""

from collections.abc import Sequence
from datetime import date, time

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.domain.values import dataclass
from trading_bot.risk.settings import WindowSettings

_NEVER_MS = 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingHours:
    """One instrument's day in epoch milliseconds; intervals are half-open."""

    continuous: tuple[tuple[int, int], ...]
    """The continuous sessions, in order."""
    first_entry_ms: int
    last_entry_ms: int
    flat_by_ms: int

    def may_enter(self, at_ms: int) -> bool:
        """Whether an entry may be made now."""
        return self.first_entry_ms <= at_ms < self.last_entry_ms and self.is_open(at_ms)

    def is_open(self, at_ms: int) -> bool:
        """Whether continuous trading goes on."""
        return self.opened_ms(at_ms) is not None

    def opened_ms(self, at_ms: int) -> int | None:
        """When the continuous session that goes on began; None where none does."""
        for start_ms, end_ms in self.continuous:
            if start_ms <= at_ms < end_ms:
                return start_ms
        return None

    @property
    def open_ms(self) -> int:
        """Start of the first continuous session."""
        return self.continuous[0][0]

    @property
    def close_ms(self) -> int:
        """End of the last continuous session."""
        return self.continuous[-1][1]


def trading_hours(
    instrument: Instrument,
    on: date,
    continuous: Sequence[tuple[int, int]],
    settings: WindowSettings,
) -> TradingHours:
    """Return the hours on a day with the given continuous sessions (epoch ms).

    The configured clock times hold on an ordinary day; where the session ends earlier, or lies elsewhere in
    the day, it is flat `flat_lead_minutes` before the end, and entries stop as long before that as usual.
    `no_new_entry_after` applies on top, unless the whole session lies after it.
    """
    opens, closes = continuous[0][0], continuous[-1][1]
    if not settings.square_off:
        return TradingHours(
            continuous=tuple(continuous), first_entry_ms=opens, last_entry_ms=closes, flat_by_ms=_NEVER_MS
        )
    last_entry, flat_by = _clock_times(instrument, settings)
    flat_ms = ms_at(on, flat_by)
    entry_margin_ms = flat_ms - ms_at(on, last_entry)
    latest_flat_ms = closes - settings.flat_lead_minutes * MS_PER_MINUTE
    if not opens < flat_ms <= latest_flat_ms:
        flat_ms = latest_flat_ms
    last_entry_ms = flat_ms - entry_margin_ms
    if settings.no_new_entry_after is not None and ms_at(on, settings.no_new_entry_after) > opens:
        last_entry_ms = min(last_entry_ms, ms_at(on, settings.no_new_entry_after))
    return TradingHours(
        continuous=tuple(continuous),
        first_entry_ms=opens + settings.min_entry_after_open_minutes * MS_PER_MINUTE,
        last_entry_ms=last_entry_ms,
        flat_by_ms=flat_ms,
    )


def _clock_times(instrument: Instrument, settings: WindowSettings) -> tuple[time, time]:
    if instrument.segment.is_derivatives:
        return settings.derivatives_last_entry, settings.derivatives_flat_by
    if instrument.closing_auction_eligible:
        return settings.auction_shares_last_entry, settings.auction_shares_flat_by
    return settings.other_shares_last_entry, settings.other_shares_flat_by
