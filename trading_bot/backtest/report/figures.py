"""Every figure of a backtest's report, reckoned once, so that its page, its files and the terminal agree."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

import numpy as np

from trading_bot.backtest.report.groups import TradeGroup, by_hour, by_reason, by_symbol, group_of
from trading_bot.backtest.report.holding import Holding, holding_of
from trading_bot.backtest.result import BacktestResult
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.domain.money import PAISE_PER_RUPEE, rupees
from trading_bot.research.arrays import Floats
from trading_bot.research.drawdown import Drawdown, underwater
from trading_bot.research.performance import CurveFigures, Performance, performance

_OPENS, _CLOSES = time(9, 15), time(15, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A result and everything that is said of it."""

    result: BacktestResult
    performance: Performance
    holding: Holding | None
    together: TradeGroup
    by_symbol: tuple[TradeGroup, ...]
    by_hour: tuple[TradeGroup, ...]
    by_reason: tuple[TradeGroup, ...]
    exposure: float
    """Share of the regular session's minutes, 09:15 to 15:30, in which something was held; 0 to 1."""

    @property
    def curve(self) -> CurveFigures:
        """What the equity curve says."""
        return self.performance.curve

    @property
    def final_equity(self) -> Decimal:
        """Rupees at the end."""
        return self.result.cash + self.result.net

    @property
    def underwater(self) -> Floats:
        """The fall below the highest equity so far at each of its points, as a fraction."""
        return underwater(self.result.equity)

    def fallen(self, fall: Drawdown) -> Decimal:
        """What a fall cost in rupees."""
        top, bottom = np.searchsorted(self.result.at_ms, [fall.started_ms, fall.bottom_ms])
        return rupees(int(self.result.equity[top] - self.result.equity[bottom]))


def figures_of(result: BacktestResult) -> Figures:
    """Return the figures of a result of at least one day. Raises ValueError when it has none, or no cash."""
    closed = result.closed_trades()
    return Figures(
        result=result,
        performance=performance(result.at_ms, result.equity / PAISE_PER_RUPEE, closed),
        holding=holding_of(result),
        together=group_of("all", result, result.trades),
        by_symbol=by_symbol(result),
        by_hour=by_hour(result),
        by_reason=by_reason(result),
        exposure=_exposure(result),
    )


def _exposure(result: BacktestResult) -> float:
    """Each minute counts in which a trade was held for longer than a moment, once however many were."""
    records = [trade.result.record for trade in result.trades]
    held = [(one.entered_at_ms, one.exited_at_ms or int(result.at_ms[-1])) for one in records]
    spans = np.array([span for span in held if span[0] is not None], dtype=np.int64).reshape(-1, 2)
    begins = np.concatenate(
        [np.arange(ms_at(day, _OPENS), ms_at(day, _CLOSES), MS_PER_MINUTE) for day in result.days]
    )
    begun = np.searchsorted(np.sort(spans[:, 0]), begins + MS_PER_MINUTE, side="left")
    over = np.searchsorted(np.sort(spans[:, 1]), begins, side="right")
    return float(np.mean(begun > over))
