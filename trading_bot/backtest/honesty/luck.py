"""What of a result luck explains: random markets, other orders of its trades, the number of tries."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trading_bot.backtest.honesty.permuted import Permutable
from trading_bot.backtest.result import BacktestResult
from trading_bot.backtest.variation import Change
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.research.arrays import Floats, is_flat
from trading_bot.research.daily import daily_equity
from trading_bot.research.deflated_sharpe import Trials, independent_trials, mean_correlation
from trading_bot.research.overfitting import Overfitting, overfitting
from trading_bot.research.permutation import best_of_p, p_value
from trading_bot.research.shuffling import ShuffledDrawdowns, shuffled_drawdowns

SHUFFLES = 1_000
ENOUGH_AS_GOOD = 10
"""So many permuted markets that do as well settle the matter; no more are drawn."""
_BLOCKS = (16, 12, 8, 6, 4)
_ROWS_A_BLOCK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Permutation:
    """How the strategy does where order means nothing. Sharpe ratios are of one day."""

    observed: float
    permuted: tuple[float, ...]
    trials: int
    """Everything that was tried."""

    @property
    def alone(self) -> float:
        """How often chance does as well as this one result."""
        return p_value(self.observed, self.permuted)

    @property
    def p(self) -> float:
        """How often chance does as well with the best of all trials, at most."""
        return best_of_p(self.observed, self.permuted, self.trials)

    @property
    def as_good(self) -> int:
        """Permuted markets on which it does at least as well."""
        return sum(figure >= self.observed for figure in self.permuted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Everything that is on record of these strategies on any of these shares, this backtest included."""

    trials: Trials
    kinds: Counter[str]
    """Which commands tried them."""
    unreadable: int
    """Lines of the record that may be more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The cross-validated choice among trials whose daily returns are known."""

    trials: int
    days: int
    overfitting: Overfitting
    correlation: float | None
    """How much their returns resemble each other: the mean of all pairs; None where none vary."""

    @property
    def independent(self) -> float | None:
        """How many independent trials they are worth, by that."""
        return None if self.correlation is None else independent_trials(self.trials, self.correlation)


def daily_returns(result: BacktestResult) -> Floats:
    """Returns of the days after all costs; none where the account was emptied."""
    returns = daily_equity(result.at_ms, result.equity / PAISE_PER_RUPEE).returns
    return np.empty(0) if returns is None else returns


def daily_sharpe(returns: Floats) -> float:
    """Mean over deviation of one day; 0 where nothing varies."""
    return 0.0 if returns.size < 2 or is_flat(returns) else float(returns.mean() / returns.std(ddof=1))  # noqa: PLR2004


def permutation(
    observed: float,
    market: Permutable,
    score: Callable[[Change], float],
    *,
    rounds: int,
    rng: np.random.Generator,
    advance: Callable[[str], None],
) -> tuple[float, ...]:
    """The strategy's Sharpe ratio of one day on each of so many permuted markets.

    Ends early once ten of them do as well: the matter is settled then (Besag and Clifford 1991), and
    `p_value` of those drawn so far is valid.
    """
    figures: list[float] = []
    as_good = 0
    for _ in range(rounds):
        figures.append(score(market.drawn(rng)))
        as_good += figures[-1] >= observed
        advance(f"{as_good} of {len(figures)} do as well")
        if as_good >= ENOUGH_AS_GOOD:
            break
    return tuple(figures)


def shuffling(result: BacktestResult, rng: np.random.Generator) -> ShuffledDrawdowns | None:
    """The drawdowns of the closed trades in other orders; None without any."""
    net = result.closed_trades().net
    return shuffled_drawdowns(net, float(result.cash), rng, SHUFFLES) if net.size else None


def choice(returns: Sequence[Floats]) -> Choice | str:
    """Cross-validate the choice among trials of the same days, or say why that cannot be."""
    if len(returns) < 2:  # noqa: PLR2004 - one is no choice
        return "the daily returns of the other trials are not on record for these days"
    table = np.column_stack(returns)
    blocks = next(_fitting(len(table)), None)
    if blocks is None:
        return f"too few days: {len(table)}, at least {_BLOCKS[-1] * _ROWS_A_BLOCK} are needed"
    return Choice(
        trials=len(returns),
        days=len(table),
        overfitting=overfitting(table, blocks),
        correlation=mean_correlation(table),
    )


def _fitting(days: int) -> Iterator[int]:
    return (blocks for blocks in _BLOCKS if days // blocks >= _ROWS_A_BLOCK)
