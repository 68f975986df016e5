"""What a run prints at its end: its trades, what they cost, and where the report is."""

from collections.abc import Iterator
from pathlib import Path

from trading_bot.domain.money import ZERO
from trading_bot.report.day.result import DayResult, TradeResult
from trading_bot.report.day.verdict import verdict_of
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import (
    MINUS,
    charge_name,
    clock_time,
    count,
    mean_price,
    money,
    reason_name,
    signed_money,
)

_HEADINGS = ("SYMBOL", "SIDE", "QTY", "ENTRY", "AT", "EXIT", "AT", "REASON", "GROSS", "CHARGES", "NET")
_RIGHT = frozenset({2, 3, 5, 8, 9, 10})
_AMOUNT_COLUMN = 1


def console_text(result: DayResult, folder: Path) -> str:
    """The result as plain text; `folder` is where the report was written."""
    lines = [*_head(result), *_trades(result), *_amounts(result), *_verdict(result), *_paths(folder)]
    return "\n".join(lines).replace(MINUS, "-")  # terminals, and what reads them, know the hyphen


def summary_line(result: DayResult, folder: Path) -> str:
    """What became of the day in a few lines, for a message; the rest is in the report."""
    won, traded = len(result.wins), len(result.trades)
    problems = verdict_of(result).problems
    lines = [
        f"{result.facts.mode} {result.record.on}: net {signed_money(result.net)}",
        f"gross {signed_money(result.gross)}, charges {money(result.costs.total)}",
        f"{count(traded)} trades, {count(won)} won, {count(len(result.record.signals))} signals",
        f"largest fall {money(result.max_drawdown)}",
        "PROBLEMS: " + "; ".join(problems) if problems else "flat and reconciled",
        *_paths(folder),
    ]
    return "\n".join(lines).replace(MINUS, "-")


def _head(result: DayResult) -> Iterator[str]:
    facts, record = result.facts, result.record
    yield f"{facts.mode} {record.on}: {facts.data}"
    restarts = f", {record.restarts} restarts" if record.restarts else ""
    traded = f"{count(len(record.orders))} orders, {count(len(result.trades))} trades"
    yield (
        f"  {count(facts.ticks)} ticks, {count(facts.candles)} candles, "
        f"{count(len(record.signals))} signals, {traded}{restarts}"
    )
    for note in (*facts.warm_up_notes, *facts.messages, *result.costs.notices):
        yield f"  note: {note}"


def _trades(result: DayResult) -> list[str]:
    if not result.trades:
        return ["  no trades"]
    return aligned([_HEADINGS, *(_cells(trade) for trade in result.trades)], right=_RIGHT)


def _cells(result: TradeResult) -> tuple[str, ...]:
    record = result.record
    reason = reason_name(record.closed.exit_reason) if record.closed else "OPEN"
    return (
        result.instrument.symbol,
        record.trade.direction,
        count(record.entered_quantity),
        _mean(record.entered_value, record.entered_quantity),
        _time(record.entered_at_ms),
        _mean(record.exited_value, record.exited_quantity),
        _time(record.exited_at_ms),
        reason,
        signed_money(result.gross),
        money(result.total_charges),
        signed_money(result.net),
    )


def _mean(value: int, quantity: int) -> str:
    mean = mean_price(value, quantity)
    return "-" if mean is None else money(mean)


def _time(at_ms: int | None) -> str:
    return "-" if at_ms is None else clock_time(at_ms)


def _amounts(result: DayResult) -> list[str]:
    lines = [
        (charge_name(kind), money(-amount)) for kind, amount in result.costs.lines.items() if amount != ZERO
    ]
    rows = [("gross", signed_money(result.gross)), *lines, ("NET", signed_money(result.net))]
    if result.facts.ledger_net_pnl is not None:
        rows.append(("simulator's ledger", signed_money(result.facts.ledger_net_pnl)))
    return aligned(rows, right={_AMOUNT_COLUMN})


def _verdict(result: DayResult) -> Iterator[str]:
    verdict = verdict_of(result)
    if not verdict.problems:
        ledger = ", ledger equal to the paisa" if verdict.is_ledger_equal else ""
        yield f"  flat, reconciled{ledger}"
    for problem in verdict.problems:
        yield f"  ! {problem}"


def _paths(folder: Path) -> Iterator[str]:
    yield f"report: {folder / 'report.html'}"
