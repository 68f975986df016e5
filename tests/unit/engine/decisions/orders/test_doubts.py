from dataclasses import replace

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, ReadBooks, SearchTag
from trading_bot.engine.decisions.orders.doubts import note_complete_read
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.ports import Unknown
from trading_bot.engine.state import Doubt


def doubtful_entry(driver: EngineDriver) -> str:
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag, Unknown("timed out"))
    driver.drain()
    return entry.request.tag


def test_the_tag_is_searched_with_growing_delays_and_often_once_absence_can_be_proved(driver):
    """Faults 34 to 36."""
    tag = doubtful_entry(driver)

    searched_at = []
    for second in range(1, 37):
        driver.later(1)
        if SearchTag(tag=tag) in driver.drain():
            searched_at.append(second)

    assert searched_at == [1, 3, 7, 15, 23, 30, 32, 34, 36]


def test_reads_before_the_settle_time_prove_nothing(driver):
    tag = doubtful_entry(driver)

    for _ in range(5):
        driver.later(5)
        driver.read_all()

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_two_reads_close_together_prove_nothing(driver):
    tag = doubtful_entry(driver)

    for seconds in (31, 4):
        driver.later(seconds)
        driver.read_all()

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_a_read_that_lost_a_known_order_proves_nothing(driver):
    """Fault 51, V5."""
    driver.enter()
    tag = "x"
    driver.read_positions(35)
    driver.push(next(iter(driver.book.orders)), OrderStatus.FILLED)
    stop = list(driver.book.orders)[1]
    driver.push(stop, OrderStatus.CANCELLED)
    (again,) = driver.places()
    tag = again.request.tag
    driver.answer(tag, Unknown("timed out"))

    for seconds in (31, 6, 6):
        driver.later(seconds)
        driver.read_books()

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_a_doubt_that_was_settled_otherwise_is_forgotten_by_the_next_read(driver):
    tag = doubtful_entry(driver)
    state = driver.core.state
    doubt = state.doubts[tag]
    driver.push(tag, OrderStatus.OPEN)
    state.doubts[tag] = doubt

    driver.read_all()

    assert state.doubts == {}


def test_an_absent_stop_counts_as_a_failure_and_is_placed_again(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, 140_000)
    (stop,) = driver.places()
    driver.answer(stop.request.tag, Unknown("timed out"))
    driver.drain()

    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()

    (again,) = driver.places()
    assert again.request.purpose is Purpose.STOP
    assert again.request.tag != stop.request.tag
    (trade,) = driver.book.trades.values()
    assert trade.stop_failures == 1


def test_the_settle_time_runs_from_the_sending_not_from_the_lost_answer(driver):
    """Fault 35: a call that hangs for twenty seconds does not make the doubt longer."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.take(inputs.SendStarted(at_ms=0, tag=tag))
    driver.later(20)
    driver.take(inputs.PlaceAnswered(at_ms=0, tag=tag, outcome=Unknown("timed out")))

    for seconds in (11, 5):
        driver.later(seconds)
        driver.read_all()

    assert driver.order(tag).status is OrderStatus.ABSENT


def test_what_was_sent_is_looked_for_while_its_call_still_waits(driver):
    """Fault 45."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.take(inputs.SendStarted(at_ms=0, tag=entry.request.tag))

    searched_at = []
    for second in range(1, 7):
        driver.later(1)
        if SearchTag(tag=entry.request.tag) in driver.drain():
            searched_at.append(second)

    assert searched_at == [2, 4, 6]


def test_a_change_whose_outcome_is_open_is_read_back_until_it_is_known(driver):
    """Fault 47."""
    driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)
    driver.drain()

    asked_at = []
    for second in range(1, 8):
        driver.later(1)
        if any(isinstance(command, ReadBooks) for command in driver.drain()):
            asked_at.append(second)

    assert asked_at == [5, 6, 7]


def test_of_a_sliced_order_each_slice_has_a_fate_of_its_own():
    """Fault 48, V10: what is in doubt counts, what is absent does not, what rests is cancelled and kept."""
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=10))
    driver.drain()
    driver.signal()
    tags = [place.request.tag for place in driver.places()]
    for tag in tags[:2]:
        driver.rest(tag)
    for tag in tags[2:]:
        driver.answer(tag, Unknown("timed out"))
    driver.fill(tags[0], 10, PRICE)
    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()

    statuses = [driver.order(tag).status for tag in tags]
    assert statuses[0] is OrderStatus.FILLED
    assert statuses[2:] == [OrderStatus.ABSENT] * (len(tags) - 2)
    assert driver.book.position_of(KEY).quantity == 10


@pytest.mark.parametrize("seconds", [3, 15, 60, 600])
def test_a_tag_is_watched_for_the_rest_of_the_day(driver, seconds):
    """Fault 36, V2, V14: whenever the order appears it is adopted; after its release that is an incident."""
    tag = doubtful_entry(driver)
    for _ in range(seconds // 3):
        driver.later(3)
        driver.read_all()

    driver.read_books(driver.report(tag, OrderStatus.OPEN))

    is_late = seconds > 40
    assert driver.order(tag).status is OrderStatus.OPEN
    assert ("late_order" in {reason for _, _, reason in driver.book.halts}) is is_late


def test_the_first_search_is_not_repeated_within_a_second(driver):
    tag = doubtful_entry(driver)

    driver.later(0.5)

    assert SearchTag(tag=tag) not in driver.drain()


def test_a_doubt_is_looked_for_at_once_and_told(driver):
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag

    driver.answer(tag, Unknown("timed out"))

    assert driver.drain() == [
        SearchTag(tag=tag),
        Alert(
            kind=AlertKind.ORDER_IN_DOUBT, level="warning", text=f"outcome of order {tag} unknown: timed out"
        ),
    ]
    assert driver.order(tag).message == "timed out"


def test_each_search_asks_for_the_books_as_well(driver):
    tag = doubtful_entry(driver)

    driver.later(1)

    assert ReadBooks(reason=f"order {tag} in doubt") in driver.drain()


def test_a_send_without_any_answer_is_in_doubt_after_the_settle_time(driver):
    driver.signal()
    (entry,) = driver.places()
    tag = entry.request.tag
    driver.take(inputs.SendStarted(at_ms=0, tag=tag))

    driver.later(29)
    assert driver.order(tag).status is OrderStatus.SENT
    driver.later(1)

    assert driver.order(tag).status is OrderStatus.IN_DOUBT
    assert driver.core.state.doubts[tag].since_ms == driver.now_ms - 30_000
    assert driver.order(tag).message == "no answer ever came"


def test_a_read_at_the_very_end_of_the_settle_time_counts(driver):
    tag = doubtful_entry(driver)

    for seconds in (30, 5):
        driver.later(seconds)
        driver.read_all()

    assert driver.order(tag).status is OrderStatus.ABSENT
    assert driver.core.state.doubts == {}


def test_a_tag_that_was_seen_is_not_absent(driver):
    """V2, V5: only reads that do not show it count."""
    tag = doubtful_entry(driver)
    driver.later(31)
    driver.read_books()
    state = driver.core.state
    order = driver.order(tag)
    for seconds in (6, 6):
        driver.later(seconds)
        note_complete_read(state, driver.now_ms, frozenset({tag}), Turn(state))

    assert driver.order(tag) == order


def test_an_absent_order_is_told_and_counted_as_not_taken(driver):
    tag = doubtful_entry(driver)
    driver.later(31)
    driver.read_all()
    driver.drain()

    driver.later(6)
    driver.read_all()

    assert (
        Alert(
            kind=AlertKind.ORDER_NOT_TAKEN,
            level="warning",
            text=f"order not taken: order {tag} was never placed",
        )
        in driver.drain()
    )
    assert driver.order(tag).message == "not in two complete reads after the settle time"
    assert len(driver.core.state.rejections_ms) == 1


def beside_another(driver, tag, **changes):
    """Let another doubt stand before that of the tag."""
    state = driver.core.state
    state.doubts = {"another": Doubt(**({"since_ms": 0, "next_search_ms": 0} | changes)), **state.doubts}
    return state


def test_an_order_is_searched_though_another_waits_for_its_turn(driver):
    tag = doubtful_entry(driver)
    beside_another(driver, tag, next_search_ms=driver.now_ms + 60_000)

    driver.later(1)

    assert SearchTag(tag=tag) in driver.drain()


def test_an_absence_counts_though_another_order_is_gone_or_seen(driver):
    tag = doubtful_entry(driver)
    state = beside_another(driver, tag)
    driver.later(31)

    note_complete_read(state, driver.now_ms, frozenset(), Turn(state))
    assert list(state.doubts) == [tag]

    state.book.orders["another"] = driver.order(tag)
    state = beside_another(driver, tag)
    note_complete_read(state, driver.now_ms + 1, frozenset({"another"}), Turn(state))
    assert state.doubts[tag].absent_reads_ms == [driver.now_ms, driver.now_ms + 1]
