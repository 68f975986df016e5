"""One walk-forward from its folder of data to its report, with every set recorded."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import require_choosable
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.sweeps.trials import Attempt, append_trials, asked_for, record_of
from trading_bot.backtest.walk_forward.played_sets import Tried
from trading_bot.backtest.walk_forward.report import console_text, write_walk_forward
from trading_bot.backtest.walk_forward.result import WalkForwardResult
from trading_bot.backtest.walk_forward.sampler import Pruner
from trading_bot.backtest.walk_forward.search import Search, search_error
from trading_bot.backtest.walk_forward.stitch import Part, part_of, stitched
from trading_bot.backtest.walk_forward.windows import Folds, Lengths, Window, windows_of
from trading_bot.bootstrap.backtesting.played import fresh_name, market_from, policy_from, require_places
from trading_bot.bootstrap.backtesting.tested import ProgressMaker
from trading_bot.bootstrap.places import reports_folder, studies_path, trials_path
from trading_bot.domain.errors import SettingsError
from trading_bot.report.wording import plural
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
    require_places(settings)
    require_choosable(options.strategy, (axis.name for axis in options.axes))
    lengths, policy, started_s = _lengths(options), policy_from(options), monotonic()
    market = market_from(settings, options, write)
    windows = windows_of(market, lengths)
    search = _search(options, policy, studies_path(settings))
    trials = trials_path(settings)
    study = _study(market, options, policy)
    parts: list[Part] = []
    recorded: set[str] = set()
    with progress("walkforward", len(windows)) as shown:
        for number, window in enumerate(windows):
            with _explained(search.storage):
                found = search.best(window.train, f"{study}-{number}")
            append_trials(trials, _attempt(options, policy, window, found.new, recorded), now_ms)
            parts.append(part_of(window, found, options.strategy, policy))
            shown.advance(f"test from {window.test_span[0]}  {plural(found.trials, 'set')}")
    result = WalkForwardResult(
        data=str(options.data),
        market=market,
        strategy=options.strategy,
        policy=policy,
        axes=options.axes,
        lengths=lengths,
        sampler=options.sampler,
        pruner=options.pruner,
        seed=options.seed,
        record=stitched(parts, policy),
        seconds=monotonic() - started_s,
    )
    reports = reports_folder(settings)
    folder = write_walk_forward(result, reports, fresh_name("walkforward", reports, now_ms))
    record = record_of(trials, _attempt(options, policy, windows[-1], parts[-1].found.new, set()))
    write(console_text(result, record, folder))
    return 0


@contextmanager
def _explained(storage: Path | None) -> Iterator[None]:
    """What goes wrong with the file of the searches, in words and with what to do."""
    of_storage = sqlite3.Error, SQLAlchemyError, search_error()
    try:
        yield
    except of_storage as error:
        reason = str(error).partition("\n")[0]
        raise SettingsError(
            f"{storage}: earlier searches cannot be read or kept: {reason}\n  fix: give the file back its "
            "rights or the disk its space, or move it away: searches then begin anew"
        ) from error


def _search(options: WalkForwardOptions, policy: Policy, storage: Path) -> Search:
    return Search(
        strategy=options.strategy,
        policy=policy,
        axes=options.axes,
        sampler=options.sampler,
        trials=options.trials,
        seed=options.seed,
        pruner=options.pruner,
        storage=storage,
    )


def _lengths(options: WalkForwardOptions) -> Lengths | Folds:
    """How the days are parted. Raises SettingsError for a question that is half asked, or two at once."""
    if options.folds is None and options.train is not None and options.test is not None:
        if options.embargo:
            raise SettingsError("--embargo is for --folds; --gap parts training and test")
        return Lengths(options.train, options.test, options.gap, options.anchored)
    if options.folds == 1:
        raise SettingsError("--folds 1 leaves no day to choose on.\n  fix: --folds 6")
    if options.folds is not None and options.train is None and options.test is None and not options.anchored:
        return Folds(options.folds, options.gap, options.embargo)
    raise SettingsError(
        "walkforward needs either --train and --test, or --folds.\n"
        "  fix: --train 60 --test 20 chooses on the days before; --folds 6 chooses on all others"
    )


def _attempt(
    options: WalkForwardOptions, policy: Policy, window: Window, tried: Sequence[Tried], recorded: set[str]
) -> Attempt:
    """What is to be recorded of a window; folds try the same sets on the same days, which count once."""
    market = window.train.market
    fresh = [one for one in tried if f"{market.digest} {one.values}" not in recorded]
    recorded.update(f"{market.digest} {one.values}" for one in fresh)
    return Attempt(
        kind="walkforward",
        folder=str(options.data),
        market=market,
        strategy=options.strategy,
        policy=policy,
        sets=[one.values for one in fresh],
        figures=[one.figures for one in fresh],
        asked=asked_for(options.data, options.first, options.last),
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
        *([[options.folds, options.embargo]] if options.folds else []),
        *([options.pruner.value] if options.pruner is not Pruner.NONE else []),
    ]
    return sha256(json.dumps(asked).encode()).hexdigest()[:16]
