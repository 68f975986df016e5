"""Where the simulator's market comes from: recorded ticks, candles, or a generator."""

from trading_bot.simulator.market.candles import CandleMarket
from trading_bot.simulator.market.day_plan import DayPlan, SessionPlan, plan_of, weekday_plan
from trading_bot.simulator.market.generated import DEFAULT_DAY, GeneratedMarket
from trading_bot.simulator.market.opening import open_market
from trading_bot.simulator.market.recorded import RecordedMarket

__all__ = [
    "DEFAULT_DAY",
    "CandleMarket",
    "DayPlan",
    "GeneratedMarket",
    "RecordedMarket",
    "SessionPlan",
    "open_market",
    "plan_of",
    "weekday_plan",
]
