"""One day played by a shadow and by its baseline, compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trading_bot.backtest.parity.played import PlayedDay
from trading_bot.backtest.parity.signals import alike
from trading_bot.backtest.shadows.changes import changes_of
from trading_bot.backtest.shadows.day import (
    ComparedDay,
    Figures,
    PlayedSide,
    Prints,
    Traces,
    figures_of,
    played_side,
    result_of,
)
from trading_bot.bootstrap.fingerprints import fingerprints, hash_of
from trading_bot.bootstrap.shadows.finding import RecordedDays
from trading_bot.bootstrap.shadows.stages import Stage
from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.report.day.charging import Charger
from trading_bot.report.day.record import DayRecord
from trading_bot.settings.shadows import BASELINE
from trading_bot.settings.tree import Settings

SHADOW = "shadow"
_NAMED = 6


@dataclass(slots=True, kw_only=True)
class DayPlayer:
    """Plays the days of a comparison; the baseline's once for all shadows."""

    settings: Settings
    days: RecordedDays
    charger: Charger
    _stage: Stage | None = None
    _baseline: PlayedSide | None = None
    _real: tuple[Figures | None, int, tuple[str, ...]] = (None, 0, ())
    _ours: str = field(init=False)

    def __post_init__(self) -> None:
        self._ours = settings_print(self.settings)

    def prints(self, stage: Stage, shadow: Settings) -> Prints:
        """What both are, and what the day is made of."""
        return Prints(self._ours, settings_print(shadow), stage.digest)

    def compared(self, stage: Stage, name: str, shadow: Settings) -> ComparedDay:
        """Play a day. Raises UserFacingError for data or settings that do not go together."""
        baseline = self._of_baseline(stage)
        other = self._played(stage, SHADOW, shadow)
        real, real_alike, notes = self._real
        return ComparedDay(
            on=stage.on,
            shadow_name=name,
            prints=self.prints(stage, shadow),
            source=stage.description,
            symbols=tuple(one.symbol for one in baseline.outcome.instruments if one.is_tradable),
            baseline=figures_of(baseline.result),
            shadow=figures_of(other.result),
            real=real,
            real_alike=real_alike,
            changes=changes_of(baseline, other),
            notes=(*stage.notes, *_idle(baseline), *_idle(other), *notes),
        )

    def _of_baseline(self, stage: Stage) -> PlayedSide:
        if self._baseline is None or self._stage is not stage:
            self._stage = stage
            self._baseline = self._played(stage, BASELINE, self.settings)
            self._real = self._really(stage, self._baseline)
        return self._baseline

    def _played(self, stage: Stage, name: str, settings: Settings) -> PlayedSide:
        traces = Traces()
        side = played_side(name, stage.play(settings, traces), traces, self.charger)
        if not len(traces):
            raise HistoryError(
                f"{stage.on}: nothing was evaluated for the {name}: no share has the history that its "
                "strategy needs before that day.\n  fix: more days before it in the data; for days of the "
                "daemon, engine.record_inputs (which keeps the morning's history), or minutes in the store"
            )
        return side

    def _really(self, stage: Stage, baseline: PlayedSide) -> tuple[Figures | None, int, tuple[str, ...]]:
        found = self.days.real(stage.on)
        if found is None:
            return None, 0, ()
        record, listed = found
        instruments = {**listed, **{one.key: one for one in baseline.outcome.instruments}}
        return self._reckoned(record, instruments, baseline)

    def _reckoned(
        self, record: DayRecord, instruments: Mapping[str, Instrument], baseline: PlayedSide
    ) -> tuple[Figures | None, int, tuple[str, ...]]:
        same = alike(PlayedDay(name="journal", record=record), baseline.played)
        notes = []
        if record.closing is None:
            notes.append("the daemon did not see the end of that day: what really happened is a part of it")
        if record.restarts:
            notes.append(f"the daemon was started anew {record.restarts} times in that day")
        if same < len(record.signals):
            notes.append(
                f"the baseline raised {same} of the {len(record.signals)} signals of the real day: the "
                "others came from other settings, other data, or a moment that was not recorded"
            )
        try:
            result = result_of(record, instruments, self.charger, baseline.outcome.last_prices)
        except UnknownInstrumentError as error:
            return None, same, (*notes, str(error))
        return figures_of(result), same, tuple(notes)


def settings_print(settings: Settings) -> str:
    """What decides and on what terms, without the version of the program: that is the same for both sides."""
    found = fingerprints(settings)
    program = found.program_hash
    return hash_of(
        {
            "strategies": {
                one.name: [one.settings, "" if one.code_hash == program else one.code_hash]
                for one in found.strategies
            },
            "risk": found.risk_hash,
            "terms": _terms(settings),
        }
    )


def deciding_print(settings: Settings) -> str:
    """Of strategies and rules alone."""
    found = fingerprints(settings)
    return hash_of([[[one.name, one.settings] for one in found.strategies], found.risk_hash])


def _terms(settings: Settings) -> Sequence[Any]:
    run = [f"{settings.run.slippage_bps}", f"{settings.run.days_folder}"]
    engine = settings.engine.model_dump(mode="json", exclude={"record_inputs"})
    return [
        settings.simulator.model_dump(mode="json"),
        settings.backtest.model_dump(mode="json"),
        engine,
        run,
    ]


def _idle(side: PlayedSide) -> list[str]:
    """Shares of which no candle was evaluated."""
    spoken = side.traces.instruments
    idle = [one.symbol for one in side.outcome.instruments if one.is_tradable and one.key not in spoken]
    if not idle:
        return []
    more = f" and {len(idle) - _NAMED} more" if len(idle) > _NAMED else ""
    names = ", ".join(idle[:_NAMED])
    return [f"{side.played.name}: only watched, for want of history or of trades: {names}{more}"]
