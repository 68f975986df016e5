"""What a backtest assumes of a market that it only knows by its candles."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from trading_bot.domain.section import BasisPoints, Ratio, Section


class BacktestSettings(Section):
    """Liquidity at candle fidelity; delays and slippage are those of the simulator and of the run."""

    spread_bps: BasisPoints = Decimal(5)
    """Basis points between bid and offer; each lies at least a tick from the candle's price."""
    participation: Annotated[Decimal, Field(gt=0, le=1), Ratio("0.005")] = Decimal("0.1")
    """Part of a candle's volume that can be bought in it, and as much sold, in whole lots."""
