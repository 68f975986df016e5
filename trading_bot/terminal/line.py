"""The snapshot as one plain line, for logs and pipes."""

from trading_bot.domain.money import grouped
from trading_bot.engine.snapshot import RunHeader, Snapshot
from trading_bot.terminal.words import age_text, money_text, time_text


def render_line(snapshot: Snapshot) -> str:
    """Session time, mode, phase, P&L, positions, orders and what is wrong, in one line."""
    run, day = snapshot.run, snapshot.day
    held = [
        f"{row.symbol} {grouped(row.quantity, 0, signed=True)}" for row in snapshot.symbols if row.quantity
    ]
    ill = [worker.name for worker in snapshot.workers if not worker.is_well]
    parts = [
        f"session {time_text(run.now_ms)} {run.mode} {run.phase}{_unusual(run)}",
        f"net {money_text(day.net)}",
        f"gross {money_text(day.gross)}",
        f"charges {money_text(day.charges).lstrip('+')}",
        f"trades {day.trades}",
        f"positions {', '.join(held) or 'none'}",
        f"orders {len(snapshot.orders)}",
        f"feed {age_text(snapshot.feed_age_s)}",
    ]
    parts += [f"workers down: {', '.join(ill)}"] if ill else []
    parts += [f"HALTED: {'; '.join(snapshot.halts)}"] if snapshot.halts else []
    return " | ".join(parts)


def _unusual(run: RunHeader) -> str:
    """What it does where that is not trading, and why."""
    if run.state == "trading":
        return ""
    return f" ({run.state}: {run.reason})" if run.reason else f" ({run.state})"
