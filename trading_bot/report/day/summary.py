"""The summary of a run: the figures that other programs read. Money is in rupees, as decimal strings."""

import json
from collections import Counter
from decimal import Decimal

from trading_bot.domain.money import rupees
from trading_bot.domain.position import Position
from trading_bot.report.day.result import DayResult
from trading_bot.report.day.verdict import verdict_of
from trading_bot.report.metrics.gates import gates_document
from trading_bot.report.wording import iso_time


def summary(result: DayResult) -> dict[str, object]:
    """Return the content of `summary.json`."""
    return {**_run(result), **_counts(result), **_outcome(result), **_checks(result)}


def summary_text(result: DayResult) -> str:
    """The summary as JSON text."""
    return json.dumps(summary(result), indent=2, ensure_ascii=False) + "\n"


def _run(result: DayResult) -> dict[str, object]:
    facts, record = result.facts, result.record
    return {
        "run_id": facts.run_id,
        "mode": facts.mode,
        "data": facts.data,
        "on": record.on.isoformat(),
        "symbols": list(facts.symbols),
        "started_at": iso_time(result.started_at_ms),
        "ended_at": iso_time(result.ended_at_ms),
        "restarts": record.restarts,
        "program_version": record.program_version,
        "settings_hash": record.settings_hash,
    }


def _counts(result: DayResult) -> dict[str, object]:
    record = result.record
    denials = Counter(signal.denied.reason for signal in record.signals if signal.denied)
    statuses = Counter(str(row.order.status) for row in record.orders)
    return {
        "ticks": result.facts.ticks,
        "candles": result.facts.candles,
        "signals": len(record.signals),
        "denied_signals": dict(sorted(denials.items())),
        "orders": len(record.orders),
        "orders_by_status": dict(sorted(statuses.items())),
        "trades": len(result.trades),
        "entries_not_filled": len(result.unfilled),
        "gates": [gates_document(gates) for gates in result.facts.gates],
    }


def _outcome(result: DayResult) -> dict[str, object]:
    factor = result.profit_factor
    return {
        "gross_pnl": _amount(result.gross),
        "charges": {kind: _amount(amount) for kind, amount in result.costs.lines.items()},
        "charges_total": _amount(result.costs.total),
        "net_pnl": _amount(result.net),
        "max_drawdown": _amount(result.max_drawdown),
        "wins": len(result.wins),
        "losses": len(result.losses),
        "win_rate": None if result.win_rate is None else round(result.win_rate, 4),
        "profit_factor": None if factor is None else str(factor),
        "open_positions": len(result.record.positions),
        "positions": [_position(result, position) for position in result.record.positions],
    }


def _checks(result: DayResult) -> dict[str, object]:
    verdict, ledger = verdict_of(result), result.facts.ledger_net_pnl
    simulated = {} if ledger is None else {"ledger_net_pnl": _amount(ledger)}
    return {
        **simulated,
        "ledger_equal": verdict.is_ledger_equal,
        "flat": verdict.is_flat,
        "reconciled": verdict.is_reconciled,
        "problems": list(verdict.problems),
        "warm_up_notes": list(result.facts.warm_up_notes),
        "messages": [*result.facts.messages, *result.costs.notices],
    }


def _position(result: DayResult, position: Position) -> dict[str, object]:
    return {
        "instrument_key": position.instrument_key,
        "symbol": result.symbol(position.instrument_key),
        "quantity": position.quantity,
        "cash": _amount(rupees(position.cash)),
    }


def _amount(amount: Decimal) -> str:
    """Two decimals; more only where the amount has them, so that nothing is rounded away."""
    return str(amount if amount != amount.quantize(Decimal("0.01")) else amount.quantize(Decimal("0.01")))
