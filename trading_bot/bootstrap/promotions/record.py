"""What a backtest leaves for a promotion: what was tested, on what, and everything that was found."""

from collections.abc import Mapping
from typing import Any

from trading_bot.adapters.history.origin import stress_of
from trading_bot.backtest.honesty.document import evidence_document, findings_document
from trading_bot.backtest.honesty.findings import Findings, amount
from trading_bot.bootstrap.backtesting.tested import Tested
from trading_bot.bootstrap.day.day_closes import days_path
from trading_bot.bootstrap.fingerprints import Fingerprints
from trading_bot.bootstrap.promotions.conditions import conditions
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import ZERO
from trading_bot.research.promotion import Criterion

VERSION = 1


def evidence_record(
    tested: Tested, findings: Findings, prints: Fingerprints, data_hash: str, now_ms: int
) -> dict[str, Any]:
    """Return the content of `evidence.json`; docs/backtest-report.md lists its keys."""
    result = tested.result
    return {
        "version": VERSION,
        "made_at": datetime_of(now_ms).isoformat(timespec="seconds"),
        "program": {"version": prints.version, "code_hash": prints.program_hash},
        "strategies": [
            {
                "name": one.name,
                "place": one.place,
                "code_hash": one.code_hash,
                "settings_hash": one.settings_hash,
                "settings": dict(one.settings),
            }
            for one in prints.strategies
        ],
        "risk": {"settings_hash": prints.risk_hash, "changed": dict(prints.risk_changed)},
        "data": {
            "folder": result.data,
            "universe": tested.universe.value,
            "symbols": list(result.symbols),
            "first_day": f"{result.days[0]}",
            "last_day": f"{result.days[-1]}",
            "days": len(result.days),
            "bars": result.bars,
            "hash": data_hash,
        },
        "run": run_document(tested),
        "result": {
            "trades": len(result.trades),
            "net_pnl": amount(result.net),
            "charges_total": amount(sum(result.charges.values(), ZERO)),
            "problems": list(result.problems),
        },
        "findings": findings_document(findings),
        "evidence": evidence_document(findings.evidence),
    }


def run_document(tested: Tested) -> dict[str, Any]:
    """What a backtest was played under, for its record."""
    settings, options = tested.settings, tested.options
    days = days_path(settings)
    venue = settings.simulator.model_dump(mode="json", exclude_defaults=True)
    return {
        "fidelity": options.fidelity.value,
        "seed": options.seed,
        "stress": options.stress or stress_of(tested.folder.path),
        "accept_defects": options.accept_defects,
        "defects": list(tested.defects),
        "opening_balance": amount(settings.simulator.opening_balance),
        "slippage_bps": str(settings.run.slippage_bps),
        "spread_bps": str(settings.backtest.spread_bps),
        "participation": str(settings.backtest.participation),
        "days_folder": None if days is None else f"{days}",
        "venue": {name: value for name, value in venue.items() if name != "opening_balance"},
        "permutations": options.checks.permutations,
        "cuts": options.checks.cuts,
        "check_days": options.checks.days,
    }


def conditions_met(run: Mapping[str, Any], risk_changed: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The conditions of a test as criteria. Raises as `conditions` does."""
    return tuple(
        Criterion(name=one.name, passed=not one.objections, reason="; ".join(one.objections) or one.met)
        for one in conditions(run, risk_changed)
    )
