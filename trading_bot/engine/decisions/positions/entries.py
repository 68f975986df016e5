"""From a signal to the intent of an entry, or to a denial that says why not."""

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import InstrumentKind, Product
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.money import rupees
from trading_bot.domain.order import OrderTerms, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction, Signal
from trading_bot.domain.trade import Trade
from trading_bot.engine.commands import ReadBand
from trading_bot.engine.decisions.account.foreign import foreign_position
from trading_bot.engine.decisions.market import overlays
from trading_bot.engine.decisions.market.feed_health import is_halted
from trading_bot.engine.decisions.market.time_health import is_off
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.positions.sizes import draft, open_risk
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BOOKS, POSITIONS
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State
from trading_bot.risk.exits import marketable_price
from trading_bot.risk.limits import DayPicture, Denied, first_objection
from trading_bot.risk.overlays.adjustment import Adjustment
from trading_bot.risk.overlays.bands import near_band
from trading_bot.risk.settings import Directions

_BLIND_AFTER = {BOOKS: 1, POSITIONS: 2}
"""Failures in a row, each of several tries: what an entry filled could be neither seen nor protected."""


def enter(state: State, signal: Signal, turn: Turn) -> None:
    """Plan a trade for a signal and intend its entry, or deny it."""
    series = state.market.series[signal.instrument_key]
    denied = (
        _not_ready(state, series)
        or halts.objection(state, signal.instrument_key, signal.strategy)
        or _outside_hours(state, series)
        or _other_direction(state, signal)
        or _writes_option(series, signal)
        or _occupied(state, signal)
        or first_objection(day_picture(state, signal.instrument_key), state.risk.limits, state.risk.sizing)
        or _near_band(state, series, signal, turn)
    )
    if denied is None:
        asked = overlays.adjustment(state, series)
        denied = _refused(asked) or _plan(state, series, signal, asked, turn)
    if denied is not None:
        turn.emit(
            ev.EntryDenied(
                at_ms=state.now_ms,
                strategy=signal.strategy,
                instrument_key=signal.instrument_key,
                candle_start_ms=signal.candle_start_ms,
                reason=denied.reason,
                detail=denied.detail,
            )
        )


def _not_ready(state: State, series: Series) -> Denied | None:
    if not state.is_recovered:
        return Denied("not_reconciled", "no complete read of the broker's books since the start")
    for what, failures in _BLIND_AFTER.items():
        if (count := state.failed_reads[what]) >= failures:
            return Denied("books_unread", f"the broker's {what} could not be read, {count} times in a row")
    if not series.instrument.is_tradable:
        return Denied("not_tradable", f"{series.instrument.symbol} is an index")
    if state.account.available is None:
        return Denied("funds_unknown", "the broker has not said what is available")
    return _not_fresh(state, series) or _other_history(state, series)


def _other_history(state: State, series: Series) -> Denied | None:
    """A history that does not end near the exchange's previous close is of before a split or bonus.

    Its indicators would take the night for a fall. Closes of contracts are means, and may differ by more.
    """
    told, read = series.tick.previous_close if series.tick else 0, series.previous_close
    is_compared = series.instrument.kind is InstrumentKind.EQUITY and told and read
    if not is_compared or abs(told - read) <= read * state.settings.suspect_move:
        return None
    text = f"its history ends at {rupees(read)}, the exchange's previous close is {rupees(told)}"
    return Denied("history_not_adjusted", text)


def _not_fresh(state: State, series: Series) -> Denied | None:
    if not state.market.is_feed_up:
        return Denied("feed_down", "no market data")
    age_s = (state.now_ms - series.seen_at_ms) / MS_PER_SECOND
    if not series.is_priced or age_s > state.risk.entries.max_data_age_s:
        return Denied("stale_data", f"newest message {age_s:.0f} s old")
    if is_off(state):
        return Denied("clock_offset", f"the feed is {state.market.offset_ms} ms behind our time")
    return _suspect(state, series)


def _suspect(state: State, series: Series) -> Denied | None:
    """A price that no second trade has confirmed, or that the broker's newest price limits rule out.

    Limits widen in the day. They are asked for again when a price has left them: only those that were read
    while it had already left contradict it.
    """
    if series.suspect_price:
        return Denied("suspect_data", f"price {rupees(series.suspect_price)} is unconfirmed")
    band = state.account.bands.get(series.instrument.key)
    is_ruled_out = series.instrument.key in state.account.contradicted
    if is_ruled_out and band is not None and not band[0] <= series.last_price <= band[1]:
        outside = f"{rupees(series.last_price)} lies outside the broker's limits of {_band_text(band)}"
        return Denied("suspect_data", f"price {outside}")
    return None


def _band_text(band: tuple[int, int]) -> str:
    return f"{rupees(band[0])} to {rupees(band[1])}"


def _outside_hours(state: State, series: Series) -> Denied | None:
    if state.book.is_day_closed:
        return Denied("day_closed", "the day is over")
    if series.hours.may_enter(state.now_ms):
        halted = f"the exchange says {state.market.phases.get(series.instrument.segment)}"
        return Denied("market_halted", halted) if is_halted(state, series) else None
    return Denied("outside_entry_hours", "no entries at this time of the day")


def _writes_option(series: Series, signal: Signal) -> Denied | None:
    """Options are not sold to open: sizes go by the premium, a writer's margin and loss do not."""
    if series.instrument.kind is not InstrumentKind.OPTION or signal.direction is not Direction.SHORT:
        return None
    return Denied(
        "option_writing", f"{series.instrument.symbol} would be sold to open: options are only bought"
    )


def _other_direction(state: State, signal: Signal) -> Denied | None:
    wanted = state.risk.entries.directions
    if wanted is Directions.BOTH or wanted.value == signal.direction.value:
        return None
    return Denied("direction_off", f"risk.entries.directions is {wanted.value}")


def _occupied(state: State, signal: Signal) -> Denied | None:
    trade = state.book.trade_of(signal.instrument_key)
    if trade is not None:
        return Denied("position_exists", f"trade {trade.trade_id} of {trade.strategy} is open or pending")
    if foreign_position(state, signal.instrument_key):
        return Denied("foreign_position", "somebody else holds a position in it")
    return None


def day_picture(state: State, instrument_key: str) -> DayPicture:
    """What the limits of the day look at."""
    book = state.book
    return DayPicture(
        now_ms=state.now_ms,
        open_trades=len(book.trades),
        trades_today=book.trades_today,
        symbol_trades_today=book.symbol_trades_today.get(instrument_key, 0),
        symbol_last_entry_ms=book.last_entry_ms.get(instrument_key),
        entries_last_minute=_entries_since(state, state.now_ms - MS_PER_MINUTE),
        entries_last_hour=_entries_since(state, state.now_ms - 60 * MS_PER_MINUTE),
        net_pnl=halts.net_pnl(state),
        open_risk=open_risk(state),
        symbol_consecutive_losses=book.losing_streaks.get(instrument_key, 0),
    )


def _entries_since(state: State, at_ms: int) -> int:
    return sum(1 for entered_ms in state.book.entry_times_ms if entered_ms > at_ms)


def _near_band(state: State, series: Series, signal: Signal, turn: Turn) -> Denied | None:
    """A denial asks for the limits anew: they may be unknown, or have been widened since."""
    key, margin = series.instrument.key, state.risk.overlays.circuits.band_margin
    denied = near_band(signal.direction, series.last_price, state.band_of(key), margin)
    if denied is not None:
        turn.command(ReadBand(instrument_key=key))
    return denied


def _refused(asked: Adjustment) -> Denied | None:
    word = asked.refusal
    return None if word is None else Denied(f"overlay_{word.overlay}", word.reason)


def _plan(state: State, series: Series, signal: Signal, asked: Adjustment, turn: Turn) -> Denied | None:
    instrument, last_price = series.instrument, series.last_price
    side = Side.BUY if signal.direction is Direction.LONG else Side.SELL
    band = state.band_of(instrument.key)
    buffer = 0.0 if state.risk.entries.at_market else state.risk.entries.limit_buffer
    price = marketable_price(instrument, side, last_price, buffer, band)
    drafted = draft(state, series, signal, price, asked)
    if drafted is None:
        return Denied("no_room_for_stop", f"no price lies a tick below {rupees(price)}")
    plan, size = drafted
    if band is not None and not band[0] <= plan.stop_price <= band[1]:
        outside = f"{rupees(plan.stop_price)} lies outside the price band of {_band_text(band)}"
        return Denied("stop_outside_band", f"stop {outside}")
    if size.quantity == 0:
        return Denied("size_zero", f"{size.bound_by} leaves less than one lot of {instrument.lot_size}")
    slices = instrument.slices(size.quantity)
    if len(slices) > state.stops_in_time:
        return _too_many(state, len(slices))
    trade = Trade(
        trade_id=state.book.last_trade_id + 1,
        strategy=signal.strategy,
        instrument_key=instrument.key,
        direction=signal.direction,
        product=instrument.product if state.risk.windows.square_off else Product.DELIVERY,
        planned_quantity=size.quantity,
        planned_at_ms=state.now_ms,
        reference_price=price,
        plan=plan,
        stop_price=plan.stop_price,
        best_price=price,
        size_limited_by=size.bound_by,
        score=signal.score,
    )
    turn.emit(ev.TradePlanned(at_ms=state.now_ms, trade=trade))
    expires_at_ms = state.now_ms + state.settings.entry_queue_s * MS_PER_SECOND
    for quantity in slices:
        terms = _terms(quantity, None if state.risk.entries.at_market else price)
        turn.intend(trade, side, Purpose.ENTRY, terms, expires_at_ms)
    return None


def _terms(quantity: int, limit: int | None) -> OrderTerms:
    if limit is None:
        return OrderTerms(order_type=OrderType.MARKET, quantity=quantity)
    return OrderTerms(order_type=OrderType.LIMIT, quantity=quantity, price=limit)


def _too_many(state: State, slices: int) -> Denied:
    most, seconds = state.stops_in_time, state.settings.unprotected_s
    return Denied("too_many_slices", f"{slices} orders: only {most} stops can be placed within {seconds} s")
