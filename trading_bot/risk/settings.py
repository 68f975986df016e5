"""The rules of risk as settings: sizes, limits, exits, entries and the hours in which they apply.

Ratios are fractions (0.01 is 1%), money is rupees, times are of the clock in India.
"""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from trading_bot.domain.section import Section

Fraction = Annotated[float, Field(gt=0, le=1)]


class SizingSettings(Section):
    """How large a position may be; the tightest rule decides and is named."""

    base_capital: Annotated[
        Decimal, Field(gt=0, description="Account size in rupees that ratios refer to")
    ] = Decimal(1_000_000)
    max_risk_per_trade: Annotated[
        float, Field(gt=0, le=0.1, description="Loss at the stop as a fraction of base_capital")
    ] = 0.01
    max_position_fraction: Annotated[
        float, Field(gt=0, le=1, description="Value of one position as a fraction of base_capital")
    ] = 0.05
    capital_per_symbol: Annotated[
        float, Field(gt=0, le=5, description="Value of one symbol's positions as a fraction of base_capital")
    ] = 0.2
    max_leverage: Annotated[
        float, Field(ge=1, le=5, description="All positions together, as a multiple of base_capital")
    ] = 1.5


class LimitSettings(Section):
    """What bounds a day; every count survives a restart."""

    max_concurrent_positions: Annotated[int, Field(ge=1, le=500)] = 3
    max_trades_per_day: Annotated[int, Field(ge=1, le=10_000)] = 20
    max_trades_per_symbol_per_day: Annotated[int, Field(ge=1, le=1_000)] = 3
    symbol_spacing_s: Annotated[
        int, Field(ge=0, le=86_400, description="Seconds between two entries in one symbol")
    ] = 30
    max_entries_per_minute: Annotated[int, Field(ge=1, le=300)] = 10
    max_daily_loss: Annotated[
        float, Field(gt=0, le=0.5, description="Net loss of the day, open positions included, that halts it")
    ] = 0.02
    flatten_on_daily_loss: Annotated[
        bool, Field(description="Whether reaching max_daily_loss also closes every position")
    ] = True
    max_open_risk: Annotated[
        float, Field(gt=0, le=1, description="Sum of the losses at all stops as a fraction of base_capital")
    ] = 0.03
    max_consecutive_losses: Annotated[
        int, Field(ge=1, le=100, description="Losing trades in a row that halt a symbol for the day")
    ] = 3


class ExitPolicy(StrEnum):
    """How stop and target are placed."""

    ATR = "atr"
    FIXED = "fixed"


class ExitSettings(Section):
    """Where trades end, and how an exit is carried through."""

    policy: ExitPolicy = ExitPolicy.ATR
    atr_stop_multiple: Annotated[float, Field(ge=0.1, le=20)] = 2.0
    atr_target_multiple: Annotated[float, Field(ge=0.1, le=50)] = 4.0
    atr_trail_multiple: Annotated[
        float, Field(ge=0, le=20, description="Distance of the trailing stop; 0 switches trailing off")
    ] = 1.5
    fixed_stop: Annotated[float, Field(ge=0.001, le=0.2)] = 0.02
    fixed_target: Annotated[float, Field(ge=0.001, le=1)] = 0.04
    fixed_trail: Annotated[float, Field(ge=0, le=0.2)] = 0.0
    trail_step: Annotated[
        float, Field(ge=0, le=1, description="Least improvement of a trailing stop, in parts of its distance")
    ] = 0.1
    trail_interval_s: Annotated[int, Field(ge=1, le=3_600)] = 15
    stop_limit_offset: Annotated[
        float, Field(ge=0.001, le=0.1, description="Limit of a protective stop past its trigger")
    ] = 0.01
    exit_buffer: Annotated[
        float, Field(ge=0.0001, le=0.05, description="First price of an exit past the last price")
    ] = 0.001
    exit_step_timeout_s: Annotated[int, Field(ge=1, le=120)] = 5
    exit_buffer_growth: Annotated[float, Field(ge=1, le=10)] = 2.0
    max_exit_steps: Annotated[int, Field(ge=1, le=20)] = 5
    max_stop_failures: Annotated[
        int, Field(ge=1, le=10, description="Rejected or vanished stops after which the trade is closed")
    ] = 2


class EntrySettings(Section):
    """How entries are priced and how long they may wait."""

    limit_buffer: Annotated[
        float, Field(ge=0, le=0.02, description="Entry limit past the last price: marketable, but bounded")
    ] = 0.0005
    entry_timeout_s: Annotated[int, Field(ge=1, le=3_600)] = 20
    max_data_age_s: Annotated[
        int,
        Field(ge=1, le=600, description="Age of an instrument's last message beyond which it is not entered"),
    ] = 30


class WindowSettings(Section):
    """When entries may be made and when everything must be flat."""

    min_entry_after_open_minutes: Annotated[int, Field(ge=0, le=375)] = 0
    auction_shares_last_entry: time = time(14, 45)
    auction_shares_flat_by: time = time(15, 5)
    other_shares_last_entry: time = time(14, 45)
    other_shares_flat_by: time = time(15, 10)
    derivatives_last_entry: time = time(15, 0)
    derivatives_flat_by: time = time(15, 20)
    flat_lead_minutes: Annotated[
        int, Field(ge=1, le=120, description="On a shorter session: minutes before its end to be flat")
    ] = 10


class RiskSettings(Section):
    """All rules of risk together."""

    sizing: SizingSettings = SizingSettings()
    limits: LimitSettings = LimitSettings()
    exits: ExitSettings = ExitSettings()
    entries: EntrySettings = EntrySettings()
    windows: WindowSettings = WindowSettings()
