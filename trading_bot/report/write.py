"""Puts a report on disk whole or not at all, and lets `latest` point at it."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from trading_bot.domain.errors import UserFacingError
from trading_bot.domain.market_data import Candle
from trading_bot.report.day.result import DayResult
from trading_bot.report.day.summary import summary_text
from trading_bot.report.day.tables import equity_csv, orders_csv, trades_csv

_LATEST = "latest"
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def write_report(result: DayResult, candles: Mapping[str, Sequence[Candle]], reports: Path) -> Path:
    """Write `reports`/<run id>/ and return it; a report of the same run is replaced.

    `candles` are the day's minute candles by instrument key. Raises ValueError for a run id that is not a
    plain file name, UserFacingError when `latest` is not ours to replace.
    """
    # The plots' library takes most of a second to import, and a start has five to protect every position.
    from trading_bot.report.page.page import page_html  # noqa: PLC0415

    contents: dict[str, str | bytes] = {
        "summary.json": summary_text(result),
        "trades.csv": trades_csv(result),
        "orders.csv": orders_csv(result),
        "equity.csv": equity_csv(result),
        "report.html": page_html(result, candles),
    }
    folder = place_report(contents, reports, result.facts.run_id)
    _point_latest(reports, result.facts.run_id)
    return folder


def place_report(contents: Mapping[str, str | bytes], reports: Path, run_id: str) -> Path:
    """Write files by name into `reports`/<run id>/ and return it; a report of the same run is replaced.

    Raises ValueError for a run id that is not a plain file name.
    """
    if not _RUN_ID.fullmatch(run_id) or run_id == _LATEST:
        raise ValueError(f'run id "{run_id}" must be letters, digits, dots, dashes or underscores')
    reports.mkdir(parents=True, exist_ok=True)
    folder = reports / run_id
    _place(contents, folder)
    return folder


def _place(contents: Mapping[str, str | bytes], folder: Path) -> None:
    """Fill a folder beside the place, then rename; an older report of the run steps aside first."""
    scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    fresh, aside = scratch / "fresh", scratch / "replaced"
    try:
        fresh.mkdir()
        for name, content in contents.items():
            (fresh / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        if folder.exists():
            folder.rename(aside)
        fresh.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _point_latest(reports: Path, run_id: str) -> None:
    latest = reports / _LATEST
    if latest.exists() and not latest.is_symlink():
        raise UserFacingError(f"{latest} is not a link: move it away, the newest report is linked there")
    link = reports / f".{_LATEST}-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(run_id)
    link.replace(latest)
