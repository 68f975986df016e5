"""The checks of a backtest on itself: its days played again, and what was tried before."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from trading_bot.adapters.history import open_warm_up
from trading_bot.adapters.history.series_key import digest_of
from trading_bot.backtest.honesty.costs import costs_doubled
from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.honesty.look_ahead import LookAhead, chosen_moments, look_ahead
from trading_bot.backtest.honesty.luck import (
    Choice,
    Permutation,
    daily_returns,
    daily_sharpe,
    permutation,
    shuffling,
)
from trading_bot.backtest.honesty.permuted import MOST_CELLS, Permutable
from trading_bot.backtest.honesty.survivors import Survivors, survivors
from trading_bot.backtest.honesty.tried import Trial, record_trial, tried
from trading_bot.backtest.honesty.warm_up import WarmUpCheck, days_to_warm, lengths_of, warm_up_check
from trading_bot.backtest.result import BacktestResult, Collector
from trading_bot.backtest.sweeps.trials import asked_for
from trading_bot.backtest.variation import Change, Play, Variation
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.bootstrap.backtesting.tested import ProgressMaker, Tested
from trading_bot.bootstrap.day.day_plans import sessions_wanted
from trading_bot.bootstrap.fingerprints import Fingerprints
from trading_bot.bootstrap.promotions.record import conditions_met, run_document
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.report.day.charging import charger_of
from trading_bot.report.wording import plural
from trading_bot.research.ratios import TRADING_DAYS

_LEFT_OUT = "left out (--quick)"
_FOUND_UNDER = frozenset(
    {"fidelity", "seed", "stress", "opening_balance", "slippage_bps", "spread_bps", "participation", "venue"}
    | {"days_folder"}
)
"""What of a run, beside its settings, can bring another result."""
_OTHER_FIDELITY = "days are played again at candle fidelity only"


@dataclass(slots=True, kw_only=True)
class SelfCheck:
    """Plays a backtest's days again in every way that could embarrass it."""

    tested: Tested
    prints: Fingerprints
    progress: ProgressMaker
    data_digest: str
    why_not: dict[str, str] = field(default_factory=dict)
    """Why a criterion has no figure, by its name."""

    def findings(self, trials: Path, now_ms: int) -> Findings:
        """Look at everything, and record the backtest as a trial."""
        result, options = self.tested.result, self.tested.options
        returns = daily_returns(result)
        sharpe, run = daily_sharpe(returns), run_document(self.tested)
        trial = Trial(
            strategies=tuple(one.name for one in self.prints.strategies),
            settings=self._distinct(),
            policy={name: value for name, value in run.items() if name in _FOUND_UNDER},
            asked=asked_for(options.data, options.first, options.last),
            data=self.data_digest,
            folder=str(options.data),
            result=result,
            returns=returns,
            sharpe=sharpe * TRADING_DAYS**0.5 if sharpe else None,
        )
        count, choice = tried(trials, trial)
        record_trial(trials, trial, now_ms)
        if isinstance(choice, str):
            self.why_not["overfitting"] = choice
        days = self._days_again()
        shuffled = shuffling(result, np.random.default_rng(options.seed))
        if shuffled is None:
            self.why_not["shuffled drawdown"] = "no trade was closed"
        return Findings(
            returns=returns,
            trades=len(result.closed_trades()),
            problems=result.problems,
            tried=count,
            choice=choice if isinstance(choice, Choice) else None,
            look_ahead=None if days is None else self._look_ahead(days),
            warm_up=None if days is None else self._warm_up(days),
            permutation=None if days is None else self._permutation(days, sharpe, count.trials.count),
            costs=costs_doubled(result, None if days is None else self._dearer(days)),
            shuffled=shuffled,
            survivors=self._survivors(),
            conditions=conditions_met(run, self.prints.risk_changed),
            why_not=self.why_not,
        )

    def _distinct(self) -> dict[str, object]:
        """What makes this another try than those before: settings and code of strategies, rules of risk."""
        return {
            "strategies": {one.name: dict(one.changed) for one in self.prints.strategies},
            "code": [one.code_hash for one in self.prints.strategies],
            "risk": dict(self.prints.risk_changed),
        }

    def _days_again(self) -> CandleDays | None:
        """What plays the days again; None, with the reason for each check, where they are not."""
        days = self.tested.candle_days
        why = _LEFT_OUT if self.tested.options.checks.is_quick else "" if days else _OTHER_FIDELITY
        if not why:
            return days
        for name in ("look-ahead", "warm-up", "bar permutation", "costs doubled"):
            self.why_not[name] = why
        return None

    # --- played again -----------------------------------------------------------------------------------

    def _look_ahead(self, days: CandleDays) -> LookAhead | None:
        moments = chosen_moments(self.tested.moments, self.tested.options.checks.cuts)
        if not moments:
            self.why_not["look-ahead"] = "no signal was raised"
            return None
        with self.progress("look-ahead", len(moments)) as shown:
            found = look_ahead(_player(days), self.tested.days, moments, shown.advance)
        if found is None:
            self.why_not["look-ahead"] = "nothing was decided in the days around the cuts"
        return found

    def _warm_up(self, days: CandleDays) -> WarmUpCheck | None:
        usual = sessions_wanted(chosen_strategies(self.tested.settings))
        earlier = _earlier_sessions(self.tested)
        chosen = days_to_warm(
            self.tested.days, lambda day: earlier[day], usual, self.tested.options.checks.days
        )
        lengths = lengths_of(usual, earlier[chosen[0]])
        with self.progress("warm-up", len(lengths) * len(chosen)) as shown:
            found = warm_up_check(_player(days), chosen, usual, lengths, shown.advance)
        if found is None or found.change is None:
            self.why_not["warm-up"] = (
                "no signal was raised"
                if found and found.longest > usual
                else f"it takes more than {usual} sessions before {chosen[0]}, there are {earlier[chosen[0]]}"
            )
        return found

    def _permutation(self, days: CandleDays, observed: float, trials: int) -> Permutation | None:
        rounds = self.tested.options.checks.permutations
        market = _permutable(self.tested)
        objection = self._objection(market)
        if objection:
            self.why_not["bar permutation"] = objection
            return None

        def score(change: Change) -> float:
            return daily_sharpe(
                daily_returns(self._again(days, Variation(days=self.tested.days, change=change)))
            )

        rng = np.random.default_rng(self.tested.options.seed)
        with self.progress("permutation", rounds) as shown:
            figures = permutation(observed, market, score, rounds=rounds, rng=rng, advance=shown.advance)
        return Permutation(observed=observed, permuted=figures, trials=trials)

    def _objection(self, market: Permutable) -> str:
        """Why the market is not permuted; empty when it is."""
        if not self.tested.options.checks.permutations:
            return "no permutations asked for"
        if not self.tested.result.trades:
            return "nothing was traded"
        if market.cells > MOST_CELLS:
            return (
                f"{grouped(market.cells, 0)} candles are more than the {grouped(MOST_CELLS, 0)} that are "
                "held at once; narrow it with --symbols, --from and --to"
            )
        return "" if market.is_whole else "candles have prices outside their high and low"

    def _dearer(self, days: CandleDays) -> BacktestResult:
        with self.progress("costs doubled", 1) as shown:
            found = self._again(days, Variation(days=self.tested.days, dearer=2))
            shown.advance(plural(len(found.trades), "trade"))
        return found

    def _again(self, days: CandleDays, variation: Variation) -> BacktestResult:
        result = self.tested.result
        collector = Collector(result.cash, charger_of(self.tested.rules.charges))
        for outcome in days.varied(variation).outcomes():
            collector.add(outcome)
        return collector.result(data=result.data, fidelity=result.fidelity, symbols=result.symbols)

    # --- the data ---------------------------------------------------------------------------------------

    def _survivors(self) -> Survivors:
        folder, days = self.tested.folder, self.tested.days
        spans = {symbol: folder.days(symbol) for symbol in self.tested.symbols}
        return survivors(
            self.tested.universe,
            {symbol: (having[0], having[-1]) for symbol, having in spans.items() if having},
            days[0],
            days[-1],
        )


def data_digest(tested: Tested) -> str:
    """A hash of every candle that was played; warm-up before the first day is not in it."""
    found = sha256()
    for symbol in tested.symbols:
        candles = tested.folder.minute_candles(symbol, tested.days[0], tested.days[-1])
        found.update(f"{symbol} {digest_of(candles)};".encode())
    return found.hexdigest()


def _player(days: CandleDays) -> Play:
    return lambda variation: days.varied(variation).outcomes()


def _earlier_sessions(tested: Tested) -> dict[date, int]:
    """How many sessions of data lie before each day, of the share with the fewest that trades on it."""
    calendar, warm_up = tested.rules.calendar, open_warm_up(tested.folder)
    after = tested.days[-1] + timedelta(days=1)
    found: dict[date, int] = {}
    for symbol in tested.symbols:
        covered = [day for day in warm_up.days_before(symbol, after) if _is_session(calendar, day)]
        for place, day in enumerate(covered):
            found[day] = min(place, found.get(day, place))
    return {day: found.get(day, 0) for day in tested.days}


def _is_session(calendar: Calendar, day: date) -> bool:
    return calendar.first_covered <= day <= calendar.last_covered and calendar.is_trading_day(day)


def _permutable(tested: Tested) -> Permutable:
    """Everything that the days and their warm-up read."""
    usual = sessions_wanted(chosen_strategies(tested.settings))
    lead = tested.days[0] - timedelta(days=2 * usual + 30)
    last = tested.days[-1]
    read = {symbol: tested.folder.minute_candles(symbol, lead, last) for symbol in tested.symbols}
    series = {symbol: candles for symbol, candles in read.items() if candles.start_ms.size}
    return Permutable(
        series=series,
        ticks={symbol: tested.folder.instrument(symbol, last).tick_size for symbol in series},
        from_ms=midnight_ms(tested.days[0]),
    )
