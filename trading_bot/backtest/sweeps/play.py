"""Plays sets: compiled where that is sure to be the engine's result, by the engine where not."""

from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from trading_bot.backtest.sweeps.figures import COMPILED, Figures, figures_of_fills
from trading_bot.backtest.sweeps.interpreted import engine_fills
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Case, Plan
from trading_bot.backtest.sweeps.support import extremes_of, objection
from trading_bot.research.arrays import Ints

if TYPE_CHECKING:
    from trading_bot.backtest.sweeps.compiled import CompiledRun

_NO_COMPILER = "numba is not installed (extra `sweep`)"


class Player:
    """Plays plans on one market, which is looked at once."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._extremes = extremes_of(market)

    def figures(self, plan: Plan) -> list[Figures]:
        """What came of every set of a plan, in their order."""
        cases = list(plan.cases())
        found: list[Figures | str] = [self._objection(case) for case in cases]
        compiled = [place for place, objected in enumerate(found) if not objected]
        if compiled:
            played = self._compiled.figures([cases[place] for place in compiled])
            for place, figures in zip(compiled, played, strict=True):
                found[place] = figures
        return [
            self._by_engine(case, one) if isinstance(one, str) else one
            for case, one in zip(cases, found, strict=True)
        ]

    def fills(self, plan: Plan, number: int) -> list[Ints]:
        """Every fill of one set: rows of (candle, signed units, price in paise), by share."""
        (one,) = plan.parts(1)[number : number + 1]
        (case,) = one.cases()
        (figures,) = self.figures(one)
        return self._compiled.fills(case) if figures.path == COMPILED else engine_fills(case, self._market)

    def _objection(self, case: Case) -> str:
        if find_spec("numba") is None:
            return _NO_COMPILER
        return objection(case, self._extremes)

    def _by_engine(self, case: Case, why: str) -> Figures:
        fills = engine_fills(case, self._market)
        return figures_of_fills(fills, case.policy, self._market, why)

    @cached_property
    def _compiled(self) -> "CompiledRun":
        from trading_bot.backtest.sweeps.compiled import CompiledRun  # noqa: PLC0415  # brings numba

        return CompiledRun(self._market)
