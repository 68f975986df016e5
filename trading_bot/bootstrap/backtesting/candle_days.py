"""A backtest at candle fidelity, put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from trading_bot.adapters.history import PriceHistory, open_warm_up
from trading_bot.backtest.bar_day import Liquidity
from trading_bot.backtest.bar_run import BarDayData, BarRun
from trading_bot.backtest.folder_days import FolderDays, no_older_closes
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.backtest.traced_core import TakeTraces, TracedCore
from trading_bot.backtest.variation import Change, ChangedFolder, ChangedWarmUp, Variation
from trading_bot.bootstrap.day.day_closes import DaysFolder
from trading_bot.bootstrap.day.day_plans import close_days, day_plan
from trading_bot.bootstrap.day.outlooks import Outlooks
from trading_bot.bootstrap.engine_parts import EngineSections, core_for
from trading_bot.bootstrap.strategies import strategies_of_closed_candles
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.day import DayPlan
from trading_bot.engine.decisions.operation.day_charges import charges_of
from trading_bot.settings.tree import Settings
from trading_bot.simulator.venue.exchange.day_rules import contract_note_charges, session_plans
from trading_bot.simulator.venue.venue import Venue

_SECONDS_PER_MINUTE = MS_PER_MINUTE // MS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleDays:
    """Days of a folder's candles through the synchronous core."""

    settings: Settings
    rules: MarketRules
    folder: PriceHistory
    symbols: tuple[str, ...]
    days: tuple[date, ...]
    seed: int
    change: Change | None = None
    """Of the prices; None: as they are."""
    warm_up_sessions: int | None = None
    """Sessions of history that indicators are opened on; None: as many as the strategies want."""
    dearer: int = 1
    """So many times slippage and spread."""
    take_traces: TakeTraces | None = None
    """Told what strategies said of each candle; None: nobody asks."""

    def varied(self, variation: Variation) -> "CandleDays":
        """The same account from the beginning, on other days or under other conditions."""
        return replace(
            self,
            days=variation.days,
            change=variation.change,
            warm_up_sessions=variation.warm_up_sessions,
            dearer=variation.dearer,
        )

    def outcomes(self) -> Iterator[DayOutcome]:
        """Yield each day as it ends."""
        settings, listed = self.settings, dict[str, Instrument]()
        strategies = strategies_of_closed_candles(settings)
        sections = EngineSections(
            engine=settings.engine, risk=settings.risk, rate=settings.rate, supervisor=settings.supervisor
        )
        core = core_for((), strategies, sections, self.rules.charges)
        core.state.keeps_traces = False
        if self.take_traces is not None:
            core = TracedCore(core.state, self.take_traces)
        core.state.charges_so_far = lambda book: charges_of(book, self.rules.charges, listed)

        days_folder = DaysFolder.of(settings)
        outlooks = Outlooks.load(settings.risk.overlays, self.rules, self.folder.path)

        def plan_of(on: date, instruments: Sequence[Instrument], is_warming_up: bool) -> DayPlan:  # noqa: FBT001
            listed.update((instrument.key, instrument) for instrument in instruments)
            wanted, earlier = (strategies, self.warm_up_sessions) if is_warming_up else ((), None)
            plan = day_plan(self.rules.calendar, on, instruments, wanted, earlier=earlier)
            return plan.with_outlook(outlooks.of(on))

        def is_warm(key: str) -> bool:
            series = core.state.market.series.get(key)
            return series is not None and series.is_warm

        folder, warm_up, change = self.folder, open_warm_up(self.folder), self.change
        required_s = max((one.warm_up.required * one.timeframe_s for one in strategies), default=0)
        data = FolderDays(
            folder=folder if change is None else ChangedFolder(folder, change),
            warm_up=warm_up if change is None else ChangedWarmUp(warm_up, change),
            symbols=self.symbols,
            days=self.days,
            plan_of=plan_of,
            is_warm=is_warm,
            minutes_required=required_s // _SECONDS_PER_MINUTE,
            close_days=close_days(strategies),
            older_closes=no_older_closes if days_folder is None else days_folder.completed,
        )
        run = BarRun(
            core=core,
            new_venue=self._new_venue,
            liquidity=Liquidity(
                settings.backtest.spread_bps * self.dearer, settings.backtest.participation, self.dearer
            ),
            cash=settings.simulator.opening_balance,
            margin_rates=self._margin_rates,
        )
        yield from run.days(data)

    def _new_venue(self, day: BarDayData, cash: Decimal) -> Venue:
        settings, on = self.settings, day.plan.on
        changes = {"opening_balance": cash, "slippage_bps": settings.run.slippage_bps * self.dearer}
        venue_settings = settings.simulator.model_copy(update=changes)
        chance = Random(f"{self.seed} {on}")  # noqa: S311  # a simulation
        return Venue(
            on=on,
            instruments=day.plan.instruments,
            previous_closes=day.previous_closes,
            plans=session_plans(self.rules.calendar, on, venue_settings, chance),
            settings=venue_settings,
            random=chance,
            charges=contract_note_charges(self.rules.charges),
        )

    def _margin_rates(self, instruments: Sequence[Instrument]) -> dict[str, Decimal]:
        """Part of their value that the pretend broker blocks."""
        venue = self.settings.simulator
        return {
            one.key: venue.future_margin if one.segment.is_derivatives else venue.equity_intraday_margin
            for one in instruments
            if one.is_tradable
        }
