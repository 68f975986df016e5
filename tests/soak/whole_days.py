"""Whether days were as they must be: flat, reconciled, equal to the ledger, every order intended once."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.checks.journal import journal_lines
from trading_bot.domain.events import OrderIntended
from trading_bot.engine.records import decode_event
from trading_bot.report.check_line import CheckState
from trading_bot.settings.load import Places, load_settings


def result_problems(folder: Path, on: date, ledger: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What the day's report says in a few words, and what of it is wrong."""
    text = (folder / "data/reports/latest/summary.json").read_text(encoding="utf-8")
    summary: dict[str, Any] = json.loads(text)
    checks = {
        f"the newest report is of {summary['on']}": summary["on"] == on.isoformat(),
        "not flat": summary["flat"] and summary["open_positions"] == 0,
        "not reconciled": summary["reconciled"] is True,
        f"net {summary['net_pnl']}, the ledger says {ledger['net_pnl']}": (
            summary["net_pnl"] == ledger["net_pnl"]
        ),
    }
    facts = f"{summary['orders']} orders, {summary['trades']} trades, net {summary['net_pnl']}"
    return facts, [text for text, holds in checks.items() if not holds] + list(summary["problems"])


def order_problems(
    database: Path, on: date, ledger: Mapping[str, Any], foreign: Collection[str]
) -> list[str]:
    """Orders that were intended twice, sent twice, or by nobody."""
    with JournalReader(database) as reader:
        events = [decode_event(row.kind, row.payload) for row in reader.rows(on=on)]
    intended = Counter(event.request.tag for event in events if isinstance(event, OrderIntended))
    at_broker = Counter(order["tag"] for order in ledger["orders"] if order["order_id"] not in foreign)
    return [
        *(f"tag {tag} was intended {times} times" for tag, times in intended.items() if times > 1),
        *(f"{times} orders at the broker carry {tag}" for tag, times in at_broker.items() if times > 1),
        *(f"nobody intended {tag}" for tag in at_broker if tag not in intended),
    ]


def journal_problems(folder: Path, database: Path) -> tuple[str, list[str]]:
    """Whether the journal is whole, and adds up from its first row to what its last day took over."""
    settings = load_settings(Places(folder=folder, environment={})).settings
    settings = settings.model_copy(
        update={"run": settings.run.model_copy(update={"data_dir": database.parent})}
    )
    lines = journal_lines(settings, load_market_rules().charges)
    problems = [f"{line.name}: {line.message}" for line in lines if line.state is not CheckState.OK]
    return "; ".join(line.message for line in lines if line.name == "journal"), problems


def log_problems(logs: Path) -> tuple[str, list[str]]:
    """Incidents that the logs tell, by kind, and every error or dropped line: no planned fault makes one.

    Alerts are no errors of the program, though the critical ones are among them.
    """
    incidents: Counter[str] = Counter()
    problems = []
    for line in _lines(logs, "trading_bot.log*"):
        if line["event"] == "incident_recorded":
            incidents[line["kind"]] += 1
        elif line["event"].startswith("log_lines_dropped"):
            problems.append(line["event"])
    errors = [line for line in _lines(logs, "errors.log*") if line["event"] != "alert"]
    problems += [f"{line['at']} {line['event']}" for line in errors]
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(incidents.items()))
    return told or "no incident", problems


def _lines(logs: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for file in sorted(logs.glob(pattern)):
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())
