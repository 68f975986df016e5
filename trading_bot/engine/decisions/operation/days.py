"""Start, day by day: starting, restarting after a crash and starting with unknown positions are one path."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import attrgetter

from trading_bot.domain import events as ev
from trading_bot.domain.candles.builder import GRACE_MS, CandleBuilder
from trading_bot.domain.candles.folding import aggregate
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.outlook import DayCloses, DayOutlook
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.checkpoint import carried_over
from trading_bot.engine.decisions.market import day_closes
from trading_bot.engine.decisions.orders import answers, doubts
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import DayEnded, DayOpened, OwnershipClaimed, WarmedUp
from trading_bot.engine.market_view import Series, timeframes_of
from trading_bot.engine.state import State
from trading_bot.risk.windows import trading_hours
from trading_bot.strategies.strategy import Evaluator, Strategy

_start_ms = attrgetter("start_ms")


def on_ownership_claimed(state: State, event: OwnershipClaimed, turn: Turn) -> None:
    """Take the book over: a new epoch, and nothing left hanging.

    `SENT` is on disk before a request leaves, so an order that is only intended was never sent; one that was
    sent and not answered is in doubt.
    """
    book = state.book
    if book.settings_hash not in ("", event.settings_hash):
        text = "the settings are not those of the process before: python main.py config show prints them"
        turn.tell(AlertKind.SETTINGS_CHANGED, "warning", text)
    turn.emit(
        ev.OwnershipTaken(
            at_ms=state.now_ms,
            epoch=book.epoch + 1 if event.epoch is None else event.epoch,
            program_version=event.program_version,
            settings_hash=event.settings_hash,
        )
    )
    if book.is_panicking:
        state.panic_asked_at_ms = state.now_ms
    for order in tuple(book.orders.values()):
        if order.status is OrderStatus.INTENDED:
            answers.drop(state, order, "the process ended before it was sent", turn)
        elif order.status in (OrderStatus.SENT, OrderStatus.IN_DOUBT):
            doubts.enter(state, order, "the process ended before its answer came", turn)


def on_day_opened(state: State, event: DayOpened, turn: Turn) -> None:
    """Set up the instruments of the day, and start a new day in the book unless it is the same one."""
    is_new = state.book.on != event.on
    if is_new:
        _end_orders_of_earlier_days(state, turn)
        turn.emit(ev.DayStarted(at_ms=state.now_ms, on=event.on, carried=carried_over(state.book)))
        state.begin_day()
    state.longest_bare_s = max(state.longest_bare_s, event.longest_unprotected_s)
    if event.outlook is not None:
        state.outlook = event.outlook
    elif is_new:
        state.outlook = DayOutlook()
    known = state.market.series
    before = known if event.keeps_indicators else {}
    state.market.series = {
        instrument.key: _series(state, event, instrument, before.get(instrument.key))
        for instrument in event.instruments
        if event.sessions.get(instrument.key)
    }
    breaker = state.outlook.breaker
    watched = () if breaker is None else tuple(key for key in breaker.indices if key in state.market.series)
    state.market.standstill.indices = watched
    _alert_unmanaged(state, known, turn)


def _end_orders_of_earlier_days(state: State, turn: Turn) -> None:
    """Every order is for one day: overnight the exchange holds none of them, whatever the book last knew."""
    for order in tuple(state.book.live_orders()):
        never_sent = order.status is OrderStatus.INTENDED
        status = OrderStatus.DROPPED if never_sent else OrderStatus.CANCELLED
        text = "ended with its trading day"
        turn.emit(ev.OrderAdvanced(at_ms=state.now_ms, tag=order.tag, status=status, message=text))


def _alert_unmanaged(state: State, known: Mapping[str, Series], turn: Turn) -> None:
    for trade in state.book.trades.values():
        if trade.instrument_key not in state.market.series:
            found = known.get(trade.instrument_key)
            name = trade.instrument_key if found is None else found.instrument.symbol
            text = f"{name} of trade {trade.trade_id} is not listed today: close it by hand"
            turn.tell(AlertKind.UNMANAGED_POSITION, "critical", text)


def _series(state: State, event: DayOpened, instrument: Instrument, before: Series | None) -> Series:
    """An instrument's day; its indicators are those of the day before where they are warm."""
    hours = trading_hours(instrument, event.on, event.sessions[instrument.key], state.risk.windows)
    known = before if before is not None and before.is_warm else None
    evaluators = _new_evaluators(state, instrument) if known is None else known.evaluators
    timeframes_s = timeframes_of(state.strategies)
    made = Series(
        instrument=instrument,
        hours=hours,
        builder=_new_builder(timeframes_s, hours.continuous[0]),
        evaluators=evaluators,
        evaluated_timeframes_s=timeframes_s if evaluators else (),
        provisional=tuple(
            (strategy.timeframe_s, strategy.provisional_interval_s)
            for strategy, _ in evaluators
            if strategy.provisional_interval_s
        ),
        is_warm=known is not None,
        warm_candles=0 if known is None else known.warm_candles,
        previous_close=0 if known is None else known.last_price,
    )
    if known is not None and known.day_closes is not None:
        unread = DayCloses(on=event.on, trouble="closes of earlier days were not read today")
        made.day_closes = unread
        day_closes.tell_strategies(made)
    return made


def _new_builder(timeframes_s: Sequence[int], session: tuple[int, int]) -> CandleBuilder:
    builder = CandleBuilder(timeframes_s, gives_micros=False)
    builder.start_day(*session)
    return builder


def _new_evaluators(state: State, instrument: Instrument) -> tuple[tuple[Strategy, Evaluator], ...]:
    if not instrument.is_tradable:
        return ()
    return tuple((strategy, strategy.evaluator(instrument)) for strategy in state.strategies)


def on_warmed_up(state: State, event: WarmedUp, turn: Turn) -> None:
    """Open an instrument's indicators on its history; with too little of it, it is only watched.

    It may come again, after a late start or a gap in the feed: candles and indicators begin anew on what the
    history now holds, so that no candle that was built across the gap stays. What forms goes on forming, and
    a candle that nobody judged yet is still to come.
    """
    series = state.market.series[event.instrument_key]
    closed_by_ms = max(series.builder.closed_by_ms, state.now_ms - GRACE_MS)
    minutes = _with_last(event.candles, series.builder.last_minute)
    series.evaluators = _new_evaluators(state, series.instrument)
    series.is_warm = bool(series.evaluators)
    day_closes.tell_strategies(series)
    today = bisect_left(minutes, series.hours.open_ms, key=_start_ms)
    series.builder.resume(minutes[today:], closed_by_ms)
    for strategy, evaluator in series.evaluators:
        candles = aggregate(
            minutes, strategy.timeframe_s, event.session_starts.__getitem__, closed_by_ms=closed_by_ms
        )
        series.warm_candles = len(candles)
        if len(candles) < strategy.warm_up.required:
            series.is_warm = False
            need = strategy.warm_up.required
            text = f"{series.instrument.symbol} is only watched: {len(candles)} of {need} candles"
            turn.tell(AlertKind.ONLY_WATCHED, "warning", text)
        evaluator.warm_up(candles)
    if today:
        series.previous_close = minutes[today - 1].close


def _with_last(minutes: Sequence[Candle], last: Candle | None) -> Sequence[Candle]:
    """A minute may have closed while the history was on its way."""
    if last is None or (minutes and last.start_ms <= minutes[-1].start_ms):
        return minutes
    return (*minutes, last)


def start_next_session(series: Series, now_ms: int) -> None:
    """On a day of several sessions, let the candles of the next one begin when its time comes."""
    upcoming = series.session + 1
    if upcoming < len(series.hours.continuous) and now_ms >= series.hours.continuous[upcoming][0]:
        series.session = upcoming
        series.builder.start_day(*series.hours.continuous[upcoming])


def on_day_ended(state: State, event: DayEnded, turn: Turn) -> None:
    """Close the day: flat and reconciled, or not and said so."""
    book = state.book
    if book.on is None or book.is_day_closed:
        return
    open_positions = sum(1 for position in book.positions.values() if not position.is_flat)
    reconciled = _is_reconciled(state)
    turn.emit(
        ev.DayClosed(
            at_ms=state.now_ms,
            on=book.on,
            gross_pnl=sum(trade.gross_pnl for trade in book.closed_trades),
            charges=Decimal(event.charges),
            open_positions=open_positions,
            reconciled=reconciled,
        )
    )
    if open_positions or not reconciled:
        text = f"day ends with {open_positions} open positions, reconciled: {reconciled}"
        turn.tell(AlertKind.DAY_NOT_FLAT, "critical", text)


def _is_reconciled(state: State) -> bool:
    """Whether a complete read after the close agrees with the book: not having read proves nothing."""
    close_ms = max((series.hours.close_ms for series in state.market), default=0)
    is_read = state.is_recovered and state.positions_read_at_ms >= max(close_ms, state.last_fill_seen_ms)
    return is_read and not state.book.differences and not state.doubts
