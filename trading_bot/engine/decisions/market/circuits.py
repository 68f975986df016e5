"""Market-wide halts: the breaker's levels, the exchange's own word, and the quiet time after both.

While the exchange stands still nothing can be entered anyway. A halt of the book on top of it lasts on until
prices have had their time after the reopening, is known after a restart, and tells a person.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND, datetime_of
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.rules.breakers import BreakerLevel, BreakerRow
from trading_bot.engine.decisions.market.feed_health import is_segment_halted, newest_trade_ms
from trading_bot.engine.decisions.operation.halts import clear_halt, raise_halt
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State

MARKET_HALTED = "market_halted"
"""The exchange says that it does not trade in what should be continuous trading."""
BREAKER = "market_breaker_"
"""Begins the reason of a breaker's halt; the level in percent follows."""
_BELIEVED_AFTER_MS = 30 * MS_PER_SECOND
AUCTION_MS = 15 * MS_PER_MINUTE
"""Of the call auction with which trading begins again: its orders, their matching, and a pause."""
_CALL_AUCTION = (MarketPhase.PRE_OPEN_START, MarketPhase.PRE_OPEN_END)
_LAST_TRADES_MS = 5 * MS_PER_SECOND
"""How long after a level was reached trades of before may still come in."""


def follow(state: State, turn: Turn) -> None:
    """Raise and release market-wide halts: each second, and with candles where there are no seconds."""
    if not state.risk.overlays.circuits.market_wide:
        return
    breaker = state.outlook.breaker
    if breaker is not None:
        _trip(state, breaker, turn)
        _note_trades(state, breaker)
        _release_breaker(state, breaker, turn)
    _follow_exchange(state, turn)


# --- the breaker --------------------------------------------------------------------------------------------


def _trip(state: State, breaker: BreakerRow, turn: Turn) -> None:
    """Raise a halt when an index reaches a level that it has not reached before today."""
    seen = state.market.standstill
    reached = seen.moves
    for key in seen.indices:
        index = state.market.series[key]
        move = _move(index)
        level = None if move is None else breaker.level_of(move)
        if level is None or level.move <= reached.get(key, 0.0):
            continue
        reached[key] = level.move
        if index.hours.is_open(state.now_ms) and _minutes(level, state.now_ms) != 0:
            raise_halt(turn, ev.HaltScope.ENTRIES, "", _reason(level))


def _move(index: Series) -> float | None:
    """Change since the previous close as a fraction; None where either is unknown."""
    tick = index.tick
    close = index.previous_close if tick is None or not tick.previous_close else tick.previous_close
    return (index.last_price - close) / close if close and index.last_price else None


def _minutes(level: BreakerLevel, at_ms: int) -> int | None:
    return level.minutes_at(datetime_of(at_ms).time())


def _reason(level: BreakerLevel) -> str:
    return f"{BREAKER}{level.move:.0%}"


def _release_breaker(state: State, breaker: BreakerRow, turn: Turn) -> None:
    """Let entries go on when halt, auction and the quiet time are over; the day's end releases the rest."""
    if not state.book.halts:
        return
    quiet = state.risk.overlays.circuits.after_halt_minutes
    for level in breaker.levels:
        halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", _reason(level)))
        minutes = None if halt is None else _minutes(level, halt.at_ms)
        if halt is None or minutes is None:
            continue
        until_ms = halt.at_ms + (minutes + breaker.auction_minutes + quiet) * MS_PER_MINUTE
        if state.now_ms >= until_ms:
            clear_halt(turn, ev.HaltScope.ENTRIES, "", _reason(level))


def _note_trades(state: State, breaker: BreakerRow) -> None:
    """Remember what went on trading though a level was reached: no call auction follows there."""
    for level in breaker.levels if state.book.halts else ():
        halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", _reason(level)))
        if halt is None:
            continue
        until_ms = (_reopens_ms(breaker, level, halt.at_ms) or state.now_ms) - AUCTION_MS
        for segment in {series.instrument.segment for series in state.market}:
            if halt.at_ms + _LAST_TRADES_MS < newest_trade_ms(state, segment) < until_ms:
                state.market.standstill.belied.add((_reason(level), segment))


def breaker_until_ms(state: State, series: Series) -> int:
    """Until when a level that was reached lets nothing trade, the auction included; 0 for no such level.

    The exchange may judge its index otherwise than we do: a trade some seconds later belies it.
    """
    breaker = state.outlook.breaker
    if breaker is None or not state.book.halts:
        return 0
    traded_ms = newest_trade_ms(state, series.instrument.segment)
    for level in reversed(breaker.levels):
        halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", _reason(level)))
        if halt is None or traded_ms > halt.at_ms + _LAST_TRADES_MS:
            continue
        return _reopens_ms(breaker, level, halt.at_ms) or series.hours.close_ms
    return 0


def _reopens_ms(breaker: BreakerRow, level: BreakerLevel, halted_ms: int) -> int | None:
    """When the call auction after a halt is over; None where it lasts for the rest of the day."""
    minutes = _minutes(level, halted_ms)
    return None if minutes is None else halted_ms + (minutes + breaker.auction_minutes) * MS_PER_MINUTE


def auction_ends_ms(state: State, series: Series) -> tuple[int, ...]:
    """When the call auctions before a reopening end, by the exchange's word and by levels."""
    breaker, market, segment = state.outlook.breaker, state.market, series.instrument.segment
    ends = []
    if market.phases.get(segment) in _CALL_AUCTION and series.hours.is_open(market.phases_at_ms[segment]):
        ends.append(market.phases_at_ms[segment] + AUCTION_MS)
    for level in () if breaker is None else breaker.levels:
        halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", _reason(level)))
        if breaker is None or halt is None or (_reason(level), segment) in market.standstill.belied:
            continue
        end_ms = _reopens_ms(breaker, level, halt.at_ms)
        if end_ms is not None:
            ends.append(end_ms)
    return tuple(ends)


# --- the exchange's own word --------------------------------------------------------------------------------


def _follow_exchange(state: State, turn: Turn) -> None:
    seen = state.market.standstill
    is_raised = (ev.HaltScope.ENTRIES, "", MARKET_HALTED) in state.book.halts
    if _stands_still(state):
        seen.since_ms, seen.over_at_ms = seen.since_ms or state.now_ms, 0
        if state.now_ms - seen.since_ms >= _BELIEVED_AFTER_MS:
            raise_halt(turn, ev.HaltScope.ENTRIES, "", MARKET_HALTED)
        return
    seen.since_ms = 0
    if not is_raised:
        return
    seen.over_at_ms = seen.over_at_ms or state.now_ms
    quiet_ms = state.risk.overlays.circuits.after_halt_minutes * MS_PER_MINUTE
    if state.now_ms - seen.over_at_ms >= quiet_ms:
        clear_halt(turn, ev.HaltScope.ENTRIES, "", MARKET_HALTED)


def was_halted(state: State, series: Series) -> bool:
    """Whether the book knows of a halt by the exchange's word, which was not heard since a restart.

    It outlasts the exchange's halt: a trade shows that this is over.
    """
    halt = state.book.halts.get((ev.HaltScope.ENTRIES, "", MARKET_HALTED))
    segment = series.instrument.segment
    if halt is None or segment in state.market.phases:
        return False
    return newest_trade_ms(state, segment) <= halt.at_ms + _LAST_TRADES_MS


def _stands_still(state: State) -> bool:
    """Whether a segment stands still as a whole, in hours in which its instruments could be entered."""
    phases = state.market.phases
    if all(phase is MarketPhase.NORMAL_OPEN for phase in phases.values()):
        return False
    entered = {
        series.instrument.segment
        for series in state.market
        if series.instrument.is_tradable and series.hours.may_enter(state.now_ms)
    }
    return any(is_segment_halted(state, segment) for segment in entered)
