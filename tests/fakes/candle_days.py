"""Days of candles by hand, played through the engine: one share, one signal, prices that the test decides."""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from tests.fakes.engine_driver import DAY, KEY, SESSION, SHARE, ScriptedStrategy
from tests.fakes.venue_day import market_rules
from trading_bot.backtest.bar_day import Liquidity
from trading_bot.backtest.bar_run import BarDayData, BarRun
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.engine.core import Core
from trading_bot.engine.day import DayPlan
from trading_bot.engine.decisions.operation.day_charges import charges_of
from trading_bot.engine.inputs import BarsClosed
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.report.day.charging import charger_of
from trading_bot.report.day.facts import RunFacts
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.result import DayResult, day_result
from trading_bot.risk.settings import RiskSettings
from trading_bot.simulator.venue.exchange.day_rules import contract_note_charges, session_plans
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

MINUTE_MS = 60_000
OPEN_MS = SESSION[0][0]
CASH = Decimal(1_000_000)
PLAN = DayPlan(
    on=DAY,
    instruments=(SHARE,),
    sessions={KEY: SESSION},
    warm_up=WarmUpPlan(first=DAY, last=DAY, sessions={KEY: {DAY: SESSION[0]}}),
)


@dataclass
class SignalsAt(ScriptedStrategy):
    """Signals at given minutes of the session."""

    signals: dict[int, Direction] = field(default_factory=dict)
    timeframe_s: int = 60

    def evaluator(self, instrument):
        scripted = self.scripted

        class Evaluator:
            warm_up = scripted.warm_up

            @staticmethod
            def evaluate(candle, quote):
                scripted.next_direction = self.signals.get((candle.start_ms - OPEN_MS) // MINUTE_MS)
                return scripted.evaluate(candle, quote)

        return Evaluator()


def bars_of(*prices, first_minute=30, volume=1_000_000):
    """One candle a minute of (open, high, low, close) in paise."""
    return tuple(
        BarsClosed(
            at_ms=(start_ms := OPEN_MS + (first_minute + number) * MINUTE_MS) + MINUTE_MS,
            timeframe_s=60,
            bars=((KEY, Candle(start_ms, *four, volume)),),
        )
        for number, four in enumerate(prices)
    )


def played(strategy, bars, *, risk=None, spread_bps=1, settings=None) -> tuple[DayOutcome, DayResult]:
    """Play a day of one share that is warm."""
    rules = market_rules()
    run = bar_run(strategy, rules, risk=risk, spread_bps=spread_bps, settings=settings)
    (outcome,) = run.days((day_data(bars),))
    return outcome, _result(outcome, rules)


def day_data(bars, plan=PLAN) -> BarDayData:
    """A day of one share that is warm."""
    first = bars[0].bars[0][1]
    return BarDayData(plan=plan, bars=bars, previous_closes={KEY: first.open}, warm_up={KEY: (first,)})


def bar_run(strategy, rules, *, risk=None, spread_bps=1, settings=None) -> BarRun:
    """Days of one share before their beginning."""
    venue_settings = settings or VenueSettings(delay_jitter=Decimal(0))
    core = Core(
        State(
            settings=EngineSettings(),
            risk=risk or RiskSettings(),
            strategies=(strategy,),
            charges_so_far=lambda book: charges_of(book, rules.charges, {KEY: SHARE}),
        )
    )

    def new_venue(day, cash):
        return Venue(
            on=day.plan.on,
            instruments=day.plan.instruments,
            previous_closes=day.previous_closes,
            plans=session_plans(rules.calendar, day.plan.on, venue_settings, Random(1)),
            settings=venue_settings.model_copy(update={"opening_balance": cash}),
            random=Random(2),
            charges=contract_note_charges(rules.charges),
        )

    return BarRun(
        core=core,
        new_venue=new_venue,
        liquidity=Liquidity(Decimal(spread_bps), Decimal("0.1")),
        cash=CASH,
        margin_rates=lambda _instruments: {KEY: Decimal("0.2")},
    )


def _result(outcome, rules):
    record = day_record(outcome.rows)
    facts = RunFacts(
        run_id="day",
        mode="backtest",
        data="",
        symbols=("RELIANCE",),
        started_at_ms=record.started_at_ms,
        ended_at_ms=outcome.ended_at_ms,
        ticks=0,
        candles=outcome.bars,
        last_prices=outcome.last_prices,
    )
    return day_result(record, facts, instruments={KEY: SHARE}, candles={}, charger=charger_of(rules.charges))
