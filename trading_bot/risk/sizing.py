"""Position size: every cap is computed, the tightest wins, and the one that bound is named."""

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.values import dataclass
from trading_bot.risk.settings import SizingSettings


class SizeCap(StrEnum):
    """The rules that can bind."""

    RISK_PER_TRADE = "risk_per_trade"
    POSITION_FRACTION = "max_position_fraction"
    SYMBOL_ALLOWANCE = "capital_per_symbol"
    LEVERAGE = "max_leverage"
    AVAILABLE_FUNDS = "available_funds"
    OPEN_RISK = "max_open_risk"
    FIXED = "fixed_quantity"
    OVERLAYS = "overlays"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingQuestion:
    """What a size depends on. Prices in paise, money in rupees."""

    instrument: Instrument
    entry_price: int
    stop_distance: int
    """Paise between entry and stop."""
    symbol_exposure: Decimal
    """Value already held or wanted in this symbol."""
    total_exposure: Decimal
    """Value held or wanted in all symbols, in-doubt orders at their worst."""
    open_risk_room: Decimal
    """Rupees that stops may still lose together before `max_open_risk`."""
    available_funds: Decimal
    margin_rate: Decimal
    """Margin that the broker asks, as a fraction of the order's value."""
    leverage_factor: float = 1.0
    """What overlays leave of max_leverage."""
    units_at_most: Decimal | None = None
    """Units that overlays leave; None where they do not speak."""


@dataclass(frozen=True, slots=True)
class Size:
    """Whole lots in units, and the cap that bound; quantity 0 when not even one lot fits."""

    quantity: int
    bound_by: SizeCap


def size_of(question: SizingQuestion, settings: SizingSettings) -> Size:
    """Return the largest whole-lot quantity within every cap."""
    caps = _caps_in_units(question, settings)
    bound_by = min(caps, key=lambda cap: caps[cap])
    return Size(question.instrument.whole_lots(int(max(Decimal(0), caps[bound_by]))), bound_by)


def _caps_in_units(question: SizingQuestion, settings: SizingSettings) -> dict[SizeCap, Decimal]:
    price = Decimal(question.entry_price) / PAISE_PER_RUPEE
    stop_distance = Decimal(question.stop_distance) / PAISE_PER_RUPEE
    capital = settings.base_capital
    leverage = exact(settings.max_leverage) * exact(min(1.0, question.leverage_factor))
    caps = {
        SizeCap.RISK_PER_TRADE: capital * exact(settings.max_risk_per_trade) / stop_distance,
        SizeCap.POSITION_FRACTION: capital * exact(settings.max_position_fraction) / price,
        SizeCap.SYMBOL_ALLOWANCE: (capital * exact(settings.capital_per_symbol) - question.symbol_exposure)
        / price,
        SizeCap.LEVERAGE: (capital * leverage - question.total_exposure) / price,
        SizeCap.AVAILABLE_FUNDS: question.available_funds / (price * question.margin_rate),
        SizeCap.OPEN_RISK: question.open_risk_room / stop_distance,
    }
    if settings.fixed_quantity:
        caps[SizeCap.FIXED] = Decimal(settings.fixed_quantity)
    if question.units_at_most is not None:
        caps[SizeCap.OVERLAYS] = question.units_at_most
    return caps


@lru_cache(maxsize=256)
def exact(ratio: float) -> Decimal:
    """Return a configured ratio as the decimal that the user wrote, not as its binary neighbour."""
    return Decimal(repr(ratio))
