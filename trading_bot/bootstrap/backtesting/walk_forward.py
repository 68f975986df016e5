"""One walk-forward from its folder of data to its report, with every set recorded."""

import json
from collections.abc import Callable
from hashlib import sha256
from time import monotonic

from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.sweeps.trials import Attempt, append_trials, record_of
from trading_bot.backtest.walk_forward.report import console_text, write_walk_forward
from trading_bot.backtest.walk_forward.result import WalkForwardResult
from trading_bot.backtest.walk_forward.search import Found, Search
from trading_bot.backtest.walk_forward.stitch import Part, part_of, stitched
from trading_bot.backtest.walk_forward.windows import Lengths, Window, windows_of
from trading_bot.bootstrap.backtesting.played import fresh_name, market_from, policy_from
from trading_bot.bootstrap.backtesting.tested import ProgressMaker
from trading_bot.bootstrap.places import reports_folder, studies_path, trials_path
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import WalkForwardOptions
from trading_bot.settings.tree import Settings


def run_walk_forward(
    settings: Settings,
    options: WalkForwardOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
) -> int:
    """Choose and play window after window, record all that was tried, report, and return 0.

    Windows that an earlier run of the same question has finished are taken from its storage. Raises
    HistoryError or UnknownInstrumentError for data that cannot be played, SettingsError for sets that cannot.
    """
    if not options.axes:
        raise SettingsError("walkforward has nothing to choose: name values with --set")
    policy, started_s = policy_from(options), monotonic()
    market = market_from(options)
    lengths = Lengths(options.train, options.test, options.gap, options.anchored)
    windows = windows_of(market, lengths)
    search = Search(
        strategy=options.strategy,
        policy=policy,
        axes=options.axes,
        sampler=options.sampler,
        trials=options.trials,
        seed=options.seed,
        storage=studies_path(settings),
    )
    trials = trials_path(settings)
    study = _study(market, options, policy)
    parts: list[Part] = []
    with progress("walkforward", len(windows)) as shown:
        for number, window in enumerate(windows):
            found = search.best(window.train, f"{study}-{number}")
            append_trials(trials, _attempt(options, policy, window, found), now_ms)
            parts.append(part_of(window, found, options.strategy, policy))
            shown.advance(f"test from {window.test_span[0]}  {found.trials} sets")
    result = WalkForwardResult(
        data=str(options.data),
        market=market,
        strategy=options.strategy,
        policy=policy,
        axes=options.axes,
        lengths=lengths,
        sampler=options.sampler,
        seed=options.seed,
        record=stitched(parts, policy),
        seconds=monotonic() - started_s,
    )
    reports = reports_folder(settings)
    folder = write_walk_forward(result, reports, fresh_name("walkforward", reports, now_ms))
    record = record_of(trials, _attempt(options, policy, windows[-1], parts[-1].found))
    write(console_text(result, record, folder))
    return 0


def _attempt(options: WalkForwardOptions, policy: Policy, window: Window, found: Found) -> Attempt:
    return Attempt(
        kind="walkforward",
        folder=str(options.data),
        market=window.train,
        strategy=options.strategy,
        policy=policy,
        sets=[one.values for one in found.new],
        figures=[one.figures for one in found.new],
    )


def _study(market: Market, options: WalkForwardOptions, policy: Policy) -> str:
    """A name that is the same for the same question. More trials of it are the same question."""
    asked = [
        market.digest,
        options.strategy,
        [[axis.name, axis.values] for axis in options.axes],
        [str(policy.cash), str(policy.fee), policy.quantity],
        [options.train, options.test, options.gap, options.anchored],
        [options.sampler.value, options.seed],
    ]
    return sha256(json.dumps(asked).encode()).hexdigest()[:16]
