"""One day of a shadow beside its baseline, and beside what really happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from trading_bot.backtest.outcome import DayOutcome
from trading_bot.backtest.parity.played import PlayedDay
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.signal import Answer
from trading_bot.domain.trace import Trace
from trading_bot.report.day.charging import Charger
from trading_bot.report.day.facts import RunFacts
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.record import DayRecord
from trading_bot.report.day.result import DayResult, day_result


class Figures(NamedTuple):
    """What a day amounts to; rupees."""

    signals: int
    trades: int
    gross: Decimal
    charges: Decimal
    net: Decimal
    drawdown: Decimal
    """The largest fall of the day's net result from its highest point, at fills; not negative."""


class Change(NamedTuple):
    """One signal that is not the same with the shadow, or led to something else."""

    candle_start_ms: int
    symbol: str
    strategy: str
    direction: str
    what: str
    why: str


class Prints(NamedTuple):
    """What the two were, and on what they were played: where it differs a kept day is played anew."""

    baseline: str
    shadow: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDay:
    """A day that both have played."""

    on: date
    shadow_name: str
    prints: Prints
    source: str
    """What was recorded, in words."""
    symbols: tuple[str, ...]
    """What could be traded."""
    baseline: Figures
    shadow: Figures
    real: Figures | None = None
    """What really happened; None where no journal tells."""
    real_alike: int = 0
    """Signals of the real day that the baseline raised as well."""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    """What keeps the day from being a fair copy."""

    @property
    def difference(self) -> Decimal:
        """Rupees that the shadow made more."""
        return self.shadow.net - self.baseline.net


class TraceKey(NamedTuple):
    """What a trace is looked up by."""

    strategy: str
    instrument_key: str
    candle_start_ms: int


class Traces:
    """What strategies said of every candle of a day; explained only for those that somebody asks about."""

    def __init__(self) -> None:
        self._answers: dict[TraceKey, Answer] = {}

    def take(self, traces: Iterable[Trace]) -> None:
        """Keep some; of a candle that was evaluated twice the later one."""
        for trace in traces:
            said = trace.answer
            key = TraceKey(said.strategy, said.instrument_key, said.candle_start_ms)
            self._answers[key] = said

    def of(self, key: TraceKey) -> Answer | None:
        """What was said of a candle; None where it was not evaluated."""
        return self._answers.get(key)

    @property
    def instruments(self) -> frozenset[str]:
        """Keys of those of which any candle was evaluated."""
        return frozenset(key.instrument_key for key in self._answers)

    def __len__(self) -> int:
        return len(self._answers)


@dataclass(frozen=True, kw_only=True)
class PlayedSide:
    """A day as one of the two played it."""

    outcome: DayOutcome
    played: PlayedDay
    result: DayResult
    traces: Traces


def played_side(name: str, outcome: DayOutcome, traces: Traces, charger: Charger) -> PlayedSide:
    """A day that was played now."""
    instruments = {one.key: one for one in outcome.instruments}
    record = day_record(outcome.rows)
    result = result_of(record, instruments, charger, outcome.last_prices)
    return PlayedSide(
        outcome=outcome, played=PlayedDay(name=name, record=record), result=result, traces=traces
    )


def result_of(
    record: DayRecord,
    instruments: Mapping[str, Instrument],
    charger: Charger,
    last_prices: Mapping[str, int],
) -> DayResult:
    """The result of a day out of its journal, whoever wrote it: what is compared is reckoned alike."""
    facts = RunFacts(
        run_id=f"{record.on}",
        mode="shadow",
        data="",
        symbols=tuple(one.symbol for one in instruments.values()),
        started_at_ms=record.started_at_ms,
        ended_at_ms=record.ended_at_ms,
        ticks=0,
        candles=0,
        last_prices=last_prices,
    )
    return day_result(record, facts, instruments=instruments, candles={}, charger=charger)


def figures_of(result: DayResult) -> Figures:
    """The figures of a day."""
    return Figures(
        signals=len(result.record.signals),
        trades=len(result.trades),
        gross=result.gross,
        charges=result.costs.total,
        net=result.net,
        drawdown=result.max_drawdown,
    )
