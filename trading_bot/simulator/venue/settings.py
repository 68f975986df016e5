"""What of the pretend broker can be configured, open questions about the real one included."""

from datetime import time
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from trading_bot.domain.section import PERCENT, BasisPoints, ClockTime, Ratio, Section


class VenueSettings(Section):
    """The pretend broker: money, delays, margins, closing times; switches for what is not known."""

    opening_balance: Decimal = Field(default=Decimal(1_000_000), ge=0)
    """Cash of the pretend account in rupees."""

    api_delay_ms: int = Field(default=5, ge=0)
    """From a request's arrival until the broker's API looks at it."""
    risk_delay_ms: int = Field(default=5, ge=0)
    """From the API to the broker's risk check."""
    exchange_delay_ms: int = Field(default=15, ge=0)
    """From the risk check to the exchange."""
    delay_jitter: Annotated[Decimal, Field(ge=0, le=1), Ratio("0.01")] = Decimal("0.4")
    """Each delay is drawn evenly from its value times one minus to one plus this."""

    queue_share: Annotated[Decimal, Field(ge=0, le=1), Ratio("0.01")] = Decimal("0.5")
    """Part of the volume traded exactly at a resting order's price that reaches it."""
    unquoted_spread_ticks: int = Field(default=1, ge=0)
    """Ticks from the last price to the pretend quotes where the source has no depth at all."""

    slippage_bps: BasisPoints = Decimal(0)
    """Basis points that quotes are worse for our orders than the market shows; paper trading takes
    run.slippage_bps instead."""

    equity_intraday_margin: Annotated[Decimal, Field(gt=0, le=1), Ratio("0.01")] = Decimal("0.2")
    """Part of its value that an intraday position in shares blocks."""
    future_margin: Annotated[Decimal, Field(gt=0, le=1), Ratio("0.01")] = Decimal("0.15")
    """Part of its value that a future blocks."""
    option_writing_margin: Annotated[Decimal, Field(gt=0, le=1), Ratio("0.01")] = Decimal("0.15")
    """Part of strike times quantity that a short option blocks."""

    fixed_band: Annotated[Decimal, Field(gt=0, lt=1), Ratio("0.005", "0.5")] = Decimal("0.2")
    """Price band of shares without derivatives: part of the previous close, up and down."""
    dynamic_band: Annotated[Decimal, Field(gt=0, lt=1), Ratio("0.005", "0.5")] = Decimal("0.1")
    """Price band of shares with derivatives, and of futures; it flexes as the price nears it."""
    closing_band: Annotated[Decimal, Field(gt=0, lt=1), Ratio("0.005", "0.5")] = Decimal("0.03")
    """Price band in the closing auction, and for stock futures from the moment it begins."""

    amo_opens_at: ClockTime = time(5)
    """When after-market orders for the day's session begin to be taken; these five times come from an undated
    table, older than the closing auction."""
    amo_share_closes_at: ClockTime = time(8, 58)
    """When those in shares are no longer taken before the session."""
    amo_derivative_closes_at: ClockTime = time(9, 13)
    """When those in futures and options are no longer taken before the session."""
    amo_share_reopens_at: ClockTime = time(16, 5)
    """When those in shares for the next session begin to be taken, until midnight."""
    amo_derivative_reopens_at: ClockTime = time(15, 45)
    """When those in futures and options do; that table's 15:31 is inside the session of today."""

    auction_share_square_off_at: ClockTime = time(15, 10)
    """When the risk desk closes intraday positions in shares that have a closing auction."""
    share_square_off_at: ClockTime = time(15, 15)
    """When it closes those in other shares."""
    derivative_square_off_at: ClockTime = time(15, 25)
    """When it closes those in futures and options."""
    square_off_settle_ms: int = Field(default=1_000, gt=0)
    """From the desk's cancellations to its first exit orders."""
    square_off_retry_ms: int = Field(default=60_000, gt=0)
    """Between two tries of the desk to close what is left."""
    square_off_fee: Decimal = Field(default=Decimal(50), ge=0)
    """Rupees for each order that the risk desk executes, before GST."""
    goods_and_services_tax: Annotated[Decimal, Field(ge=0, le=Decimal("0.5")), Ratio("0.01")] = Decimal(
        "0.18"
    )
    """GST on that fee, as a fraction."""
    slices_max: int = Field(default=10, gt=0)
    """Children of one sliced order; older texts of the broker say 25."""
    option_protection_pct: Annotated[Decimal, Field(ge=Decimal("0.5"), le=25), Ratio(per_one=PERCENT)] = (
        Decimal(5)
    )
    """Automatic protection of options from 10 rupees, which the broker does not publish."""
    unprotected_market_orders_allowed: bool = False
    """Whether MARKET and SL-M pass with a market protection of 0."""
    intraday_option_buying_allowed: bool = False
    """Whether options may be bought with product I."""
    freeze_quantity_itself_allowed: bool = True
    """Whether an order of exactly the freeze quantity passes."""
    slices_inherit_tag: bool = True
    """Whether each child of a sliced order carries the order's tag."""
    off_tick_refused_at_once: bool = False
    """Whether a price off the tick is refused by the API instead of rejected afterwards."""
    day_end_cancellations_reported: bool = True
    """Whether orders left at the close get a `cancelled` row; else they stay as they were."""
