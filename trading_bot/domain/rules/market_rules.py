"""All dated rules of the market in one value."""

from dataclasses import dataclass

from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.rules.breakers import BreakerRow
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.contract_rules import ContractRules
from trading_bot.domain.rules.expiry import ExpiryRules


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRules:
    """When the market trades, what its contracts are and what trading costs, by date."""

    calendar: Calendar
    expiries: ExpiryRules
    contracts: ContractRules
    charges: ChargeSchedule
    breakers: tuple[BreakerRow, ...] = ()
    """Market-wide circuit breakers; before the first one none is on record."""
