"""The day's losses: told before they halt it, and what halts it."""

from decimal import Decimal

from trading_bot.domain import events as ev
from trading_bot.domain.money import ZERO, grouped
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.operation.halts import net_pnl, raise_halt
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State
from trading_bot.risk.limits import daily_loss_reached, loss_to_warn_of


def watch(state: State, turn: Turn) -> None:
    """Warn of the day's net loss; once it reaches its limit halt the day, and flatten when configured."""
    book, risk = state.book, state.risk
    if not book.fills:
        return
    net = net_pnl(state)
    if net >= ZERO:
        return
    if not daily_loss_reached(net, risk.limits, risk.sizing):
        _warn(state, net, turn)
        return
    raise_halt(turn, ev.HaltScope.ENTRIES, "", "max_daily_loss")
    if not risk.limits.flatten_on_daily_loss:
        return
    for trade in tuple(book.trades.values()):
        request_exit(state, trade, ExitReason.DAILY_LOSS, turn)


def _warn(state: State, net: Decimal, turn: Turn) -> None:
    """Once a day, whatever restarts: the incident is journaled."""
    limits, sizing = state.risk.limits, state.risk.sizing
    threshold = loss_to_warn_of(limits, sizing)
    if threshold is None or net > -threshold or AlertKind.LOSS_WARNING in state.book.incident_kinds:
        return
    text = (
        f"the day has lost {grouped(-net)} net, {-net / sizing.base_capital:.2%} of the capital; "
        f"{limits.max_daily_loss:.2%} halts it"
    )
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind=AlertKind.LOSS_WARNING, detail=text))
    turn.tell(AlertKind.LOSS_WARNING, "warning", text)


def tell_streak(state: State, turn: Turn) -> None:
    """Tell of losing trades in a row, whatever they were in; called when one has closed, and only then."""
    streak = losing_streak(state)
    every = state.risk.limits.warn_consecutive_losses
    if streak and streak % every == 0:
        text = f"{streak} losing trades in a row, net {grouped(net_pnl(state))} today"
        turn.tell(AlertKind.LOSING_STREAK, "warning", text)


def losing_streak(state: State) -> int:
    """Losing trades in a row at the end of today's; one that traded nothing is none."""
    streak = 0
    for closed in reversed(state.book.closed_trades):
        if not closed.quantity:
            continue
        if closed.gross_pnl >= 0:
            break
        streak += 1
    return streak
