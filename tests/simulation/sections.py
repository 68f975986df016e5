"""The daemon's settings in a simulation: those of life, with limits that let it trade a lot."""

from decimal import Decimal

from tests.simulation.market import POSITION_FRACTION
from trading_bot.bootstrap.engine_parts import EngineSections
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.settings import LimitSettings, RiskSettings, SizingSettings


def sections_of(knobs):
    """Settings by the knobs of a schedule."""
    return EngineSections(
        engine=EngineSettings(),
        risk=RiskSettings(
            sizing=SizingSettings(
                base_capital=Decimal(knobs.capital), max_position_fraction=POSITION_FRACTION
            ),
            limits=LimitSettings(
                max_concurrent_positions=knobs.max_concurrent,
                max_trades_per_day=knobs.max_trades,
                max_trades_per_symbol_per_day=15,
                symbol_spacing_s=10,
                max_daily_loss=knobs.max_daily_loss,
                max_consecutive_losses=knobs.max_losses,
            ),
        ),
        rate=RateSettings(),
        supervisor=SupervisorSettings(),
    )
