"""Days to play shadows on: a folder of the user's, or what the daemon recorded beside its journal."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Protocol

from trading_bot.adapters.history import HistoryKind, PriceHistory
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.backtest.shadows.day import Traces
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.bootstrap.backtesting.tick_days import TickDays, sections_of, virtual_outcome
from trading_bot.bootstrap.day.day_closes import DaysFolder
from trading_bot.bootstrap.engine_parts import Records
from trading_bot.bootstrap.replaying.virtual_day import VirtualDay
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.ports import Notifier
from trading_bot.report.wording import clock_time
from trading_bot.settings.tree import Settings
from trading_bot.simulator.in_process.recorded_inputs import RecordedFeed, RecordedHistory, RecordedInputs

_DIGITS = 16


class Stage(Protocol):
    """One day that can be played again and again, each time from an untouched account."""

    @property
    def on(self) -> date:
        """The day."""
        ...

    @property
    def description(self) -> str:
        """What was recorded, in words."""
        ...

    @property
    def digest(self) -> str:
        """Changes with whatever the day is made of."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What keeps it from being a fair copy of the day."""
        ...

    def play(self, settings: Settings, traces: Traces) -> DayOutcome:
        """Play the day. Raises UserFacingError for data or settings that do not go together."""
        ...


@dataclass(frozen=True, kw_only=True)
class FolderStage:
    """A day of a folder of candles or ticks; indicators are opened on the days before, as each morning."""

    on: date
    folder: PriceHistory
    rules: MarketRules
    symbols: tuple[str, ...]
    seed: int
    what: str
    """What the folder is, in words."""
    notes: tuple[str, ...] = ()
    """What keeps it from being a fair copy of the day; what candles do not show is said of every backtest."""

    @property
    def description(self) -> str:
        """What was recorded, in words."""
        kind = "ticks" if self.folder.kind is HistoryKind.TICKS else "1-minute candles"
        return f"{kind} of {self.what}"

    @property
    def digest(self) -> str:
        """Of the day's own candles; the days before it are taken to be the same while it is."""
        found = sha256(f"{self.folder.kind} {self.seed}".encode())
        for symbol in self.symbols:
            found.update(f"{symbol};".encode())
            for column in self.folder.minute_candles(symbol, self.on, self.on):
                found.update(column.tobytes())
        return found.hexdigest()[:_DIGITS]

    def play(self, settings: Settings, traces: Traces) -> DayOutcome:
        """Play the day at the fidelity of its data."""
        kind = CandleDays if self.folder.kind is HistoryKind.CANDLES else TickDays
        days = kind(
            settings=settings,
            rules=self.rules,
            folder=self.folder,
            symbols=self.symbols,
            days=(self.on,),
            seed=self.seed,
            take_traces=traces.take,
        )
        return next(days.outcomes())


@dataclass(frozen=True, kw_only=True)
class RecordedStage:
    """A day of the daemon's own recorded inputs, tick by tick."""

    on: date
    recorded: RecordedInputs
    rules: MarketRules
    seed: int

    @property
    def description(self) -> str:
        """What was recorded, in words."""
        return self.recorded.description

    @property
    def digest(self) -> str:
        """A recording only grows."""
        text = f"{self.on} {self.recorded.bytes_recorded} {self.seed}"
        return sha256(text.encode()).hexdigest()[:_DIGITS]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not recorded."""
        recorded, (open_ms, close_ms) = self.recorded, self.recorded.hours_ms
        notes = []
        if recorded.processes > 1:
            notes.append(f"{recorded.processes} processes recorded the day: what came between is missing")
        if recorded.opened_at_ms > open_ms:
            notes.append(f"the recording begins at {clock_time(recorded.opened_at_ms)}, after the open")
        if recorded.ended_at_ms < close_ms:
            notes.append(f"the recording ends at {clock_time(recorded.ended_at_ms)}, before the close")
        return tuple(notes)

    def play(self, settings: Settings, traces: Traces) -> DayOutcome:
        """Play the day in virtual time, from the moment at which the daemon began."""
        venue = settings.simulator.model_copy(update={"slippage_bps": settings.run.slippage_bps})

        def day(records: Records, notifier: Notifier) -> VirtualDay:
            return VirtualDay(
                source=self.recorded,
                rules=self.rules,
                strategies=chosen_strategies(settings),
                sections=sections_of(settings),
                records=records,
                venue_settings=venue,
                seed=self.seed,
                start_ms=self.recorded.opened_at_ms,
                notifier=notifier,
                feed=lambda venue, clock: RecordedFeed(self.recorded, venue, clock),
                history=lambda clock: RecordedHistory(self.recorded, clock.now_ms),
                days=DaysFolder.of(settings),
            )

        return virtual_outcome(day, traces.take)
