"""Finished runs, as their reports tell; and the newest lines of the log."""

import json
from pathlib import Path
from typing import Any

from trading_bot.adapters.redaction import Redactor
from trading_bot.web.views import RunView

_MOST_RUNS = 60
_MOST_BYTES = 1 << 20


def earlier_runs(reports: Path) -> tuple[RunView, ...]:
    """The newest reports first; one that cannot be read is left out."""
    try:
        folders = [path for path in reports.iterdir() if path.is_dir() and not path.is_symlink()]
    except OSError:
        return ()
    newest = sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[:_MOST_RUNS]
    return tuple(run for folder in newest if (run := _run(folder / "summary.json")) is not None)


def _run(summary: Path) -> RunView | None:
    try:
        document: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
        return RunView(
            run_id=str(document["run_id"]),
            mode=document.get("mode"),
            started_at=document.get("started_at"),
            ended_at=document.get("ended_at"),
            trades=document.get("trades"),
            gross_pnl=document.get("gross_pnl"),
            charges=document.get("charges_total"),
            net_pnl=document.get("net_pnl"),
            max_drawdown=document.get("max_drawdown"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def log_tail(file: Path, redactor: Redactor, count: int) -> list[str]:
    """The newest lines of a log, oldest first; what looks like a secret is taken out once more."""
    try:
        with file.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _MOST_BYTES))
            lines = stream.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [redactor.text(line) for line in lines[-count:]]
