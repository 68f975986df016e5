"""Parity of one day, from its data or its journal to its report."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.backtest.parity import Comparison, PlayedDay, QuoteTape, compare
from trading_bot.backtest.parity.console import console_text
from trading_bot.backtest.parity.document import parity_json
from trading_bot.backtest.parity.page import parity_html
from trading_bot.backtest.parity.result import InputCheck, ParityResult
from trading_bot.bootstrap.backtesting.price_scale import warm_up_doubts
from trading_bot.bootstrap.modes import started_logs
from trading_bot.bootstrap.parity.sides import (
    BACKTEST,
    JOURNAL,
    WIRE,
    backtested_day,
    candle_day,
    journaled_keys,
    parity_settings,
    play_over_the_wire,
    recorded_day,
)
from trading_bot.bootstrap.places import database_path, inputs_folder, reports_folder
from trading_bot.bootstrap.replaying.input_replay import InputReplay, ReplayedProcess
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.domain.ist import datetime_of
from trading_bot.report.day.reading import day_record
from trading_bot.report.wording import plural
from trading_bot.settings.options import ParityOptions
from trading_bot.settings.tree import Settings
from trading_bot.simulator.market import open_market


def run_parity(settings: Settings, options: ParityOptions, write: Callable[[str], None], now_ms: int) -> int:
    """Play, compare, report, and return 0, or 1 where parity is not proven.

    Raises UserFacingError for data or a journal that cannot be used.
    """
    if options.data is None and options.journal is None:
        raise SettingsError("parity needs --data DIR, or --journal FILE, or both")
    stamp = f"{datetime_of(now_ms):%Y%m%d-%H%M%S}"
    chosen = parity_settings(settings, options.symbols, options.journal)
    with started_logs(chosen, is_quiet=True):
        result = _result(chosen, options, now_ms, f"replay-{stamp}")
        if options.data is not None:
            for doubt in warm_up_doubts(options.data, chosen.run.symbols, result.on):
                write(f"warning: {doubt}")
    folder = reports_folder(settings) / f"parity-{stamp}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "parity.json").write_text(parity_json(result), encoding="utf-8")
    (folder / "parity.html").write_text(parity_html(result), encoding="utf-8")
    write(console_text(result, folder))
    return 0 if result.is_proven else 1


def _result(settings: Settings, options: ParityOptions, now_ms: int, run_id: str) -> ParityResult:
    folder = None if options.data is None else open_history(options.data)
    database, one = _played(settings, options, folder, now_ms, run_id)
    inputs = tuple(_input_checks(settings, database))
    on = one.record.on
    if folder is None:
        if not inputs:
            raise SettingsError(
                f"{database}: no inputs were recorded beside it (engine.record_inputs), and without --data "
                "there is nothing to compare it with"
            )
        return ParityResult(on=on, data=str(database), seed=options.seed, comparison=None, inputs=inputs)
    having = _names(settings, folder, on, None if options.journal is None else journaled_keys(database, on))
    outcome = backtested_day(settings, folder, having, on, options.seed)
    symbols = {instrument.key: instrument.symbol for instrument in outcome.instruments}

    def symbol_of(key: str) -> str:
        return symbols.get(key, key)

    other = PlayedDay(name=BACKTEST, record=day_record(outcome.rows))
    return ParityResult(
        on=on,
        data=str(options.data),
        seed=options.seed,
        comparison=_compared(settings, options, having, (one, other), symbol_of),
        candles=candle_day(settings, folder, having, on, options.seed),
        inputs=inputs,
        symbol_of=symbol_of,
    )


def _names(
    settings: Settings, folder: PriceHistory, on: date, journaled: frozenset[str] | None
) -> tuple[str, ...]:
    """What the folder has of the day: the symbols that were named, else those of the journal, else all.

    Raises HistoryError when that is nothing.
    """
    named = tuple(folder.name_of(symbol) for symbol in settings.run.symbols)
    known = [
        name
        for name in named or folder.symbols
        if on in folder.days(name) and (named or journaled is None or folder.key(name) in journaled)
    ]
    if not known:
        which = "none of the symbols that were named" if named else "no instrument of the journal"
        raise HistoryError(
            f"{folder.path}: {which} has rows on {on}.\n  fix: give the folder that was replayed; for a day "
            "of the real market its instruments.csv needs the broker's keys"
        )
    return tuple(known)


def _played(
    settings: Settings, options: ParityOptions, folder: PriceHistory | None, now_ms: int, run_id: str
) -> tuple[Path, PlayedDay]:
    """The side that came over the wire: played now, or out of its journal."""
    if options.journal is not None:
        return options.journal, recorded_day(options.journal, options.on, JOURNAL)
    assert folder is not None
    on = options.on or max(folder.all_days(), default=date.min)
    settings.run.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = database_path(settings, attached=False, now_ms=now_ms)
    play_over_the_wire(settings, options, on, database, run_id)
    return database, recorded_day(database, on, WIRE)


def _compared(
    settings: Settings,
    options: ParityOptions,
    symbols: Sequence[str],
    sides: tuple[PlayedDay, PlayedDay],
    symbol_of: Callable[[str], str],
) -> Comparison:
    assert options.data is not None
    source = open_market(options.data, sides[0].record.on, symbols=symbols, seed=options.seed)
    traded = {trade.trade.instrument_key for side in sides for trade in side.record.trades}
    tape = QuoteTape(source.moments(), traded, slippage_bps=settings.simulator.slippage_bps)
    return compare(*sides, tape, symbol_of)


def _input_checks(settings: Settings, database: Path) -> list[InputCheck]:
    """What becomes of the inputs that were recorded beside a journal; nothing where none were."""
    inside = inputs_folder(settings).name
    inputs = database.parent / inside / database.stem
    if not inputs.exists():
        return []
    replayed = InputReplay.under(settings).compare(database, inputs)
    return [_told(number, process) for number, process in enumerate(replayed, start=1)]


def _told(number: int, process: ReplayedProcess) -> InputCheck:
    counts = f"process {number}: {plural(process.inputs, 'input')}, {plural(process.rows, 'row')}"
    if not process.is_equal:
        row = process.recorded or process.replayed
        at = "" if row is None else f" at row {row.sequence} ({row.kind})"
        settings = "settings and strategies have to be those of the recorded run"
        return InputCheck(is_equal=False, text=f"{counts}, ANOTHER JOURNAL{at}; {settings}")
    if process.lost_close:
        missing = plural(process.lost_rows, "row")
        return InputCheck(is_equal=False, text=f"{counts}, INPUTS ARE MISSING: those of the last {missing}")
    lost = (
        f"; it was killed, and the inputs of the last {plural(process.lost_rows, 'row')} were lost with it"
        if process.lost_rows
        else ""
    )
    return InputCheck(is_equal=True, text=f"{counts}, the same journal{lost}")
