"""Whether the feed is alive: what it says, its silence, its loss. Without it entries stop and exits go on.

A socket may be open, answer pings and carry nothing. A quiet market looks the same, unless an index is
watched: that speaks every second of the session. So only then is the connection given up and made anew.
"""

from collections.abc import Callable

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import InstrumentKind
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND, datetime_of
from trading_bot.domain.market_data import MarketPhase
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, ReadPositions, ReconnectFeed, RefillHistory
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import FeedLost, PhaseReported
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State

_PHASE_SETTLE_MS = 5_000
_PUBLISHED_AFTER_MS = 5_000
"""How long after its end a minute is surely in the broker's history; how soon it is, nobody documents."""
_FIRST_WAIT_MS = 10 * MS_PER_SECOND
_LONGEST_WAIT_MS = 120 * MS_PER_SECOND
_STILL_SILENCE_MS = 5 * MS_PER_MINUTE


def hear(state: State, turn: Turn) -> None:
    """The feed spoke; after a long silence the candles that it missed are fetched from history."""
    market, now_ms = state.market, state.now_ms
    refill_ms = state.settings.gap_refill_s * MS_PER_SECOND
    if now_ms - market.seen_at_ms >= refill_ms and _silence_ms(state) >= refill_ms:
        _refill(state, turn)
    if not market.is_feed_up:
        turn.command(ReadBooks(reason="the feed speaks again"))
        turn.command(ReadPositions())
        _tell_back(state, turn)
    market.is_feed_up, market.is_quiet = True, False
    market.seen_at_ms = now_ms
    market.reconnect_at_ms = market.reconnect_wait_ms = 0


def _refill(state: State, turn: Turn) -> None:
    """At once, and again when the minute is over whose beginning was missed; a late start has only this."""
    market = state.market
    market.refill_at_ms = state.now_ms + MS_PER_MINUTE - state.now_ms % MS_PER_MINUTE + _PUBLISHED_AFTER_MS
    if not market.seen_at_ms:
        return
    turn.command(RefillHistory())
    for series in market:
        series.builder.forget_volume()


def refill_when_due(state: State, turn: Turn) -> None:
    """Fetch history again once the minute of the feed's return is in it."""
    if 0 < state.market.refill_at_ms <= state.now_ms:
        state.market.refill_at_ms = 0
        turn.command(RefillHistory())


def _tell_back(state: State, turn: Turn) -> None:
    """Only where a person was told that it was gone: at a start it has never been there."""
    if state.market.seen_at_ms and state.market.is_loss_told:
        away_s = (state.now_ms - state.market.seen_at_ms) // MS_PER_SECOND
        text = f"the feed is back after {away_s} s"
        turn.tell(AlertKind.FEED_BACK, "info", text)
    state.market.is_loss_told = False


def check_silence(state: State, turn: Turn, is_still: Callable[[State], bool]) -> None:
    """Treat a connected feed that says nothing in continuous trading as lost.

    While the exchange stands still nothing has to be said, and nobody is told. Quotes are asked for all the
    same, and a new connection now and then: the word that trading goes on must not be missed.
    """
    market, settings = state.market, state.settings
    if state.now_ms - market.seen_at_ms <= settings.index_silence_s * MS_PER_SECOND:
        return
    silence_ms = _silence_ms(state)
    if silence_ms <= settings.index_silence_s * MS_PER_SECOND:
        return
    has_reference = any(_is_reference(state, series) for series in market)
    if not has_reference and silence_ms <= settings.feed_silence_s * MS_PER_SECOND:
        return
    if is_still(state):
        market.is_quiet, market.is_feed_up = market.is_quiet or market.is_feed_up, False
        if silence_ms >= _STILL_SILENCE_MS and state.now_ms >= market.reconnect_at_ms:
            _reconnect(state, turn)
        return
    if market.is_feed_up or market.is_quiet:
        _note_silence(state, turn)
    if has_reference and market.seen_at_ms and state.now_ms >= market.reconnect_at_ms:
        _reconnect(state, turn)


def _is_reference(state: State, series: Series) -> bool:
    """Whether an instrument speaks every second: an index of prices does, that of volatility need not."""
    instrument = series.instrument
    return instrument.kind is InstrumentKind.INDEX and instrument.key != state.outlook.volatility_key


def _silence_ms(state: State) -> int:
    """For how long nothing came while it could: before a session opens nobody has to speak."""
    opened = [series.hours.opened_ms(state.now_ms) for series in state.market]
    since_ms = min((at_ms for at_ms in opened if at_ms is not None), default=state.now_ms)
    return state.now_ms - max(state.market.seen_at_ms, since_ms)


def _note_silence(state: State, turn: Turn) -> None:
    market = state.market
    market.is_feed_up, market.is_quiet, market.is_loss_told = False, False, True
    seen = f"since {datetime_of(market.seen_at_ms):%H:%M:%S}" if market.seen_at_ms else "at all"
    detail = f"no message {seen}"
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="feed_silent", detail=detail))
    turn.tell(AlertKind.FEED_SILENT, "warning", "the feed is silent: no entries until it speaks again")


def _reconnect(state: State, turn: Turn) -> None:
    """Ask for a new connection, ever more rarely while none brings anything."""
    market = state.market
    market.reconnect_wait_ms = min(max(2 * market.reconnect_wait_ms, _FIRST_WAIT_MS), _LONGEST_WAIT_MS)
    market.reconnect_at_ms = state.now_ms + market.reconnect_wait_ms
    turn.command(ReconnectFeed())


def on_feed_lost(state: State, _event: FeedLost, turn: Turn) -> None:
    """Take the loss of the feed: no entries until it speaks again. One that was asked for is not told."""
    market = state.market
    asked_at_ms = market.reconnect_at_ms - market.reconnect_wait_ms
    if market.is_feed_up or (market.is_quiet and state.now_ms - asked_at_ms >= _FIRST_WAIT_MS):
        market.is_loss_told = True
        turn.tell(AlertKind.FEED_LOST, "warning", "the feed is lost: no entries until it is back")
        market.is_quiet = False
    market.is_feed_up = False


def on_phases(state: State, event: PhaseReported, turn: Turn) -> None:
    """Take the exchange's word on its segments; it also shows that the feed is alive."""
    hear(state, turn)
    known = state.market.phases
    for segment, phase in event.phases.items():
        goes_on = phase is MarketPhase.PRE_OPEN_END and known.get(segment) is MarketPhase.PRE_OPEN_START
        if not goes_on:  # the end of its order entry is no other word on the call auction
            state.market.phases_at_ms[segment] = state.now_ms
        known[segment] = phase


def is_halted(state: State, series: Series) -> bool:
    """Whether the exchange says that it does not trade continuously now, whatever our calendar says.

    It says each thing once, and that may be lost: a trade of its segment some seconds later belies it.
    """
    return is_segment_halted(state, series.instrument.segment)


def is_segment_halted(state: State, segment: str) -> bool:
    """The same of all instruments of a segment."""
    market = state.market
    if market.phases.get(segment, MarketPhase.NORMAL_OPEN) is MarketPhase.NORMAL_OPEN:
        return False
    return newest_trade_ms(state, segment) <= market.phases_at_ms[segment] + _PHASE_SETTLE_MS


def newest_trade_ms(state: State, segment: str) -> int:
    """When the exchange last traded anything of a segment that is watched, as far as was heard."""
    trades_ms = (one.newest_trade_ms for one in state.market if one.instrument.segment == segment)
    return max(trades_ms, default=0)
