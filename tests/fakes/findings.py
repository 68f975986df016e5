"""What a backtest found out about itself, by hand."""

from collections import Counter
from datetime import time
from decimal import Decimal

import numpy as np

from tests.fakes.backtest_results import DAYS
from trading_bot.backtest.honesty.costs import CostsDoubled
from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.honesty.look_ahead import Cut, LookAhead
from trading_bot.backtest.honesty.luck import Choice, Permutation, Tried
from trading_bot.backtest.honesty.survivors import Survivors
from trading_bot.backtest.honesty.warm_up import WarmUpCheck, WarmUpRun
from trading_bot.domain.ist import ms_at
from trading_bot.domain.rules.provenance import Universe
from trading_bot.research.deflated_sharpe import Trials
from trading_bot.research.overfitting import overfitting
from trading_bot.research.shuffling import ShuffledDrawdowns

RETURNS = np.tile([0.012, -0.008], 252)
"""Two years with an annual Sharpe ratio of 3.2."""
SKIPPED = dict.fromkeys(("look-ahead", "warm-up", "bar permutation", "costs doubled"), "left out (--quick)")
FIRST_CHANGED = "2026-10-29 10:00 toy long TCS"
CUT = Cut(at_ms=ms_at(DAYS[0], time(10)), future="missing", decisions=7, moved="")


def a_finding(**changes) -> Findings:
    """Of a strategy that meets every criterion but that of doubled costs."""
    rng = np.random.default_rng(1)
    others = RETURNS[:, np.newaxis] + rng.normal(-0.004, 0.01, (504, 3))
    given = {
        "returns": RETURNS,
        "trades": 400,
        "problems": (),
        "tried": Tried(
            trials=Trials(count=4, variance=0.0001), kinds=Counter(sweep=3, backtest=1), unreadable=0
        ),
        "choice": Choice(
            trials=4,
            days=504,
            overfitting=overfitting(np.column_stack((RETURNS, others)), 4),
            correlation=0.5,
        ),
        "look_ahead": LookAhead(cuts=(CUT, CUT)),
        "warm_up": WarmUpCheck(
            days=DAYS,
            usual=5,
            longest=10,
            signals=20,
            runs=(
                WarmUpRun(sessions=2, signals=19, changed=1, share=0.05, first=FIRST_CHANGED),
                WarmUpRun(sessions=5, signals=20, changed=0, share=0.0, first=""),
            ),
        ),
        "permutation": Permutation(observed=0.2, permuted=tuple(rng.normal(0, 0.03, 99).tolist()), trials=4),
        "costs": CostsDoubled(
            cash=Decimal(100_000),
            charges_only=Decimal("812.50"),
            everything=Decimal("-120.25"),
            trades_again=7,
        ),
        "shuffled": ShuffledDrawdowns(observed=0.02, shuffled=np.linspace(0.01, 0.05, 101)),
        "survivors": Survivors(universe=Universe.COMPLETE, symbols=2, left={}, came={}, calendar_days=730),
        "conditions": (),
        "why_not": {},
    }
    return Findings(**given | changes)


def a_good_finding(**changes) -> Findings:
    """The same, with a profit after doubled costs."""
    costs = CostsDoubled(cash=Decimal(100_000), charges_only=Decimal(900), everything=Decimal(800))
    return a_finding(**{"costs": costs} | changes)


def a_skipped_finding() -> Findings:
    """With everything left out that plays days again."""
    costs = CostsDoubled(cash=Decimal(100_000), charges_only=Decimal(900), everything=None)
    return a_finding(look_ahead=None, warm_up=None, permutation=None, costs=costs, why_not=SKIPPED)
