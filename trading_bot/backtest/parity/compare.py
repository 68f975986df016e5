"""Two plays of one day in, every difference out, each with its cause."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from trading_bot.backtest.parity.differences import Cause, Difference
from trading_bot.backtest.parity.fills import leg_differences
from trading_bot.backtest.parity.plans import plan_differences
from trading_bot.backtest.parity.played import PlayedDay
from trading_bot.backtest.parity.quotes import Quotes
from trading_bot.backtest.parity.signals import (
    SymbolOf,
    alike,
    outcome_differences,
    signal_differences,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How two plays of a day differ."""

    one: PlayedDay
    other: PlayedDay
    differences: tuple[Difference, ...]
    """By time."""

    @property
    def causes(self) -> Mapping[Cause, int]:
        """How many differences have which cause."""
        return Counter(found.cause for found in self.differences)

    @property
    def is_explained(self) -> bool:
        """Whether the signals are identical and every other difference has a cause."""
        return all(found.cause.is_explained for found in self.differences)

    @property
    def signals_alike(self) -> int:
        """Signals that are the same on both sides."""
        return alike(self.one, self.other)


def compare(one: PlayedDay, other: PlayedDay, quotes: Quotes, symbol_of: SymbolOf) -> Comparison:
    """Compare signals, what became of them, plans, orders and fills."""
    both = [(one.trades[key], other.trades[key]) for key in one.trades if key in other.trades]
    signals = list(signal_differences(one, other))
    fills = [found for pair in both for found in leg_differences(one, other, *pair, quotes)]
    parted = sorted((*signals, *fills), key=_by_time)
    outcomes = list(outcome_differences(one, other, parted, symbol_of))
    parted = sorted((*parted, *outcomes), key=_by_time)
    plans = [found for pair in both for found in plan_differences(one, other, *pair, parted)]
    orphans = _orphans(one, other) + _orphans(other, one)
    return Comparison(
        one=one, other=other, differences=tuple(sorted((*parted, *plans, *orphans), key=_by_time))
    )


def _by_time(found: Difference) -> int:
    return found.at_ms


def _orphans(one: PlayedDay, other: PlayedDay) -> list[Difference]:
    """Trades without a signal, such as rescues, that only one side has."""
    return [
        Difference(
            at_ms=trade.trade.planned_at_ms,
            instrument_key=key.instrument_key,
            what="trade",
            cause=Cause.UNEXPLAINED,
            text=f"a trade without a signal, only {one.where}",
        )
        for key, trade in one.trades.items()
        if key not in one.signals and key not in other.trades
    ]
