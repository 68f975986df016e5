"""The rules of risk as settings: sizes, limits, exits, entries and the hours in which they apply.

Ratios are fractions (0.01 is 1%), money is rupees, times are of the clock in India.
"""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_bot.domain.section import ClockTime, Ratio, Section
from trading_bot.risk.overlays.settings import OverlaySettings

_SESSION_OPEN = time(9, 15)
_SESSION_END = time(15, 30)


class SizingSettings(Section):
    """How large a position may be; the tightest rule decides and is named."""

    base_capital: Annotated[Decimal, Field(ge=1_000, le=10_000_000_000)] = Decimal(1_000_000)
    """Account size in rupees; every ratio refers to it."""
    max_risk_per_trade: Annotated[float, Field(gt=0, le=0.1), Ratio("0.0005", "0.05")] = 0.01
    """Loss at the stop, as a fraction of base_capital."""
    max_position_fraction: Annotated[float, Field(gt=0, le=1), Ratio("0.005", "0.999")] = 0.05
    """Value of one position, as a fraction of base_capital."""
    capital_per_symbol: Annotated[float, Field(gt=0, le=1), Ratio("0.005", "0.999")] = 0.2
    """Value of one symbol's positions, as a fraction of base_capital."""
    max_leverage: Annotated[float, Field(ge=1, le=5)] = 1.5
    """Value of all positions together, as a multiple of base_capital."""
    fixed_quantity: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    """Units of every entry, as far as the other rules allow them; 0: as many as these allow."""


class LimitSettings(Section):
    """What bounds a day; every count survives a restart, and no throttle holds up an exit."""

    max_concurrent_positions: Annotated[int, Field(ge=1, le=500)] = 3
    """Positions and pending entries that may exist at once."""
    max_trades_per_day: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Entries in all symbols together in a day."""
    max_trades_per_symbol_per_day: Annotated[int, Field(ge=1, le=1_000)] = 3
    """Entries in one symbol in a day."""
    symbol_spacing_s: Annotated[int, Field(ge=0, le=86_400)] = 30
    """Least seconds between two entries in one symbol."""
    max_entries_per_minute: Annotated[int, Field(ge=1, le=300)] = 10
    """Entry orders in any 60 seconds."""
    max_entries_per_hour: Annotated[int, Field(ge=1, le=5_000)] = 60
    """Entry orders in any 60 minutes."""
    max_daily_loss: Annotated[float, Field(gt=0, le=0.5), Ratio("0.001", "0.2")] = 0.02
    """Net loss of the day, open positions included, that halts it, as a fraction of base_capital."""
    warn_daily_loss: Annotated[float, Field(ge=0, le=0.5), Ratio("0.0005", "0.2")] = 0.01
    """Net loss of the day that a person is told of, once; 0, or not below max_daily_loss: only the halt."""
    flatten_on_daily_loss: bool = True
    """Whether reaching max_daily_loss also closes every position."""
    max_open_risk: Annotated[float, Field(gt=0, le=0.5), Ratio("0.001", "0.25")] = 0.03
    """Sum of the losses at all stops, as a fraction of base_capital."""
    max_consecutive_losses: Annotated[int, Field(ge=1, le=100)] = 3
    """Losing trades in a row that halt a symbol for the day."""
    warn_consecutive_losses: Annotated[int, Field(ge=2, le=1_000)] = 5
    """Losing trades in a row, in all symbols together, that a person is told of; twice as many again."""


class ExitPolicy(StrEnum):
    """How stop and target are placed."""

    ATR = "atr"
    FIXED = "fixed"


class StopStyle(StrEnum):
    """Where a stop is watched."""

    RESTING = "resting"
    ON_CLOSE = "on_close"


class ExitSettings(Section):
    """Where trades end, and how an exit is carried through."""

    stops: StopStyle = StopStyle.RESTING
    """resting: an order at the broker, always; on_close: compared with closes, in sweeps only."""
    on_opposite_signal: bool = False
    """Whether a signal against an open trade closes it."""

    policy: ExitPolicy = ExitPolicy.ATR
    """atr: multiples of the average true range at entry; fixed: fractions of the entry price."""
    atr_stop_multiple: Annotated[float, Field(ge=0.1, le=20)] = 2.0
    """Distance of the stop in average true ranges, policy atr."""
    atr_target_multiple: Annotated[float, Field(ge=0, le=50)] = 4.0
    """Distance of the target in average true ranges, policy atr; 0: no target."""
    atr_trail_multiple: Annotated[float, Field(ge=0, le=20)] = 1.5
    """Distance of the trailing stop in average true ranges, policy atr; 0 switches trailing off."""
    fixed_stop: Annotated[float, Field(ge=0.001, le=0.2), Ratio("0.002", "0.1")] = 0.02
    """Distance of the stop as a fraction of the entry price, policy fixed."""
    fixed_target: Annotated[float, Field(ge=0.001, le=0.5), Ratio("0.002", "0.25")] = 0.04
    """Distance of the target as a fraction of the entry price, policy fixed."""
    fixed_trail: Annotated[float, Field(ge=0, le=0.2), Ratio("0.001", "0.1")] = 0.0
    """Distance of the trailing stop as a fraction of the entry price, policy fixed; 0: no trailing."""
    trail_step: Annotated[float, Field(ge=0, le=1), Ratio("0.005", "0.9")] = 0.1
    """Least improvement of a trailing stop, as a fraction of its distance."""
    trail_interval_s: Annotated[int, Field(ge=1, le=3_600)] = 15
    """Least seconds between two improvements of a trailing stop."""
    stop_limit_offset: Annotated[float, Field(ge=0.001, le=0.1), Ratio("0.002", "0.05")] = 0.01
    """How far the limit of a protective stop lies past its trigger, as a fraction of the trigger."""
    exit_buffer: Annotated[float, Field(ge=0.0001, le=0.05), Ratio("0.0002", "0.02")] = 0.001
    """How far the first price of an exit reaches past the last price, as a fraction of it."""
    exit_step_timeout_s: Annotated[int, Field(ge=1, le=120)] = 5
    """Seconds that an exit waits for its fill before it is re-priced."""
    exit_buffer_growth: Annotated[float, Field(ge=1, le=10)] = 2.0
    """Factor by which each re-pricing enlarges the buffer."""
    max_exit_steps: Annotated[int, Field(ge=1, le=20)] = 5
    """Re-pricings before the exit goes out at the widest price and a person is told."""
    max_stop_cancels: Annotated[int, Field(ge=0, le=10)] = 2
    """Stops cancelled by somebody else that are placed again; after one more a person is asked."""
    max_stop_failures: Annotated[int, Field(ge=1, le=10)] = 2
    """Rejected or vanished stops after which the trade is closed."""


class Directions(StrEnum):
    """Which signals are traded."""

    BOTH = "both"
    LONG = "long"
    SHORT = "short"


class EntrySettings(Section):
    """How entries are priced and how long they may wait."""

    directions: Directions = Directions.BOTH
    """both, long or short: entries on the other side are denied, of whatever strategy; their signals are
    raised, recorded, and close trades where on_opposite_signal says so. confluence.directions raises none."""
    at_market: bool = False
    """Whether entries are market orders, with the broker's protection, instead of limits."""

    limit_buffer: Annotated[float, Field(ge=0, le=0.02), Ratio("0.00005", "0.01")] = 0.0005
    """How far an entry limit reaches past the last price, as a fraction of it: marketable, but bounded."""
    entry_timeout_s: Annotated[int, Field(ge=1, le=3_600)] = 20
    """Seconds after which the unfilled rest of an entry is cancelled."""
    max_data_age_s: Annotated[int, Field(ge=1, le=600)] = 30
    """Seconds since an instrument's last message beyond which it is not entered."""


class WindowSettings(Section):
    """When entries may be made and when everything must be flat."""

    square_off: bool = True
    """Whether everything is flat at the end of the day; no: held for days, in sweeps only."""

    min_entry_after_open_minutes: Annotated[int, Field(ge=0, le=375)] = 0
    """Minutes after the open of continuous trading before the first entry."""
    no_new_entry_after: ClockTime | None = None
    """No entry of any kind after this time; the earlier of this and the last entry below holds."""
    auction_shares_last_entry: ClockTime = time(14, 45)
    """Last entry in shares of the closing auction (those with derivatives; they stop trading at 15:15)."""
    auction_shares_flat_by: ClockTime = time(15, 5)
    """When shares of the closing auction must be flat."""
    other_shares_last_entry: ClockTime = time(14, 45)
    """Last entry in all other shares."""
    other_shares_flat_by: ClockTime = time(15, 10)
    """When all other shares must be flat."""
    derivatives_last_entry: ClockTime = time(15, 0)
    """Last entry in futures and options."""
    derivatives_flat_by: ClockTime = time(15, 20)
    """When futures and options must be flat."""
    flat_lead_minutes: Annotated[int, Field(ge=1, le=120)] = 10
    """On a shorter session: minutes before its end to be flat."""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        pairs = (
            ("auction_shares", self.auction_shares_last_entry, self.auction_shares_flat_by),
            ("other_shares", self.other_shares_last_entry, self.other_shares_flat_by),
            ("derivatives", self.derivatives_last_entry, self.derivatives_flat_by),
        )
        for name, last_entry, flat_by in pairs:
            if not _SESSION_OPEN <= last_entry < flat_by <= _SESSION_END:
                raise ValueError(
                    f"{name}_last_entry ({last_entry:%H:%M}) must come before {name}_flat_by "
                    f"({flat_by:%H:%M}), both between {_SESSION_OPEN:%H:%M} and {_SESSION_END:%H:%M}"
                )
        return self


class RiskSettings(Section):
    """All rules of risk together."""

    sizing: SizingSettings = SizingSettings()
    limits: LimitSettings = LimitSettings()
    exits: ExitSettings = ExitSettings()
    entries: EntrySettings = EntrySettings()
    windows: WindowSettings = WindowSettings()
    overlays: OverlaySettings = OverlaySettings()
