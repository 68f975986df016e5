"""Plays a day in each of the ways that are compared, with the same settings and the same seed."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

from trading_bot.adapters.history import PriceHistory
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.backtest.parity import PlayedDay
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.bootstrap.backtesting.price_scale import brought_with_warm_up
from trading_bot.bootstrap.backtesting.tick_days import TickDays
from trading_bot.bootstrap.loops import event_loop
from trading_bot.bootstrap.modes import day_files
from trading_bot.bootstrap.places import DATABASES, reports_folder
from trading_bot.bootstrap.replaying.replay import Replay
from trading_bot.domain.errors import HistoryError
from trading_bot.report.day.reading import day_record
from trading_bot.settings.options import ParityOptions, RunOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings
from trading_bot.terminal.settings import View

_FASTEST = 0.0
WIRE, BACKTEST, CANDLES, JOURNAL = "wire", "backtest", "candles", "journal"


def parity_settings(settings: Settings, symbols: tuple[str, ...], journal: Path | None = None) -> Settings:
    """The settings that hold for every side: a replay's, its venue's slippage in the backtest as well.

    A day that was traded on paper had that of the run.
    """
    is_paper = journal is not None and journal.name == DATABASES[Mode.PAPER]
    slippage = settings.run.slippage_bps if is_paper else settings.simulator.slippage_bps
    run = {
        "mode": Mode.REPLAY,
        "slippage_bps": slippage,
        "symbols": symbols or settings.run.symbols,
        "exit_after_close": True,
    }
    terminal = {"view": View.QUIET}
    return settings.model_copy(
        update={
            "run": settings.run.model_copy(update=run),
            "simulator": settings.simulator.model_copy(update={"slippage_bps": slippage}),
            "terminal": settings.terminal.model_copy(update=terminal),
        }
    )


def play_over_the_wire(
    settings: Settings, options: ParityOptions, on: date, database: Path, run_id: str
) -> None:
    """Replay the day against the bundled simulator into a database, as fast as it goes.

    Raises UserFacingError when the session did not end as it should.
    """
    said: list[str] = []
    replay = Replay(
        settings=settings,
        options=RunOptions(
            config_file=options.config_file,
            data=options.data,
            session_on=on,
            speed=_FASTEST,
            seed=options.seed,
        ),
        files=replace(day_files(settings, database), has_emergency=False),
        run_id=run_id,
        reports=reports_folder(settings),
        write=said.append,
    )
    with asyncio.Runner(loop_factory=event_loop) as runner:
        runner.run(replay.run())


def recorded_day(database: Path, on: date | None, name: str) -> PlayedDay:
    """A day out of a journal, the newest one without a date.

    Raises StorageError for what is no journal, HistoryError where it has no such day.
    """
    with JournalReader(database) as reader:
        days = reader.days()
        if not days or (on is not None and on not in days):
            known = f"there are {', '.join(map(str, days[-3:]))}" if days else "no day began in it"
            raise HistoryError(f"{database}: no day {on or 'at all'} in the journal; {known}")
        return PlayedDay(name=name, record=day_record(reader.rows(on=on)))


def journaled_keys(database: Path, on: date) -> frozenset[str]:
    """Keys of the instruments that a day knew. Raises StorageError."""
    with JournalReader(database) as reader:
        return frozenset(str(row["instrument_key"]) for row in reader.table("instruments", on))


def backtested_day(
    settings: Settings, folder: PriceHistory, symbols: tuple[str, ...], on: date, seed: int
) -> DayOutcome:
    """The day at tick fidelity, in virtual time."""
    return next(
        TickDays(
            settings=settings,
            rules=load_market_rules(),
            folder=folder,
            symbols=symbols,
            days=(on,),
            seed=seed,
        ).outcomes()
    )


def candle_day(
    settings: Settings, folder: PriceHistory, symbols: tuple[str, ...], on: date, seed: int
) -> PlayedDay:
    """The day at candle fidelity."""
    outcome = next(
        CandleDays(
            settings=settings,
            rules=load_market_rules(),
            folder=brought_with_warm_up(folder, symbols, on).history,
            symbols=symbols,
            days=(on,),
            seed=seed,
        ).outcomes()
    )
    return PlayedDay(name=CANDLES, record=day_record(outcome.rows))
