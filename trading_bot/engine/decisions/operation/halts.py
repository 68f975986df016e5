"""Halts: what stops entries, for whom and until when. Exits go on under every one of them."""

from collections.abc import Callable
from decimal import Decimal

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.money import rupees
from trading_bot.domain.order import Order, OrderStatus, Purpose
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.book import Book
from trading_bot.engine.commands import ReadBand, ReadBooks
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import JournalFellBack
from trading_bot.engine.state import State
from trading_bot.risk.limits import Denied

_NOT_TAKEN = (OrderStatus.REFUSED, OrderStatus.REJECTED)
_REFUSED_ENTRIES = 2
_REMIND_S = 30
_ORDERS_AGAIN_MS = 10 * MS_PER_SECOND
REJECT_STORM = "reject_storm"
"""So many orders were not taken in a minute that a person has to look."""
STOP_CANCELLED = "stop_cancelled"
"""Somebody keeps cancelling a stop: a person has to look."""
JOURNAL_FELL_BACK = "journal_fell_back"
"""The database took no rows; somebody has to find out why."""
NEEDS_LOGIN = "needs_login"
"""The broker does not accept the access token; ends with the next complete read."""


def raise_halt(
    turn: Turn,
    scope: ev.HaltScope,
    subject: str,
    reason: str,
    *,
    until_released: bool = False,
    level: str = "critical",
) -> None:
    """Stop entries, once, and tell a person."""
    if (scope, subject, reason) in turn.state.book.halts:
        return
    turn.emit(
        ev.HaltRaised(
            at_ms=turn.now_ms, scope=scope, subject=subject, reason=reason, until_released=until_released
        )
    )
    text = f"entries halted ({_whose(turn, scope, subject)}): {reason}"
    turn.tell(AlertKind.ENTRIES_HALTED, level, text)


def clear_halt(turn: Turn, scope: ev.HaltScope, subject: str, reason: str) -> None:
    """Let entries go on where this halt was the cause, and tell a person."""
    if (scope, subject, reason) in turn.state.book.halts:
        turn.emit(ev.HaltCleared(at_ms=turn.now_ms, scope=scope, subject=subject, reason=reason))
        text = f"a halt is over ({_whose(turn, scope, subject)}): {reason}"
        turn.tell(AlertKind.HALT_OVER, "info", text)


def _whose(turn: Turn, scope: ev.HaltScope, subject: str) -> str:
    return f"{scope} {turn.state.market.symbol(subject)}".rstrip()


def texts(book: Book, symbol_of: Callable[[str], str]) -> tuple[str, ...]:
    """Why nothing new is entered, as far as the book knows; a latched panic first."""
    reasons = [
        f"{scope} {symbol_of(subject)}".rstrip() + f": {reason}" for scope, subject, reason in book.halts
    ]
    return (*(["panic is latched until resume"] if book.is_panicking else []), *reasons)


def objection(state: State, instrument_key: str, strategy: str) -> Denied | None:
    """Return the halt that stops an entry in this instrument by this strategy, if any."""
    book = state.book
    if state.is_stopping:
        return Denied("stopping", "the process is about to end")
    if book.is_panicking:
        return Denied("panic", "panic is latched until a person resumes")
    subjects = {
        ev.HaltScope.ENTRIES: "",
        ev.HaltScope.INSTRUMENT: instrument_key,
        ev.HaltScope.STRATEGY: strategy,
    }
    for scope, subject, reason in book.halts:
        if subjects[scope] == subject:
            return Denied(f"halted_{scope}", reason)
    return None


def need_login(turn: Turn) -> None:
    """Stop entries because of a dead token, page once, and look at once whether it is really dead."""
    if not is_login_needed(turn.state):
        turn.tell(AlertKind.LOGIN_NEEDED, "critical", "the broker does not accept the token: log in again")
        turn.command(ReadBooks(reason="the token was not accepted"))
    raise_halt(turn, ev.HaltScope.ENTRIES, "", NEEDS_LOGIN)


def remind_of_login(state: State, turn: Turn) -> None:
    """Ask again every half a minute for a login while something is held or ordered: nobody looks after it."""
    halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", NEEDS_LOGIN))
    if halt is None or not state.book.trades:
        return
    waited_s = (state.now_ms - halt.at_ms) // MS_PER_SECOND
    mark = f"no login {halt.at_ms} {waited_s // _REMIND_S}"
    if waited_s < _REMIND_S or mark in state.told_of:
        return
    state.told_of.add(mark)
    text = f"no login for {waited_s} s: nothing can be asked or sent for {len(state.book.trades)} open trades"
    turn.tell(AlertKind.STILL_NO_LOGIN, "critical", text)


def is_login_needed(state: State) -> bool:
    """Whether nothing can be sent before somebody logs in."""
    return (ev.HaltScope.ENTRIES, "", NEEDS_LOGIN) in state.book.halts


def note_login(state: State, asked_at_ms: int, turn: Turn) -> None:
    """A complete read was answered: if it was asked for after the token was refused, the token is good.

    It need not be good for orders. Where they were refused again after such a read, the next one counts only
    a while later: each try costs a call of those that exits need.
    """
    halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", NEEDS_LOGIN))
    pause_ms = _ORDERS_AGAIN_MS if state.token_refusals > 1 else 0
    if halt is None or asked_at_ms < halt.at_ms + pause_ms:
        return
    clear_halt(turn, ev.HaltScope.ENTRIES, "", NEEDS_LOGIN)
    turn.touched_trades.update(dict.fromkeys(state.book.trades))


def net_pnl(state: State) -> Decimal:
    """Net result of the day in rupees: closed and open trades at last prices, after charges."""
    book = state.book
    gross = sum(trade.gross_pnl for trade in book.closed_trades)
    for key, position in book.positions.items():
        price = state.market.last_price(key)
        if price or position.is_flat:
            gross += position.cash + position.quantity * price
    return rupees(gross) - state.charges()


def on_journal_fell_back(_state: State, event: JournalFellBack, turn: Turn) -> None:
    """Enter nothing more, but let exits go on: the emergency journal has room for these."""
    turn.tell(
        AlertKind.JOURNAL_FELL_BACK,
        "critical",
        f"rows go to the emergency journal, exits go on: {event.detail}",
    )
    raise_halt(turn, ev.HaltScope.ENTRIES, "", JOURNAL_FELL_BACK, until_released=True)


def note_rejection(state: State, turn: Turn, text: str) -> None:
    """Count a refused or rejected order; too many in a minute halt entries until a person looks."""
    recent = state.rejections_ms
    recent.append(state.now_ms)
    in_last_minute = sum(1 for at_ms in recent if at_ms > state.now_ms - MS_PER_MINUTE)
    turn.tell(AlertKind.ORDER_NOT_TAKEN, "warning", f"order not taken: {text}")
    if in_last_minute >= state.settings.reject_storm:
        raise_halt(turn, ev.HaltScope.ENTRIES, "", REJECT_STORM, until_released=True)


def note_refused_entry(state: State, order: Order, turn: Turn) -> None:
    """Enter a share no more whose entries were not taken twice: banned, under watch, or short of margin.

    Exits go on: they are judged by the exchange each time anew.
    """
    if order.request.purpose is not Purpose.ENTRY:
        return
    key, book = order.request.instrument_key, state.book
    refused = {
        book.trade_id_by_tag[other.tag]
        for other in book.orders.values()
        if other.request.instrument_key == key
        and other.request.purpose is Purpose.ENTRY
        and other.status in _NOT_TAKEN
        and not other.is_unjudged
    }
    turn.command(ReadBand(instrument_key=key))
    if len(refused) >= _REFUSED_ENTRIES:
        raise_halt(turn, ev.HaltScope.INSTRUMENT, key, "entries_refused", until_released=True)
