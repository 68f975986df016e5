import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.scripted_day import rows_of
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus, OrderTerms, OrderType
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, CancelOrder, ReadBand, ReadBooks, SearchTag
from trading_bot.engine.ports import Accepted, RefusalCause, Refused, Unknown
from trading_bot.engine.rebuild import rebuilt_book


def test_an_intent_is_sent_once_however_often_its_sending_starts(driver, entry):
    driver.take(inputs.SendStarted(at_ms=0, tag=entry))

    step = driver.take(inputs.SendStarted(at_ms=0, tag=entry))

    assert driver.order(entry).status is OrderStatus.SENT
    assert step.rows == ()


@pytest.mark.parametrize(
    "wish", [inputs.OperatorWish.PANIC, inputs.OperatorWish.FLATTEN, inputs.OperatorWish.PAUSE]
)
def test_an_entry_that_still_waits_when_entries_stop_is_never_sent(driver, entry, wish):
    driver.ask(wish)

    driver.take(inputs.SendStarted(at_ms=0, tag=entry))

    assert driver.order(entry).status is OrderStatus.DROPPED
    assert driver.book.trades == {}


def test_an_entry_that_lapsed_in_the_queue_ends_its_trade(driver, entry):
    driver.take(inputs.SendSkipped(at_ms=0, tag=entry, reason="waited too long"))

    assert driver.order(entry).message == "waited too long"
    assert driver.book.closed_trades[0].exit_reason is ExitReason.NOT_FILLED


def test_skipping_an_order_that_left_changes_nothing(driver, entry):
    driver.answer(entry)

    step = driver.take(inputs.SendSkipped(at_ms=0, tag=entry, reason="late"))

    assert step.rows == ()


def test_answers_about_unknown_tags_are_ignored(driver):
    for answer in (
        inputs.SendStarted(at_ms=0, tag="nobody"),
        inputs.SendSkipped(at_ms=0, tag="nobody", reason=""),
        inputs.PlaceAnswered(at_ms=0, tag="nobody", outcome=Accepted("1")),
        inputs.CancelAnswered(at_ms=0, tag="nobody", outcome=Accepted("1")),
    ):
        assert driver.take(answer).rows == ()


def test_a_refused_entry_ends_its_trade_and_is_not_sent_again(driver, entry):
    """Fault 63, V10."""
    driver.answer(entry, Refused("UDAPI100042", "no"))

    assert driver.order(entry).status is OrderStatus.REFUSED
    assert driver.places() == []
    assert driver.book.trades == {}


def test_an_unknown_answer_asks_for_the_tag_and_sends_nothing_again(driver, entry):
    """Faults 34, 35, 37, 38, 39, 41, 44, V2."""
    driver.answer(entry, Unknown("timed out"))

    commands = driver.drain()
    assert SearchTag(tag=entry) in commands
    assert any(isinstance(command, Alert) for command in commands)
    driver.later(60)
    assert driver.places() == []


def test_a_late_acceptance_settles_the_doubt(driver, entry):
    """Fault 45, V14."""
    driver.answer(entry, Unknown("timed out"))

    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=Accepted("late-1")))

    assert driver.order(entry).status is OrderStatus.ACKNOWLEDGED
    assert driver.core.state.doubts == {}


def test_an_answer_after_the_books_told_changes_nothing(driver, entry):
    driver.take(inputs.SendStarted(at_ms=0, tag=entry))
    driver.push(entry, OrderStatus.OPEN)

    step = driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=Accepted(f"id-{entry}")))

    assert step.rows == ()
    assert driver.order(entry).status is OrderStatus.OPEN


def test_an_accepted_change_is_still_pending(driver):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)

    driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=Accepted(f"id-{stop}")))

    assert driver.order(stop).is_change_pending


def test_a_change_of_unknown_outcome_asks_for_the_books_and_stays_pending(driver):
    """Fault 47, V3."""
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.drain()

    driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=Unknown("reset")))

    assert any(isinstance(command, ReadBooks) for command in driver.drain())
    assert driver.order(stop).is_change_pending


def test_an_answer_to_a_change_that_is_settled_is_ignored(driver):
    _, stop = driver.enter()

    step = driver.take(inputs.CancelAnswered(at_ms=0, tag=stop, outcome=Refused("x", "y")))

    assert step.rows == ()


def test_a_refused_change_is_not_asked_again_before_a_second_has_passed(driver):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.drain()

    driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=Refused("UDAPI100041", "terminal")))

    assert driver.changes() == []
    driver.later(1)
    assert len(driver.changes()) == 1


def test_an_exit_whose_changes_are_refused_is_cancelled_and_placed_anew(driver):
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    for _ in range(2):
        driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=Refused("x", "y")))
        driver.drain()
        driver.later(1)

    (cancel,) = driver.changes()
    assert isinstance(cancel, CancelOrder)
    driver.push(stop, OrderStatus.CANCELLED)
    (place,) = driver.places()
    assert place.request.terms.quantity == 35


def test_an_order_sent_without_any_answer_comes_into_doubt(driver, entry):
    driver.take(inputs.SendStarted(at_ms=0, tag=entry))

    driver.later(31)

    assert driver.order(entry).status is OrderStatus.IN_DOUBT
    assert isinstance(driver.new_events[0], ev.OrderAdvanced)


def test_a_fill_that_wins_over_its_cancellation_is_what_counts(driver, entry):
    """Fault 46, V3, V6: a refused cancellation says nothing about who won; the books do."""
    driver.rest(entry)
    driver.later(25)
    driver.drain()
    ended = Refused("UDAPI100040", "the order has already ended")
    driver.take(inputs.CancelAnswered(at_ms=0, tag=entry, outcome=ended))

    driver.fill(entry, 35, PRICE)

    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


def test_the_rest_of_a_protected_market_order_is_priced_again_until_it_fills(driver):
    """Fault 60, V3: the broker leaves it as a limit that may never trade."""
    _, stop = driver.enter()
    driver.later(60)
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.confirm_modify(stop)
    held = driver.order(stop).terms
    left = OrderTerms(order_type=OrderType.LIMIT, quantity=35, price=held.price or PRICE)
    driver.fill(stop, 20, PRICE)
    driver.push(stop, OrderStatus.OPEN, terms=left, filled_quantity=20)
    driver.drain()

    driver.price(PRICE - 500)
    driver.later(6)

    (change,) = driver.changes()
    assert change.tag == stop
    assert change.terms.quantity == 35
    assert driver.places() == []


# --- what a refusal says ------------------------------------------------------------------------------------

NEEDS_LOGIN = Refused("UDAPI100050", "token", RefusalCause.NEEDS_LOGIN)
TOO_MANY = Refused("UDAPI10005", "too many", RefusalCause.RATE_LIMITED)


def told(driver: EngineDriver, words: str) -> list[str]:
    return [one.text for one in driver.commands if isinstance(one, Alert) and words in one.text]


def halted_for(driver: EngineDriver) -> set[str]:
    return {reason for _, _, reason in driver.book.halts}


def stop_intent(driver: EngineDriver) -> str:
    """A stop that is about to be sent."""
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()
    return stop.request.tag


def make_absent(driver: EngineDriver, tag: str) -> None:
    driver.answer(tag, Unknown("timed out"))
    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()
    driver.drain()


def test_a_refusal_for_the_token_stops_entries_and_counts_for_no_failed_stop(driver):
    """Faults 28 and 29, V4: a person has to log in, and is told what is not placed meanwhile."""
    stop = stop_intent(driver)

    driver.answer(stop, NEEDS_LOGIN)

    assert halted_for(driver) == {"needs_login"}
    assert driver.book.trade_of(KEY).stop_failures == 0
    assert len(told(driver, "no stop can be placed")) == 1
    assert driver.order(stop).is_unjudged
    assert rebuilt_book(rows_of(driver))[0].orders[stop].is_unjudged


def test_an_entry_that_is_refused_for_the_token_leaves_nothing_unprotected(driver, entry):
    driver.answer(entry, NEEDS_LOGIN)

    assert told(driver, "can be placed") == []
    assert halted_for(driver) == {"needs_login"}


def test_a_change_that_is_refused_for_the_token_stops_entries_and_is_told(driver):
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)

    driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=NEEDS_LOGIN))

    assert halted_for(driver) == {"needs_login"}
    assert len(told(driver, "no stop can be placed")) == 1
    assert driver.order(stop).refused_changes == 0


def test_a_refusal_for_the_rate_pauses_and_counts_for_no_failed_stop(driver):
    """Fault 43, V9."""
    stop = stop_intent(driver)

    driver.answer(stop, TOO_MANY)

    assert driver.core.state.rate_refusals == 1
    assert driver.book.trade_of(KEY).stop_failures == 0
    assert halted_for(driver) == set()


def test_a_change_that_is_refused_for_the_rate_pauses(driver):
    """Fault 43, V9."""
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)

    driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=TOO_MANY))

    assert driver.core.state.rate_limited_until_ms == driver.now_ms + 1_000
    assert driver.order(stop).refused_changes == 0


@pytest.mark.parametrize("is_change", [False, True])
def test_an_acceptance_ends_the_trouble_with_the_rate(driver, is_change):
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.core.state.rate_refusals = 2
    if is_change:
        driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=Accepted(f"id-{stop}")))
    else:
        driver.push(stop, OrderStatus.CANCELLED)
        (close,) = driver.places()
        driver.answer(close.request.tag)

    assert driver.core.state.rate_refusals == 0


def test_a_refused_stop_counts_as_a_failed_one(driver):
    """Fault 65, V4."""
    stop = stop_intent(driver)

    driver.answer(stop, Refused("UDAPI1", "no"))

    assert driver.book.trade_of(KEY).stop_failures == 1


def test_a_refused_exit_has_the_price_band_read(driver):
    """Fault 65, V8."""
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.push(stop, OrderStatus.CANCELLED)
    (close,) = driver.places()

    driver.answer(close.request.tag, Refused("UDAPI1", "no"))

    assert ReadBand(instrument_key=KEY) in driver.drain()


def test_an_entry_whose_trade_is_being_closed_is_not_sent(driver, entry):
    """Also where nothing could be withdrawn yet: the books were not read."""
    driver.core.state.books_read_at_ms = 0
    driver.ask(inputs.OperatorWish.FLATTEN)
    assert driver.order(entry).status is OrderStatus.INTENDED

    driver.take(inputs.SendStarted(at_ms=0, tag=entry))

    assert driver.order(entry).message == "its trade is being closed"


# --- answers that come late ---------------------------------------------------------------------------------


def test_a_late_acceptance_of_an_absent_order_is_an_incident_and_its_trade_is_taken_up(driver, entry):
    """Fault 36, V14."""
    make_absent(driver, entry)

    driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=Accepted("late-1")))

    assert driver.order(entry).status is OrderStatus.ACKNOWLEDGED
    assert halted_for(driver) == {"late_order"}
    assert driver.book.trade_of(KEY).strategy == "rescue"


@pytest.mark.parametrize("outcome", [Refused("x", "y"), Unknown("reset")])
def test_any_other_late_answer_of_an_absent_order_is_no_news(driver, entry, outcome):
    make_absent(driver, entry)

    assert driver.take(inputs.PlaceAnswered(at_ms=0, tag=entry, outcome=outcome)).rows == ()


def test_an_accepted_stop_that_the_broker_denies_to_hold_is_absent(driver):
    """Fault 40, V4: another takes its place."""
    stop = stop_intent(driver)
    driver.answer(stop)
    driver.later(6)
    driver.read_books(driver.report(next(iter(driver.book.orders)), OrderStatus.FILLED))
    driver.drain()
    denied = Refused("UDAPI100010", "no such order", RefusalCause.NO_SUCH_ORDER)

    driver.take(inputs.CancelAnswered(at_ms=0, tag=stop, outcome=denied))

    assert driver.order(stop).status is OrderStatus.ABSENT


def test_a_resting_stop_that_the_broker_denies_to_hold_is_left_to_the_books(driver):
    """Fault 40, V5: they have shown it."""
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    denied = Refused("UDAPI100010", "no such order", RefusalCause.NO_SUCH_ORDER)

    driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=denied))

    assert driver.order(stop).status is OrderStatus.TRIGGER_PENDING
