"""A backtest with its checks and its report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trading_bot.backtest.report import console_text, write_backtest
from trading_bot.bootstrap.backtesting.honest import SelfCheck, data_digest
from trading_bot.bootstrap.backtesting.played import fresh_name
from trading_bot.bootstrap.backtesting.tested import ProgressMaker, tested
from trading_bot.bootstrap.fingerprints import fingerprints
from trading_bot.bootstrap.places import reports_folder, trials_path
from trading_bot.bootstrap.promotions.record import evidence_record
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
    done = backtested(settings, options, progress, now_ms)
    write(done.text)
    return 0 if done.is_sound else 1


def backtested(
    settings: Settings, options: BacktestOptions, progress: ProgressMaker, now_ms: int
) -> Backtested:
    """Test, check and report. Raises as `run_backtest` does."""
    prints = fingerprints(settings)
    done = tested(settings, options, progress)
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
