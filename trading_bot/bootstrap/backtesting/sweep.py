"""One sweep from its folder of data to its report, with every set recorded."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from time import monotonic

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.grid import sets_of
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Plan, plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.report import console_text, write_sweep
from trading_bot.backtest.sweeps.result import SweepResult, ranked
from trading_bot.backtest.sweeps.trials import append_trials, asked_for, record_of
from trading_bot.backtest.sweeps.unfinished import Unfinished
from trading_bot.backtest.sweeps.workers import Played, play_here, play_in_processes, play_on_cluster
from trading_bot.bootstrap.backtesting.played import fresh_name, market_from, policy_from, require_places
from trading_bot.bootstrap.backtesting.tested import ProgressMaker
from trading_bot.bootstrap.fingerprints import hash_of, source_hash, strategy_print
from trading_bot.bootstrap.places import reports_folder, trials_path, unfinished_sweeps_folder
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.money import grouped
from trading_bot.report.wording import plural
from trading_bot.settings.options import SweepOptions
from trading_bot.settings.tree import Settings
from trading_bot.strategies.registry import strategy_factory


def run_sweep(
    settings: Settings,
    options: SweepOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
) -> int:
    """Play all sets, record them, report, and return 0.

    Sets that an interrupted run of the same question has played are taken from what it kept. Raises
    HistoryError or UnknownInstrumentError for data that cannot be played, SettingsError for sets or a policy
    that cannot be.
    """
    require_places(settings)
    try:
        plan, refused = plan_of(options.strategy, policy_from(options), sets_of(options.axes))
    except ValueError as error:
        raise SettingsError(f"--set: {error}") from error
    market = market_from(settings, options, write)
    started_s = monotonic()
    unfinished = _unfinished(settings, market, plan)
    known = _known(unfinished, plan, options, write)
    try:
        figures = _figures(market, plan, options, progress, known=known, unfinished=unfinished)
    except KeyboardInterrupt:
        write("what was played is kept: the same command goes on from there, --anew begins anew")
        raise
    result = SweepResult(
        data=str(options.data),
        market=market,
        plan=plan,
        refused=refused,
        figures=figures,
        best_fills=tuple(Player(market).fills(plan, ranked(figures)[0])),
        seconds=monotonic() - started_s,
        earlier=len(known),
        asked=asked_for(options.data, options.first, options.last),
    )
    trials = trials_path(settings)
    record = record_of(trials, result.attempt)
    append_trials(trials, result.attempt, now_ms)
    folder = write_sweep(
        result, reports_folder(settings), fresh_name("sweep", reports_folder(settings), now_ms)
    )
    unfinished.forget()
    write(console_text(result, record, folder, options.top))
    return 0


def _unfinished(settings: Settings, market: Market, plan: Plan) -> Unfinished:
    """What is kept of the same question: one digit of a candle, of the code or of a set makes another."""
    strategy = strategy_print(strategy_factory(plan.strategy)({}))
    policy = plan.policy
    asked = [
        market.digest,
        [plan.strategy, strategy.code_hash, strategy.settings, source_hash()],
        [policy.risk.model_dump(mode="json"), str(policy.cash), str(policy.fee)],
        [list(one.items()) for one in plan.sets],
    ]
    return Unfinished(unfinished_sweeps_folder(settings) / f"{hash_of(asked)}.jsonl")


def _known(
    unfinished: Unfinished, plan: Plan, options: SweepOptions, write: Callable[[str], None]
) -> dict[int, Figures]:
    if options.is_anew:
        unfinished.forget()
    known = unfinished.figures()
    if known:
        write(
            f"note: {grouped(len(known), 0)} of {plural(len(plan.sets), 'set')} were played before this "
            "sweep was interrupted, with the same data, code and settings; --anew plays them once more"
        )
    return known


def _figures(
    market: Market,
    plan: Plan,
    options: SweepOptions,
    progress: ProgressMaker,
    *,
    known: Mapping[int, Figures],
    unfinished: Unfinished,
) -> tuple[Figures, ...]:
    """Of all sets in their order; only those that are not known are played, and kept as they end."""
    found, missing = dict(known), [number for number in range(len(plan.sets)) if number not in known]
    rest = replace(plan, sets=tuple(plan.sets[number] for number in missing))
    with progress("sweep", len(missing)) as shown:
        for part in _played(market, rest, options) if missing else ():
            ended = list(zip(missing[part.first :], part.figures, strict=False))
            unfinished.keep(ended)
            for number, one in ended:
                found[number] = one
                shown.advance(plural(market.bars * (len(found) - len(known)), "candle"))
    return tuple(found[number] for number in range(len(plan.sets)))


def _played(market: Market, plan: Plan, options: SweepOptions) -> Iterator[Played]:
    if options.scheduler is not None:
        return play_on_cluster(market, plan, options.scheduler)
    jobs = min(options.jobs or len(os.sched_getaffinity(0)), len(plan.sets))
    return play_here(market, plan) if jobs == 1 else play_in_processes(market, plan, jobs)
