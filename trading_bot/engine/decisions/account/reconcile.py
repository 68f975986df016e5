"""Do the broker's positions equal ours? A difference seen twice halts entries, never exits."""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, ReadPositions
from trading_bot.engine.decisions.account import annulled, lagging
from trading_bot.engine.decisions.account.foreign import foreign_position, is_apart
from trading_bot.engine.decisions.operation import halts, rates
from trading_bot.engine.decisions.orders.order_table import POSITION_ACTIONS, Position, PositionAction
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import POSITIONS, AccountRead, PositionsRead, ReadFailed
from trading_bot.engine.state import State, has_unsettled_fills

ACCOUNT_BLOCKED = "account_blocked"
"""The broker lets the account trade no more; ends when it says otherwise."""


def on_positions_read(state: State, event: PositionsRead, turn: Turn) -> None:
    """Compare every instrument that either side knows."""
    state.positions_read_at_ms = max(state.positions_read_at_ms, event.asked_at_ms)
    state.failed_reads.pop(POSITIONS, None)
    is_new = event.asked_at_ms >= state.time_lost_at_ms
    if is_new and state.books_read_at_ms and not state.is_recovered:
        state.is_recovered = True
        turn.touched_trades.update(dict.fromkeys(state.book.trades))
    theirs: dict[str, int] = {}
    rows = [row for row in event.positions if not is_apart(state, row.instrument_key, row.product)]
    for row in rows:
        theirs[row.instrument_key] = theirs.get(row.instrument_key, 0) + row.quantity
    behind = lagging.keys_behind(state, event, turn)
    state.broker_quantity = {key: units for key, units in theirs.items() if key not in behind}
    state.broker_products = {row.instrument_key: row.product for row in rows if row.quantity}
    for key in sorted(theirs.keys() | state.book.positions.keys() | state.book.differences.keys()):
        _compare(state, key, theirs.get(key, 0), turn, is_behind=key in behind)
    if not state.book.differences:
        halts.clear_halt(turn, ev.HaltScope.ENTRIES, "", "position_difference")


def follow(state: State, turn: Turn) -> None:
    """Read the positions again soon while they differ: what is not covered may be ours after all."""
    pause_ms = state.settings.change_settle_s * MS_PER_SECOND
    if rates.is_limited(state) or not state.book.differences:
        return
    if state.now_ms - max(state.positions_read_at_ms, state.positions_wanted_at_ms) >= pause_ms:
        state.positions_wanted_at_ms = state.now_ms
        turn.command(ReadPositions())


def _compare(state: State, key: str, theirs: int, turn: Turn, *, is_behind: bool) -> None:
    ours = state.book.position_of(key).quantity
    expected = ours + foreign_position(state, key)
    compared = Position.BEHIND if is_behind else _compared(state, key, expected, theirs)
    if compared is Position.DIFFERENT_AGAIN and annulled.settle(
        state, key, theirs - expected, state.positions_read_at_ms, turn
    ):
        compared = Position.EQUAL
    match POSITION_ACTIONS[compared]:
        case PositionAction.AGREE:
            _agree(state, key, turn)
        case PositionAction.READ_BOOKS:
            state.mismatches[key] = theirs
            turn.command(ReadBooks(reason=f"position of {key} differs"))
        case PositionAction.HALT:
            _differ(state, key, ours, theirs, turn)
        case PositionAction.WAIT:
            pass


def _compared(state: State, key: str, expected: int, theirs: int) -> Position:
    if theirs == expected:
        return Position.EQUAL
    if _is_moving(state, key):
        return Position.DIFFERENT_WHILE_MOVING
    return Position.DIFFERENT_AGAIN if state.mismatches.get(key) == theirs else Position.DIFFERENT


def _is_moving(state: State, key: str) -> bool:
    """Whether fills that were not applied yet may explain a difference: then the next read will tell."""
    return any(
        order.request.instrument_key == key and has_unsettled_fills(order)
        for order in state.book.orders.values()
    )


def _agree(state: State, key: str, turn: Turn) -> None:
    state.mismatches.pop(key, None)
    state.agreed.add(key)
    if key in state.book.differences:
        turn.emit(ev.DifferenceSettled(at_ms=state.now_ms, instrument_key=key))
        turn.touch_instrument(key)


def _differ(state: State, key: str, ours: int, theirs: int, turn: Turn) -> None:
    """A new difference is recorded, and told; one that lasts is told again each minute, and after a start."""
    known = state.book.differences.get(key)
    is_known = known is not None and (known.our_quantity, known.broker_quantity) == (ours, theirs)
    told_ms = state.told_differences_ms.get(key, 0)
    if not is_known or state.now_ms - told_ms >= MS_PER_MINUTE:
        state.told_differences_ms[key] = state.now_ms
        symbol = state.market.symbol(key)
        text = f"{symbol}: our position {ours}, the broker's {theirs}; exits cover only what both show"
        turn.tell(AlertKind.POSITION_DIFFERS, "critical", text)
    if is_known:
        return
    turn.emit(
        ev.DifferenceFound(at_ms=state.now_ms, instrument_key=key, our_quantity=ours, broker_quantity=theirs)
    )
    halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", "position_difference")
    turn.touch_instrument(key)


def on_account_read(state: State, event: AccountRead, turn: Turn) -> None:
    """Take funds, margin rates and price bands."""
    state.account.available = event.funds.available
    state.account.asked_at_ms = event.asked_at_ms
    state.account.margin_rates.update(event.margin_rates)
    state.account.bands.update(event.bands)
    for key, (lowest, highest) in event.bands.items():
        price = state.market.last_price(key)
        is_outside = price != 0 and not lowest <= price <= highest
        (state.account.contradicted.add if is_outside else state.account.contradicted.discard)(key)
    if event.is_active is False:
        halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", ACCOUNT_BLOCKED)
    elif event.is_active:
        halts.clear_halt(turn, ev.HaltScope.ENTRIES, "", ACCOUNT_BLOCKED)


def on_read_failed(state: State, event: ReadFailed, turn: Turn) -> None:
    """Say, once a minute, that a read failed: it changes nothing in the book. A dead token stops entries."""
    if event.needs_login:
        halts.need_login(turn)
        return
    state.failed_reads[event.what] += 1
    told_ms = state.told_failures_ms.get(event.what)
    if told_ms is None or state.now_ms - told_ms >= MS_PER_MINUTE:
        state.told_failures_ms[event.what] = state.now_ms
        turn.tell(AlertKind.READ_FAILED, "warning", f"reading {event.what} failed: {event.detail}")
