"""What a backtest assumes of a market that it only knows by its candles."""

from decimal import Decimal

from pydantic import Field

from trading_bot.domain.section import Section


class BacktestSettings(Section):
    """Liquidity at candle fidelity; delays and slippage are those of the simulator and of the run."""

    spread_bps: Decimal = Field(default=Decimal(5), ge=0, le=500)
    """Basis points between bid and offer; each lies at least a tick from the candle's price."""
    participation: Decimal = Field(default=Decimal("0.1"), gt=0, le=1)
    """Part of a candle's volume that can be had at each price inside it."""
