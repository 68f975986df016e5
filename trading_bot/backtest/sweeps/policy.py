"""The policy of the next open, declared: what every set of a sweep is played by.

Whatever is ordered at a close trades whole at the next open, a stop is compared with closes, nothing is
squared off, and a fee is a fraction of each fill's value. Long only, always so many units.
"""

from dataclasses import dataclass
from decimal import Decimal

from trading_bot.risk.settings import RiskSettings

CASH = Decimal(100_000_000)
FEE = Decimal("0.0003")
QUANTITY = 100


def declared_risk(cash: Decimal = CASH, quantity: int = QUANTITY) -> RiskSettings:
    """Rules of risk under which the strategy and its stop alone decide, if the account is large enough.

    Raises pydantic's ValidationError for a quantity or an account that the rules cannot hold.
    """
    return RiskSettings.model_validate(
        {
            "sizing": {
                "base_capital": cash,
                "max_risk_per_trade": 0.1,
                "max_position_fraction": 1,
                "capital_per_symbol": 1,
                "max_leverage": 5,
                "fixed_quantity": quantity,
            },
            "limits": {
                "max_concurrent_positions": 500,
                "max_trades_per_day": 10_000,
                "max_trades_per_symbol_per_day": 1_000,
                "symbol_spacing_s": 0,
                "max_entries_per_minute": 300,
                "max_entries_per_hour": 5_000,
                "max_daily_loss": 0.5,
                "max_open_risk": 0.5,
                "max_consecutive_losses": 100,
            },
            "exits": {
                "stops": "on_close",
                "on_opposite_signal": True,
                "atr_stop_multiple": 3,
                "atr_target_multiple": 0,
                "atr_trail_multiple": 0,
            },
            "entries": {"directions": "long", "at_market": True},
            "windows": {"square_off": False},
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What holds for every set."""

    risk: RiskSettings
    cash: Decimal = CASH
    """Rupees at the beginning."""
    fee: Decimal = FEE
    """Of each fill, as a fraction of its value."""

    @property
    def quantity(self) -> int:
        """Units of every entry."""
        return self.risk.sizing.fixed_quantity


def declared_policy(cash: Decimal = CASH, fee: Decimal = FEE, quantity: int = QUANTITY) -> Policy:
    """The policy that results are compared under."""
    return Policy(risk=declared_risk(cash, quantity), cash=cash, fee=fee)
