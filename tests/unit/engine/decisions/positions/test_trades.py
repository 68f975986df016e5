from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.events import HaltScope
from trading_bot.domain.order import OrderStatus, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.commands import CancelOrder, ModifyOrder
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import Refused, Unknown
from trading_bot.risk.settings import LimitSettings, RiskSettings


def closed_reasons(driver: EngineDriver) -> list[ExitReason]:
    return [event.closed.exit_reason for event in driver.events if isinstance(event, ev.TradeClosed)]


def test_a_signal_intends_a_marketable_limit_within_the_tightest_cap(driver):
    driver.signal(Direction.LONG)

    (place,) = driver.places()
    assert place.request.purpose is Purpose.ENTRY
    assert place.request.side is Side.BUY
    assert place.request.terms.order_type is OrderType.LIMIT
    assert place.request.terms.price == 140_070
    assert place.request.terms.quantity == 35
    assert driver.book.trade_of(KEY).size_limited_by == "max_position_fraction"


def test_a_short_signal_sells_below_the_last_price(driver):
    driver.signal(Direction.SHORT)

    (place,) = driver.places()
    assert place.request.side is Side.SELL
    assert place.request.terms.price == 139_930


def test_a_filled_entry_is_protected_at_once(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)

    driver.fill(entry.request.tag, 35, PRICE)

    (stop,) = driver.places()
    assert stop.request.purpose is Purpose.STOP
    assert stop.request.side is Side.SELL
    assert stop.request.terms.order_type is OrderType.STOP_LIMIT
    assert stop.request.terms.quantity == 35
    assert stop.request.terms.trigger_price == 138_670
    assert stop.request.terms.price == 137_280


def test_a_partial_fill_is_protected_and_its_stop_grows_with_the_next_fill(driver):
    """Fault 52, V3, V4."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 10, PRICE)
    (stop,) = driver.places()
    driver.rest(stop.request.tag)

    driver.fill(entry.request.tag, 25, PRICE)

    assert stop.request.terms.quantity == 10
    (change,) = driver.changes()
    assert isinstance(change, ModifyOrder)
    assert change.terms.quantity == 35


def test_an_entry_that_is_not_filled_in_time_is_withdrawn_and_the_trade_closed(driver):
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.rest(tag)

    driver.later(21)
    (cancel,) = driver.changes()
    driver.push(tag, OrderStatus.CANCELLED)

    assert isinstance(cancel, CancelOrder)
    assert closed_reasons(driver) == [ExitReason.NOT_FILLED]
    assert driver.book.trades == {}


def test_an_entry_that_never_filled_gives_its_place_in_the_days_counts_back(driver):
    driver.signal()
    (entry,) = driver.places()
    counted = driver.book.trades_today
    driver.rest(entry.request.tag)
    driver.later(21)

    driver.push(entry.request.tag, OrderStatus.CANCELLED)

    assert (counted, driver.book.trades_today) == (1, 0)
    assert driver.book.symbol_trades_today[KEY] == 0


def test_a_stop_that_fills_closes_the_trade_with_its_loss(driver):
    _, stop = driver.enter()

    driver.fill(stop, 35, 138_600)

    (closed,) = driver.book.closed_trades
    assert closed.exit_reason is ExitReason.STOP
    assert closed.gross_pnl == 35 * (138_600 - PRICE)
    assert KEY not in driver.book.positions


def test_the_target_turns_the_resting_stop_into_a_marketable_limit(driver):
    _, stop = driver.enter()
    target = driver.book.trade_of(KEY).plan.target_price

    driver.price(target)

    (change,) = driver.changes()
    assert isinstance(change, ModifyOrder)
    assert change.tag == stop
    assert change.terms.order_type is OrderType.LIMIT
    assert change.terms.quantity == 35
    assert change.terms.price < target


def test_an_exit_that_is_not_filled_is_priced_more_aggressively_step_by_step(driver):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    first = driver.confirm_modify(stop)

    driver.later(6)
    second = driver.confirm_modify(stop)

    assert second.price < first.price
    assert driver.book.trade_of(KEY).exit_step == 1


def test_no_second_exit_is_placed_while_a_stop_is_being_modified(driver):
    driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.drain()

    driver.later(60)
    driver.later(60)

    assert driver.places() == []


def test_no_exit_is_sized_from_a_position_whose_fills_are_not_read_yet(driver):
    _, stop = driver.enter()

    driver.push(stop, OrderStatus.FILLED, filled_quantity=35)
    driver.later(5)

    assert driver.places() == []
    assert driver.book.trade_of(KEY) is not None


def test_a_trailing_stop_tightens_and_modifies_the_resting_order(driver):
    _, stop = driver.enter()
    driver.later(20)
    driver.price(PRICE + 2_000)

    driver.later(1)

    (change,) = driver.changes()
    assert change.tag == stop
    assert change.terms.trigger_price == PRICE + 2_000 - 1_050
    assert driver.book.trade_of(KEY).stop_price == change.terms.trigger_price


def test_the_stop_does_not_trail_before_it_would_keep_the_entry_price(driver):
    driver.enter()
    driver.later(20)
    driver.price(PRICE + 1_000)

    driver.later(1)

    assert driver.changes() == []


def test_a_price_that_fell_back_through_the_stop_it_earned_closes_the_trade(driver):
    driver.enter()
    driver.later(1)
    driver.price(PRICE + 2_000)
    driver.price(PRICE + 500)

    driver.later(20)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.TRAILING_STOP


def test_a_trailing_stop_never_loosens(driver):
    _, stop = driver.enter()
    driver.later(20)
    driver.price(PRICE + 2_000)
    driver.later(1)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)
    tightened = driver.book.trade_of(KEY).stop_price

    driver.price(tightened + 10)
    driver.later(30)

    assert driver.book.trade_of(KEY).stop_price == tightened


def test_a_rejected_stop_is_placed_again_and_the_second_failure_closes_the_trade(driver):
    """Fault 40, V4: an accepted order is not a living one."""
    _, stop = driver.enter()

    driver.push(stop, OrderStatus.REJECTED, message="rejected by the exchange")
    (again,) = driver.places()
    driver.answer(again.request.tag, Refused("UDAPI1038", "trigger above limit"))

    assert again.request.purpose is Purpose.STOP
    (exit_order,) = driver.places()
    assert exit_order.request.purpose is Purpose.EXIT
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.UNPROTECTED


def test_square_off_time_closes_the_trade(driver):
    """Fault 25, V4."""
    driver.enter()

    driver.later(5 * 3600 + 5 * 60)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.SQUARE_OFF
    assert any(isinstance(command, ModifyOrder) for command in driver.changes())


def test_an_unknown_entry_is_searched_and_adopted_when_the_book_shows_it(driver):
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.answer(tag, Unknown("timed out"))

    driver.read_books(driver.report(tag, OrderStatus.OPEN, order_id="broker-7"))

    assert driver.order(tag).order_id == "broker-7"
    assert driver.order(tag).status is OrderStatus.OPEN
    assert driver.places() == []


def test_an_unknown_entry_is_absent_only_after_two_late_reads(driver):
    """Fault 35, V2."""
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.answer(tag, Unknown("timed out"))

    driver.later(10)
    driver.read_books()
    driver.later(25)
    driver.read_books()
    assert driver.order(tag).status is OrderStatus.IN_DOUBT
    driver.later(6)
    driver.read_books()

    assert driver.order(tag).status is OrderStatus.ABSENT
    assert closed_reasons(driver) == [ExitReason.NOT_FILLED]


def test_the_local_monitor_exits_when_the_brokers_stop_did_not_fill(driver):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).stop_price)
    driver.drain()

    driver.later(3)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.STOP
    (change,) = driver.changes()
    assert change.tag == stop
    assert change.terms.order_type is OrderType.LIMIT


def test_a_second_signal_on_the_same_share_is_denied(driver):
    """Fault 49, V2."""
    driver.enter()

    driver.signal(Direction.SHORT)

    assert driver.new_events[-1].reason == "position_exists"
    assert driver.places() == []


def test_an_exit_that_waits_to_be_sent_is_let_go_when_somebody_else_closes_a_part(driver):
    """Fault 76, V3: it would be sent for more than is held."""
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.REJECTED)
    (waiting,) = driver.places()
    held = waiting.request.terms.quantity

    driver.foreign_fill(Side.SELL, 5, PRICE)

    assert driver.order(waiting.request.tag).status is OrderStatus.DROPPED
    (smaller,) = driver.places()
    assert smaller.request.terms.quantity == held - 5


def test_an_entry_that_was_not_sent_is_dropped_when_its_trade_is_closed(driver):
    """V10."""
    driver.signal()
    (entry,) = driver.places()

    driver.ask(OperatorWish.FLATTEN)

    assert driver.order(entry.request.tag).status is OrderStatus.DROPPED
    assert closed_reasons(driver) == [ExitReason.NOT_FILLED]


def test_a_stop_that_others_made_superfluous_is_cancelled_and_the_trade_then_closed(driver):
    """Fault 76, V3."""
    _, stop = driver.enter()
    driver.foreign_fill(Side.SELL, 35, PRICE)

    (change,) = driver.changes()
    assert (type(change), change.tag) == (CancelOrder, stop)
    assert driver.book.trade_of(KEY) is not None
    driver.push(stop, OrderStatus.CANCELLED)

    assert closed_reasons(driver) == [ExitReason.FOREIGN]


def test_what_the_broker_squared_off_is_said_to_be_the_brokers(driver):
    """Fault 78."""
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.TRIGGER_PENDING, placed_by="AB1234")
    driver.foreign_fill(Side.SELL, 35, PRICE, placed_by="RMS")

    driver.push(stop, OrderStatus.CANCELLED)

    assert closed_reasons(driver) == [ExitReason.BROKER]


def test_an_exit_that_was_asked_for_names_the_reason(driver):
    _, stop = driver.enter()
    driver.ask(OperatorWish.FLATTEN)

    driver.fill(stop, 35, PRICE)

    assert closed_reasons(driver) == [ExitReason.OPERATOR]


def test_losses_in_a_row_halt_the_instrument():
    driver = EngineDriver(risk=RiskSettings(limits=LimitSettings(max_consecutive_losses=1)))
    _, stop = driver.enter()

    driver.fill(stop, 35, PRICE - 1_400)

    assert (HaltScope.INSTRUMENT, KEY, "max_consecutive_losses") in driver.book.halts
