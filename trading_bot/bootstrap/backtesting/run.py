"""A backtest with its checks and its report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from trading_bot.backtest.report import console_text, write_backtest
from trading_bot.bootstrap.backtesting.honest import SelfCheck, data_digest
from trading_bot.bootstrap.backtesting.played import fresh_name, require_places
from trading_bot.bootstrap.backtesting.tested import ProgressMaker, Tested, tested
from trading_bot.bootstrap.fingerprints import fingerprints
from trading_bot.bootstrap.places import reports_folder, trials_path
from trading_bot.bootstrap.promotions.record import evidence_record
from trading_bot.report.wording import plural
from trading_bot.settings.options import BacktestOptions
from trading_bot.settings.tree import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested:
    """A backtest whose report is written."""

    folder: Path
    record: dict[str, Any]
    text: str
    """For the terminal."""
    is_sound: bool
    """Whether the result is to be believed as it stands."""


def run_backtest(
    settings: Settings,
    options: BacktestOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
) -> int:
    """Test, report, and return 0, or 1 where the result is not to be believed as it stands.

    Raises HistoryError or UnknownInstrumentError for data that cannot be tested, SettingsError for settings.
    """
    done = backtested(settings, options, write, progress, now_ms)
    write(done.text)
    return 0 if done.is_sound else 1


def backtested(
    settings: Settings,
    options: BacktestOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
) -> Backtested:
    """Test, check and report; before the checks it is said what they cost. Raises as `run_backtest` does."""
    require_places(settings)
    prints, started_s = fingerprints(settings), monotonic()
    done = tested(settings, options, write, progress)
    if done.candle_days is not None and not options.checks.is_quick:
        write(_announced(done, monotonic() - started_s))
    digest = data_digest(done)
    check = SelfCheck(tested=done, prints=prints, progress=progress, data_digest=digest)
    findings = check.findings(trials_path(settings), now_ms)
    record = evidence_record(done, findings, prints, digest, now_ms)
    reports = reports_folder(settings)
    folder = write_backtest(
        done.result, reports, fresh_name("backtest", reports, now_ms), findings=findings, record=record
    )
    return Backtested(
        folder=folder,
        record=record,
        text=console_text(done.result, folder, findings),
        is_sound=not done.result.problems,
    )


def _announced(done: Tested, seconds: float) -> str:
    checks, days = done.options.checks, plural(len(done.days), "day")
    times = plural(checks.permutations + 1, "time")
    return (
        f"checks: {days} to be played up to {times} more, about {seconds:.0f} s each, and some of them "
        "oftener (backtest --quick leaves that out)"
    )
