"""Where the days of a comparison come from: a folder of the user's, or what the daemon kept of each day."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from trading_bot.adapters.history import open_history
from trading_bot.adapters.history.quality import require_sound
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.answers.history.soundness import history_checks
from trading_bot.bootstrap.backtesting.price_scale import brought_with_warm_up
from trading_bot.bootstrap.backtesting.trading_days import why_not_played
from trading_bot.bootstrap.places import history_path, inputs_folder, known_databases
from trading_bot.bootstrap.shadows.kept_candles import (
    days_with_candles,
    leave_out_downloaded,
    write_kept_candles,
)
from trading_bot.bootstrap.shadows.stages import FolderStage, RecordedStage, Stage
from trading_bot.domain.errors import HistoryError, SettingsError, StorageError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.record import DayRecord
from trading_bot.settings.options import ShadowOptions
from trading_bot.settings.tree import Settings
from trading_bot.simulator.in_process.recorded_inputs import RecordedInputs

_DIGITS = 8
_NAMED = 8


class RecordedDays(ABC):
    """Days that can be played."""

    name: str
    """Of the folder in which their comparisons are kept: days of one market are not mixed with another's."""
    words: str

    @property
    @abstractmethod
    def dates(self) -> tuple[date, ...]:
        """Days that are on record, ascending."""

    @abstractmethod
    def stage(self, on: date) -> Stage:
        """A day, ready to be played. Raises HistoryError where too little of it was kept."""

    def real(self, _on: date) -> tuple[DayRecord, Mapping[str, Instrument]] | None:
        """What really happened, with the instruments of the day; None where no journal tells."""
        return None


class FolderOfDays(RecordedDays):
    """A folder of candles or ticks."""

    def __init__(self, options: ShadowOptions, rules: MarketRules) -> None:
        """Raises HistoryError, UnknownInstrumentError."""
        assert options.data is not None
        self._folder = open_history(options.data)
        self._rules, self._options = rules, options
        self._symbols = (
            tuple(dict.fromkeys(map(self._folder.name_of, options.symbols))) or self._folder.symbols
        )
        for symbol in self._symbols:
            self._folder.require_minutes(symbol)
        place = f"{options.data.resolve()} {','.join(self._symbols)}"
        self.name = f"data-{options.data.name}-{sha256(place.encode()).hexdigest()[:_DIGITS]}"
        self.words = f"{options.data}"

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Trading days with rows, as far as the calendar knows them and their hours."""
        found = sorted({day for symbol in self._symbols for day in self._folder.days(symbol)})
        return tuple(day for day in found if not why_not_played(self._rules.calendar, day))

    def require_sound(self, first: date, last: date) -> None:
        """Raise HistoryError for days of candles that `history check` refuses, unless accepted."""
        checks = replace(history_checks(self._rules), symbols=self._symbols, first=first, last=last)
        require_sound(self._folder.path, checks, accept_defects=self._options.accept_defects)

    def stage(self, on: date) -> Stage:
        """A day of those symbols that have rows on it; candles as traded are brought to its shares."""
        having = tuple(symbol for symbol in self._symbols if on in self._folder.days(symbol))
        if not any(self._folder.instrument(symbol, on).is_tradable for symbol in having):
            raise HistoryError(f"{on}: no share has rows: an index can be watched, not bought")
        brought = brought_with_warm_up(self._folder, having, on)
        if not self._options.accept_defects:
            brought.require_one_scale()
        return FolderStage(
            on=on,
            folder=brought.history,
            rules=self._rules,
            symbols=having,
            seed=self._options.seed,
            what=self.words,
            notes=(*brought.told, *brought.off_scale.values()),
        )


class JournalOfDays(RecordedDays):
    """What the daemon kept beside its journals: a day's recorded inputs where there are any, else minutes."""

    def __init__(self, settings: Settings, rules: MarketRules, seed: int, owned: ExitStack) -> None:
        """Copies of candles last as long as the stack is open. Raises SettingsError without a journal."""
        self._settings, self._rules, self._seed, self._owned = settings, rules, seed, owned
        self.name = self.words = settings.mode.value
        self._databases = self._by_day()
        self._folders: dict[Path, Path] = {}
        self._off_scale: defaultdict[Path, dict[str, str]] = defaultdict(dict)

    @property
    def dates(self) -> tuple[date, ...]:
        """Days of the journals."""
        return tuple(sorted(self._databases))

    def stage(self, on: date) -> Stage:
        """The recorded inputs, which have every tick and the history of that morning; else candles."""
        database = self._databases[on]
        inputs = inputs_folder(self._settings) / database.stem
        notes: tuple[str, ...] = ()
        if on in RecordedInputs.days(inputs):
            try:
                recorded = RecordedInputs(inputs, on)
            except StorageError as error:
                notes = (f"candles, since {error}",)
            else:
                return RecordedStage(on=on, recorded=recorded, rules=self._rules, seed=self._seed)
        return self._by_candles(on, database, notes)

    def _by_candles(self, on: date, database: Path, notes: tuple[str, ...]) -> Stage:
        with JournalReader(database) as reader:
            if not days_with_candles(reader, (on,)):
                kept = self._settings.storage.candle_days_kept
                raise HistoryError(
                    f"{on}: no inputs were recorded (engine.record_inputs), and no candles are kept: they "
                    f"are for {kept} days (storage.candle_days_kept)"
                )
        folder = open_history(self._folder(database))
        symbols = tuple(symbol for symbol in folder.symbols if on in folder.days(symbol))
        brought = brought_with_warm_up(folder, symbols, on)
        leave_out_downloaded(folder.path, brought.off_scale)
        self._off_scale[folder.path].update(brought.off_scale)
        return FolderStage(
            on=on,
            folder=brought.history,
            rules=self._rules,
            symbols=symbols,
            seed=self._seed,
            what="the daemon's own record",
            notes=(
                *notes,
                *brought.told,
                *(
                    f"{words}: the stored minutes are not used"
                    for words in self._off_scale[folder.path].values()
                ),
            ),
        )

    def real(self, on: date) -> tuple[DayRecord, Mapping[str, Instrument]] | None:
        """The day out of its journal."""
        database = self._databases[on]
        with JournalReader(database) as reader:
            record = day_record(reader.rows(on=on))
            listed = {one.key: one for one in reader.instruments()}
        return record, listed

    def _by_day(self) -> dict[date, Path]:
        """The newest journal that has each day."""
        found: dict[date, Path] = {}
        databases = known_databases(self._settings)
        if not databases:
            raise SettingsError(
                f"there is no journal of mode {self._settings.mode} in {self._settings.run.data_dir}: a "
                "shadow plays days that were traded.\n  fix: trade one, name another --mode, or give --data"
            )
        troubles = []
        for database in databases:
            try:
                with JournalReader(database) as reader:
                    for day in reader.days():
                        found.setdefault(day, database)
            except StorageError as error:  # of many replays one may be of another version, or being made
                troubles.append(str(error))
        if troubles and not found:
            raise StorageError(troubles[0])
        return found

    def _folder(self, database: Path) -> Path:
        if database not in self._folders:
            into = Path(self._owned.enter_context(TemporaryDirectory(prefix="shadow-")))
            with JournalReader(database) as reader:
                write_kept_candles(reader, history_path(self._settings), into)
            self._folders[database] = into
        return self._folders[database]


def chosen_days(days: RecordedDays, options: ShadowOptions) -> tuple[date, ...]:
    """The days that are asked for. Raises SettingsError, with what there is, where none is on record."""
    known = days.dates
    if not known:
        raise SettingsError(f"{days.words}: no day is on record yet")
    if options.first is None and options.last is None:
        return known[-1:]
    first, last = options.first or known[0], options.last or known[-1]
    found = tuple(day for day in known if first <= day <= last)
    if found:
        return found
    asked = f"{first}" if first == last else f"{first} to {last}"
    if first > last:
        asked = f"any day from {first} on" if options.last is None else f"any day up to {last}"
    if len(known) == 1:
        raise SettingsError(f"{days.words}: {asked} is not on record; the only day that is, is {known[0]}")
    nearest = sorted(sorted(known, key=lambda day: abs(day - first))[:_NAMED])
    raise SettingsError(
        f"{days.words}: {asked} is not on record, which has {len(known)} days from {known[0]} to "
        f"{known[-1]}; nearest are {', '.join(map(str, nearest))}"
    )
