"""What is left when trading costs twice as much."""

from dataclasses import dataclass
from decimal import Decimal

from trading_bot.backtest.result import BacktestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsDoubled:
    """Rupees after costs that are twice what they were."""

    cash: Decimal
    """At the beginning."""
    charges_only: Decimal
    """The same trades with every charge doubled: exact."""
    everything: Decimal | None
    """Played again with twice the slippage and spread, and its charges doubled; None when it was not."""
    trades_again: int | None = None
    """What it traded then: dearer fills may miss some, or find others."""

    @property
    def total_return(self) -> float | None:
        """With everything doubled, as a fraction of the cash."""
        return None if self.everything is None else float(self.everything / self.cash)


def costs_doubled(result: BacktestResult, dearer: BacktestResult | None) -> CostsDoubled:
    """From a result, and from that of the same days with dearer fills."""
    return CostsDoubled(
        cash=result.cash,
        charges_only=_less_charges(result),
        everything=None if dearer is None else _less_charges(dearer),
        trades_again=None if dearer is None else len(dearer.trades),
    )


def _less_charges(result: BacktestResult) -> Decimal:
    return result.net - sum(result.charges.values(), Decimal(0))
