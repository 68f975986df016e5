"""One sweep from its folder of data to its report, with every set recorded."""

import os
from collections.abc import Callable, Iterator
from time import monotonic

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.grid import sets_of
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Plan, plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.report import console_text, write_sweep
from trading_bot.backtest.sweeps.result import SweepResult, ranked
from trading_bot.backtest.sweeps.trials import append_trials, asked_for, record_of
from trading_bot.backtest.sweeps.workers import Played, play_here, play_in_processes, play_on_cluster
from trading_bot.bootstrap.backtesting.played import fresh_name, market_from, policy_from, require_places
from trading_bot.bootstrap.backtesting.tested import ProgressMaker
from trading_bot.bootstrap.places import reports_folder, trials_path
from trading_bot.domain.errors import SettingsError
from trading_bot.report.wording import plural
from trading_bot.settings.options import SweepOptions
from trading_bot.settings.tree import Settings


def run_sweep(
    settings: Settings,
    options: SweepOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
) -> int:
    """Play all sets, record them, report, and return 0.

    Raises HistoryError or UnknownInstrumentError for data that cannot be played, SettingsError for sets or a
    policy that cannot be.
    """
    require_places(settings)
    try:
        plan, refused = plan_of(options.strategy, policy_from(options), sets_of(options.axes))
    except ValueError as error:
        raise SettingsError(f"--set: {error}") from error
    market = market_from(settings, options, write)
    started_s = monotonic()
    figures = _figures(market, plan, options, progress)
    result = SweepResult(
        data=str(options.data),
        market=market,
        plan=plan,
        refused=refused,
        figures=figures,
        best_fills=tuple(Player(market).fills(plan, ranked(figures)[0])),
        seconds=monotonic() - started_s,
        asked=asked_for(options.data, options.first, options.last),
    )
    trials = trials_path(settings)
    record = record_of(trials, result.attempt)
    append_trials(trials, result.attempt, now_ms)
    folder = write_sweep(
        result, reports_folder(settings), fresh_name("sweep", reports_folder(settings), now_ms)
    )
    write(console_text(result, record, folder, options.top))
    return 0


def _figures(
    market: Market, plan: Plan, options: SweepOptions, progress: ProgressMaker
) -> tuple[Figures, ...]:
    figures: list[Figures] = []
    with progress("sweep", len(plan.sets)) as shown:
        for part in _played(market, plan, options):
            figures += part.figures
            for _ in part.figures:
                shown.advance(plural(market.bars * len(figures), "candle"))
    return tuple(figures)


def _played(market: Market, plan: Plan, options: SweepOptions) -> Iterator[Played]:
    if options.scheduler is not None:
        return play_on_cluster(market, plan, options.scheduler)
    jobs = min(options.jobs or len(os.sched_getaffinity(0)), len(plan.sets))
    return play_here(market, plan) if jobs == 1 else play_in_processes(market, plan, jobs)
