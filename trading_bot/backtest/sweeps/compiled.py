"""Sets of the crossing averages through the compiled form."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from trading_bot.backtest.sweeps import kernel
from trading_bot.backtest.sweeps.figures import Figures, Sums, figures_from
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Case
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.sweeps.support import doubt
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.research.arrays import Floats, Ints

if TYPE_CHECKING:
    from trading_bot.strategies.ema_cross import EmaCross


class CompiledRun:
    """One market made ready once, for any number of sets."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._shares = _shares_of(market)

    def figures(self, cases: Sequence[Case]) -> list[Figures | str]:
        """What came of each set, or why the engine has to say it.

        All have the same policy but for the distance of the stop.
        """
        policy, market = cases[0].policy, self._market
        results = kernel.Results(
            np.zeros((len(cases), len(market.instruments), len(kernel.Outcome._fields)), np.int64),
            np.zeros(len(cases)),
            np.zeros((len(cases), len(market.day_ends))),
        )
        kernel.play_sets(self._shares, _sets_of(cases), _rules_of(policy), market.day_ends, results)
        return [self._figures(policy, results, number) for number in range(len(cases))]

    def fills(self, case: Case) -> list[Ints]:
        """Every fill of a set: rows of (candle, signed units, price), by share."""
        return [self._share_fills(case, share) for share in self._market.shares]

    def _figures(self, policy: Policy, results: kernel.Results, number: int) -> Figures | str:
        outcomes = [kernel.Outcome(*row) for row in results.outcomes[number].tolist()]
        doubts = (doubt(one.fall, one.losing_streak, one.doubts, policy) for one in outcomes)
        objection = next(filter(None, doubts), "")
        if objection:
            return objection
        sums = Sums(
            sum(one.filled // 2 for one in outcomes),
            np.array([one.held for one in outcomes]),
            sum(one.flow for one in outcomes),
            sum(one.turnover for one in outcomes),
        )
        return figures_from(
            sums, policy, self._market, float(results.drawdowns[number]), results.daily[number]
        )

    def _share_fills(self, case: Case, place: int) -> Ints:
        numbers = kernel.Numbers(*(column[0].item() for column in _sets_of([case])))
        shares, rules = self._shares, _rules_of(case.policy)
        first, end = shares.firsts[place], shares.ends[place]
        share = kernel.Share(
            opens=shares.opens[first:end],
            closes=shares.closes[first:end],
            rupees=shares.rupees[first:end],
            true_ranges=shares.true_ranges[first:end],
            slots=shares.slots[first:end],
            tick=int(shares.ticks[place]),
        )
        curve = np.zeros(len(self._market.times))
        room = np.empty((end - first, 3), np.int64)
        outcome = kernel.play(share, numbers, rules, curve, room)
        return room[: outcome.filled]


def _shares_of(market: Market) -> kernel.Shares:
    bounds = np.array(market.bounds)
    _, opens, _, _, closes = market.table
    ranges = [_true_ranges(market, share) for share in market.shares]
    return kernel.Shares(
        opens=np.ascontiguousarray(opens),
        closes=np.ascontiguousarray(closes),
        rupees=closes / PAISE_PER_RUPEE,
        true_ranges=np.concatenate(ranges),
        slots=market.slots,
        ticks=np.array([one.tick_size for one in market.instruments]),
        firsts=bounds[:-1],
        ends=bounds[1:],
    )


def _true_ranges(market: Market, share: int) -> Floats:
    """In rupees, by the operations of the strategy."""
    _, _, *prices = market.candles(share)
    highs, lows, closes = (column / PAISE_PER_RUPEE for column in prices)
    before = np.concatenate((closes[:1], closes[:-1]))
    ranges = np.maximum(np.maximum(highs - lows, np.abs(highs - before)), np.abs(lows - before))
    ranges[0] = highs[0] - lows[0]
    return ranges


def _sets_of(cases: Sequence[Case]) -> kernel.Sets:
    settings = [cast("EmaCross", case.strategy).settings for case in cases]
    return kernel.Sets(
        fast_alphas=np.array([2.0 / (one.fast + 1) for one in settings]),
        slow_alphas=np.array([2.0 / (one.slow + 1) for one in settings]),
        atr_alphas=np.array([1.0 / one.atr for one in settings]),
        multiples=np.array([case.policy.risk.exits.atr_stop_multiple for case in cases], np.float64),
        ignored=np.array([one.ignored for one in settings], np.int64),
    )


def _rules_of(policy: Policy) -> kernel.Rules:
    return kernel.Rules(policy.quantity, float(policy.fee), float(policy.cash * PAISE_PER_RUPEE))
