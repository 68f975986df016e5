"""What all days of a shadow amount to, beside its baseline and beside what really happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from trading_bot.backtest.shadows.day import ComparedDay, Figures
from trading_bot.domain.money import ZERO, grouped
from trading_bot.research.arrays import Floats
from trading_bot.research.deflated_sharpe import Trials, deflated_sharpe, sharpe_sample
from trading_bot.research.paired import CONFIDENCE, PairedDifference, least_days, paired_difference
from trading_bot.research.ratios import TRADING_DAYS, sharpe

_SEED, _FEW = 1, 2


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One shadow over all its days."""

    name: str
    changed: Mapping[str, tuple[Any, Any]]
    """By setting: what the baseline has, and what the shadow has."""
    days: tuple[ComparedDay, ...]
    """Those that both played under the settings of now, by date."""
    left_out: tuple[date, ...] = ()
    """Days that were played under other settings."""
    looks: int = 1
    """Shadows that are compared at the same time: luck has as many chances."""
    cash: Decimal = ZERO
    """Rupees with which each day begins."""
    trials: Trials | None = None
    """Everything that was tried of these strategies on any of these shares; None where it is not counted."""

    @cached_property
    def difference(self) -> PairedDifference | None:
        """Shadow less baseline, rupees a day; None without days."""
        return paired_difference(
            [float(day.baseline.net) for day in self.days],
            [float(day.shadow.net) for day in self.days],
            np.random.default_rng(_SEED),
            self.confidence,
        )

    @property
    def confidence(self) -> float:
        """How sure it has to be: the more shadows there are, the surer."""
        return 1 - (1 - CONFIDENCE) / self.looks

    @property
    def returns(self) -> Floats:
        """The shadow's daily returns on the cash of a day's begin."""
        nets = np.array([float(day.shadow.net) for day in self.days])
        return nets / float(self.cash) if self.cash else np.empty(0)

    @property
    def sharpe(self) -> float | None:
        """The shadow's annual Sharpe ratio; None where nothing varies."""
        returns = self.returns
        return sharpe(returns) if returns.size else None

    @property
    def baseline(self) -> Figures:
        """The baseline's sum over the days."""
        return summed([day.baseline for day in self.days])

    @property
    def shadow(self) -> Figures:
        """The shadow's."""
        return summed([day.shadow for day in self.days])

    @property
    def real(self) -> Figures | None:
        """What really happened on those of the days that have a journal; None where none has."""
        known = [day.real for day in self.days if day.real is not None]
        return summed(known) if known else None

    @property
    def real_days(self) -> int:
        """Days with a journal."""
        return sum(day.real is not None for day in self.days)


def summed(figures: Sequence[Figures]) -> Figures:
    """Over days: sums, and of the drawdown the most that it can have been.

    A day is taken to fall from where it began: below the days before, if these have lost.
    """
    net = peak = deepest = ZERO
    for one in figures:
        deepest = max(deepest, peak - net + one.drawdown)
        net += one.net
        peak = max(peak, net)
        deepest = max(deepest, peak - net)
    return Figures(
        signals=sum(one.signals for one in figures),
        trades=sum(one.trades for one in figures),
        gross=sum((one.gross for one in figures), ZERO),
        charges=sum((one.charges for one in figures), ZERO),
        net=sum((one.net for one in figures), ZERO),
        drawdown=deepest,
    )


def verdict_of(compared: Compared) -> str:
    """Whether the days are enough to tell, in plain words."""
    found = compared.difference
    least = least_days(compared.confidence)
    if found is None:
        return "No day has been played yet."
    days = _days(found.days)
    if not found.moved:
        return f"Nothing can be told: on {days} the shadow came to the same result as the baseline."
    if found.moved < least:
        differ = "differs" if found.moved == 1 else "differ"
        return (
            f"Too early to tell: {found.moved} of {days} {differ}, and with fewer than {least} days that "
            "differ luck cannot be ruled out, whatever they say."
        )
    side = "better" if found.mean > 0 else "worse"
    if found.is_told:
        return (
            f"The shadow was {side}, by more than luck explains: a difference this large comes by luck "
            f"{_share(found.p)} of the time. The {days} are the past; a market that changes is not in them."
        )
    more = "" if found.needed is None else _needed(found)
    return (
        f"The {days} are not enough to tell: the shadow was {side}, and a difference this large comes by "
        f"luck {_share(found.p)} of the time.{more}"
    )


def tried_text(compared: Compared) -> str:
    """How much was tried, and what the shadow's own result is worth beside that; empty where not counted."""
    trials = compared.trials
    if trials is None:
        return ""
    count = "1 setting was" if trials.count == 1 else f"{trials.count} settings were"
    text = f"Counted as a trial: {count} tried of these strategies on any of these shares so far"
    returns = compared.returns
    sample = sharpe_sample(returns) if returns.size >= _FEW else None
    if sample is None:
        return f"{text}."
    luck, own = (ratio * TRADING_DAYS**0.5 for ratio in (trials.expected_maximum, sample.sharpe))
    sure = _share(deflated_sharpe(sample, trials))
    return (
        f"{text}. The best of them would show an annual Sharpe ratio of {luck:.2f} without any edge; the "
        f"shadow shows {own:.2f}, and is {sure} sure to have one (deflated Sharpe ratio)."
    )


def _needed(found: PairedDifference) -> str:
    assert found.needed is not None
    if found.needed <= found.days:
        return " If it is real it would usually show by now."
    return f" A true difference of this size would show after about {grouped(found.needed, 0)} days."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _share(share: float) -> str:
    if share < 0.001:  # noqa: PLR2004  # what percent without decimals cannot say
        return "less than 0.1%"
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"  # noqa: PLR2004  # as finely as it matters
