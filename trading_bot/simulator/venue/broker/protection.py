"""Market protection: a MARKET order is a limit order some percent beyond a reference price."""

from decimal import Decimal

from trading_bot.domain.instrument import Instrument, InstrumentKind, Rounding
from trading_bot.domain.order import Side
from trading_bot.simulator.venue.settings import VenueSettings

AUTOMATIC = Decimal(-1)
_HUNDRED = Decimal(100)
_SHARE_SLABS = ((5_000, Decimal(3)), (50_000, Decimal(2)), (1_000_000, Decimal(1)))
"""Below this price in paise, this percent; the broker's published slabs of shares and index futures."""
_SHARE_TOP_PCT = Decimal("0.5")
_OPTION_SLABS = ((500, Decimal(15)), (1_000, Decimal(10)))


def protection_pct(
    wanted_pct: Decimal, instrument: Instrument, reference: int, settings: VenueSettings
) -> Decimal:
    """Percent that holds for a request: its own, or the broker's slab for the automatic one."""
    if wanted_pct != AUTOMATIC:
        return wanted_pct
    is_option = instrument.kind is InstrumentKind.OPTION
    slabs, top_pct = (
        (_OPTION_SLABS, settings.option_protection_pct) if is_option else (_SHARE_SLABS, _SHARE_TOP_PCT)
    )
    return next((pct for below, pct in slabs if reference < below), top_pct)


def protected_limit(
    side: Side, instrument: Instrument, reference: int, pct: Decimal, band: tuple[int, int]
) -> int:
    """Limit price in paise of a protected order: on the tick, inside the band; pct 0 means up to the band."""
    low, high = band
    if not pct:
        return high if side is Side.BUY else low
    exact = reference * (1 + side.sign * pct / _HUNDRED)
    rounding = Rounding.UP if side is Side.BUY else Rounding.DOWN
    return max(low, min(high, instrument.round_price(exact, rounding)))
