"""The figures as tables for a terminal, and as a document."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.report.metrics.figures import Metrics, StrategyMetrics
from trading_bot.report.metrics.gates import StrategyGates, gates_document
from trading_bot.report.metrics.moves import HORIZON_MINUTES
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import MINUS, count, duration, money, signed_money, words

_NONE = "-"


def metrics_text(metrics: Metrics) -> str:
    """All tables."""
    lines = [_head(metrics), "", *_strategies(metrics.strategies)]
    for gates in metrics.gates:
        lines += ["", *_gates(gates)]
    lines += [*_denials(metrics.strategies[-1]), *_waits(metrics), *_moves(metrics)]
    return "\n".join(lines).replace(MINUS, "-")  # terminals, and what reads them, know the hyphen


def metrics_document(metrics: Metrics) -> dict[str, Any]:
    """The same as plain values: money as decimal strings, shares as fractions."""
    return {
        "sessions": [session.on.isoformat() for session in metrics.sessions],
        "base_capital": str(metrics.base_capital),
        "strategies": [_strategy_document(one) for one in metrics.strategies],
        "gates": [gates_document(one) for one in metrics.gates],
        "time_to_acknowledgement_ms": [
            {
                "strategy": one.strategy,
                "what": one.what,
                "orders": one.orders,
                "median": one.median_ms,
                "p95": one.p95_ms,
                "most": one.most_ms,
            }
            for one in metrics.waits
        ],
        "held_back": {
            "horizon_minutes": HORIZON_MINUTES,
            "by": [one._asdict() | {"accuracy": _share(one.against, one.known)} for one in metrics.moves],
        },
    }


def _head(metrics: Metrics) -> str:
    days = [session.on for session in metrics.sessions]
    if not days:
        return "no session"
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{len(days)} session{'s' if len(days) > 1 else ''}, {span}"


def _strategies(strategies: Sequence[StrategyMetrics]) -> list[str]:
    names = ("", *(one.strategy for one in strategies))
    rows: list[tuple[str, ...]] = [names]
    rows += [(label, *(text(one) for one in strategies)) for label, text in _FIGURES]
    return aligned(rows, right=range(1, len(names)))


def _gates(gates: StrategyGates) -> Iterator[str]:
    yield f"gates of {gates.strategy}: {count(gates.evaluations)} evaluations, {count(gates.signals)} signals"
    rows = [("GATE", "PASSED", "SKIPPED", "FAILED", "ALONE", "SHARE ALONE")]
    for gate in gates.gates:
        failed = gate.evaluated - gate.passed
        rows.append(
            (
                words(gate.name),
                _percent(gate.pass_rate),
                count(gate.skipped),
                count(failed),
                count(gate.binding),
                _percent(gate.binding_rate),
            )
        )
    yield from aligned(rows, right=range(1, 6))


def _denials(everybody: StrategyMetrics) -> Iterator[str]:
    if everybody.denials:
        yield ""
        yield f"denied signals: {count(everybody.denied)} of {count(everybody.signals)}"
        rows = [(words(reason), count(number)) for reason, number in everybody.denials.items()]
        yield from aligned(rows, right=(1,))


def _waits(metrics: Metrics) -> Iterator[str]:
    if not metrics.waits:
        return
    yield ""
    yield "until the broker's answer, in session time: orders from their sending on"
    rows = [("", "", "ORDERS", "MEDIAN ms", "P95 ms", "MOST ms")]
    rows += [
        (
            one.strategy,
            one.what,
            count(one.orders),
            f"{one.median_ms:g}",
            f"{one.p95_ms:g}",
            str(one.most_ms),
        )
        for one in metrics.waits
    ]
    yield from aligned(rows, right=range(2, 6))


def _moves(metrics: Metrics) -> Iterator[str]:
    if not metrics.moves:
        return
    yield ""
    yield f"where prices were {HORIZON_MINUTES} minutes later (kept candles; no fills, no costs)"
    rows = [("", "HELD BACK BY", "KNOWN", "UNKNOWN", "MOVED AGAINST IT", "MEAN MOVE FOR IT")]
    for one in metrics.moves:
        mean = _NONE if one.mean_bps is None else f"{one.mean_bps:+.1f} bps"
        against = _percent(_share(one.against, one.known))
        rows.append(
            (one.strategy, words(one.held_back_by), count(one.known), count(one.unknown), against, mean)
        )
    yield from aligned(rows, right=range(2, 6))


def _strategy_document(one: StrategyMetrics) -> dict[str, Any]:
    return {
        "strategy": one.strategy,
        "hours": round(one.hours, 4),
        "signals": one.signals,
        "signals_per_hour": one.signals_per_hour,
        "signals_per_day": one.signals_per_day,
        "denied": one.denials,
        "trades": one.trades,
        "wins": one.wins,
        "win_rate": one.win_rate,
        "mean_duration_s": one.mean_held_s,
        "gross_pnl": str(one.gross),
        "net_pnl": str(one.net),
        "day_net_pnl": [str(net) for net in one.day_net],
        "sharpe": one.sharpe,
        "max_drawdown": str(one.max_drawdown),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return _NONE if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.2f}".replace("-", MINUS)


def _held(one: StrategyMetrics) -> str:
    return _NONE if one.mean_held_s is None else duration(round(one.mean_held_s * MS_PER_SECOND))


def _amount(amount: Decimal | None) -> str:
    return _NONE if amount is None else signed_money(amount)


_FIGURES = (
    ("hours of candles evaluated", lambda one: f"{one.hours:.2f}"),
    ("signals", lambda one: count(one.signals)),
    ("signals an hour", lambda one: _number(one.signals_per_hour)),
    ("signals a session", lambda one: _number(one.signals_per_day)),
    ("signals denied", lambda one: count(one.denied)),
    ("trades closed", lambda one: count(one.trades)),
    ("win rate", lambda one: _percent(one.win_rate)),
    ("mean duration", _held),
    ("gross", lambda one: _amount(one.gross)),
    ("net", lambda one: _amount(one.net)),
    ("net a session", lambda one: _amount(one.mean_day_net)),
    ("Sharpe ratio, annual", lambda one: _number(one.sharpe)),
    ("maximum drawdown", lambda one: money(one.max_drawdown)),
)
