"""`promote`: the backtest with every check, the verdict, and the file that mode live looks for."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from trading_bot.backtest.honesty.document import criteria_document, evidence_from
from trading_bot.backtest.honesty.findings import judged
from trading_bot.backtest.report.write import RECORD_FILE
from trading_bot.bootstrap.backtesting.run import backtested
from trading_bot.bootstrap.backtesting.tested import ProgressMaker
from trading_bot.bootstrap.places import promotions_folder
from trading_bot.bootstrap.promotions.files import VERSION, promotion_name, write_promotion
from trading_bot.bootstrap.promotions.record import VERSION as RECORD_VERSION
from trading_bot.bootstrap.promotions.record import conditions_met
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import datetime_of
from trading_bot.report.text_table import aligned
from trading_bot.research.promotion import Verdict
from trading_bot.settings.options import PromoteOptions
from trading_bot.settings.tree import Settings

_AGAIN = "fix: run the backtest again, or `promote --data DIR`"
_GIVE = "fix: give the folder that `backtest` named at its end, or test it now with `promote --data DIR`"


def run_promote(
    settings: Settings,
    options: PromoteOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
) -> int:
    """Judge, write the promotion whatever the verdict is, and return 0 when it is passed, else 1.

    Raises HistoryError or UnknownInstrumentError for data that cannot be tested, SettingsError for settings
    or a report that cannot be judged.
    """
    if options.out is not None and options.out.is_dir():
        raise SettingsError(f"--out {options.out} is a folder.\n  fix: name a file in it")
    if options.backtest is not None:
        done = backtested(settings, options.backtest, write, progress, now_ms)
        write(done.text)
        report, record = done.folder, done.record
    else:
        assert options.report is not None
        report = options.report
        record = read_record(report)
    verdict = verdict_on(record, report)
    path = options.out or promotions_folder(settings) / promotion_name(
        [one["name"] for one in record["strategies"]], f"{datetime_of(now_ms):%Y%m%d-%H%M%S}"
    )
    write_promotion(_content(record, verdict, report, now_ms), path)
    write(_text(verdict, path))
    return 0 if verdict.passed else 1


def read_record(report: Path) -> dict[str, Any]:
    """What a backtest found. Raises SettingsError when it is not there, or another version's."""
    path = report / RECORD_FILE
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(_unread(report, error)) from error
    except ValueError as error:
        raise SettingsError(f"{path}: not the evidence of a backtest: {error}\n  {_AGAIN}") from error
    if not isinstance(record, dict) or record.get("version") != RECORD_VERSION:
        raise SettingsError(f"{path}: not evidence of version {RECORD_VERSION}\n  {_AGAIN}")
    return record


def _unread(report: Path, error: OSError) -> str:
    """Why there is no evidence, and what to give instead."""
    if not report.exists():
        return f"--report {report}: there is no such folder\n  {_GIVE}"
    if not report.is_dir():
        return f"--report {report}: a file, not the folder of a report\n  {_GIVE}"
    if not (report / RECORD_FILE).exists():
        return (
            f"--report {report}: no {RECORD_FILE} in it, so it is no backtest's report; what a sweep or a "
            f"walk-forward chose has to be backtested first\n  {_GIVE}"
        )
    return f"{report / RECORD_FILE}: cannot be read: {error.strerror}\n  {_AGAIN}"


def verdict_on(record: Mapping[str, Any], report: Path) -> Verdict:
    """Judge what was written by the criteria of now. Raises SettingsError for what cannot be judged."""
    try:
        evidence = evidence_from(record["evidence"])
        problems = tuple(map(str, record["result"]["problems"]))
        met = conditions_met(record["run"], record["risk"]["changed"])
        return judged(evidence, problems, met, dict(record["findings"]["not_measured"]))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{report / RECORD_FILE}: cannot be judged: {type(error).__name__}: {error}"
        ) from error


def _content(record: Mapping[str, Any], verdict: Verdict, report: Path, now_ms: int) -> dict[str, Any]:
    kept = {key: value for key, value in record.items() if key != "version"}
    return {
        "version": VERSION,
        "written_at": datetime_of(now_ms).isoformat(timespec="seconds"),
        "passed": verdict.passed,
        "criteria": criteria_document(verdict),
        "report": str(report),
        **kept,
    }


def _text(verdict: Verdict, path: Path) -> str:
    rows = [("passed" if one.passed else "FAILED", one.name, one.reason) for one in verdict.criteria]
    head = (
        "promoted"
        if verdict.passed
        else f"not promoted: {len(verdict.failed)} of {len(rows)} criteria failed"
    )
    return "\n".join([*aligned(rows), head, f"promotion: {path}"])
