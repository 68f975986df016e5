from decimal import Decimal

from tests.fakes.engine_driver import KEY, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, ReadBooks, ReadPositions
from trading_bot.engine.ports import BrokerPosition, Funds


def halted_for(driver: EngineDriver) -> set[str]:
    return {reason for _, _, reason in driver.book.halts}


def test_a_difference_is_believed_only_when_it_is_seen_twice(driver):
    driver.enter()

    driver.read_positions(20)
    assert driver.book.differences == {}
    driver.read_positions(20)

    assert driver.book.differences[KEY].broker_quantity == 20
    assert halted_for(driver) == {"position_difference"}


def test_two_different_sights_confirm_nothing(driver):
    driver.enter()

    driver.read_positions(20)
    driver.read_positions(25)

    assert driver.book.differences == {}


def test_a_difference_that_changes_is_recorded_anew(driver):
    driver.enter()
    for quantity in (20, 20, 10, 10):
        driver.read_positions(quantity)

    assert driver.book.differences[KEY].broker_quantity == 10


def test_a_known_difference_is_not_recorded_again(driver):
    driver.enter()
    for quantity in (20, 20, 20):
        step = driver.read_positions(quantity)

    assert step.rows == ()


def test_while_positions_differ_they_are_read_again_every_few_seconds(driver):
    """V4: what is not covered meanwhile may be ours after all."""
    driver.enter()
    driver.read_positions(0)
    driver.later(5)
    driver.drain()
    assert driver.book.differences == {}
    driver.read_positions(0)

    driver.later(4)
    assert ReadPositions() not in driver.drain()
    driver.later(1)
    assert ReadPositions() in driver.drain()


def test_agreement_settles_the_difference_and_lets_entries_go_on(driver):
    driver.enter()
    driver.read_positions(20)
    driver.read_positions(20)

    driver.read_positions(35)

    assert driver.book.differences == {}
    assert halted_for(driver) == set()


def test_a_difference_in_a_share_without_a_trade_only_halts(driver):
    driver.read_positions(7)
    driver.read_positions(7)

    assert halted_for(driver) == {"position_difference"}
    assert driver.places() == []


def test_a_difference_is_not_believed_while_fills_are_on_their_way(driver):
    entry, _ = driver.enter()
    driver.push(entry, OrderStatus.FILLED, filled_quantity=36)

    driver.read_positions(36)
    driver.read_positions(36)

    assert driver.book.differences == {}


def test_an_exit_is_no_larger_than_what_the_broker_holds(driver):
    driver.enter()
    driver.read_positions(20)
    driver.read_positions(20)

    (change,) = driver.changes()

    assert change.terms.quantity == 20


def test_after_an_exit_the_broker_is_taken_to_hold_as_much_less(driver):
    _, stop = driver.enter()
    driver.read_positions(20)
    driver.read_positions(20)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)

    driver.fill(stop, 20, 138_600)

    assert driver.places() == []


def test_recovery_needs_books_and_positions():
    driver = EngineDriver(is_recovered=False)

    driver.read_positions(0)
    assert not driver.core.state.is_recovered
    driver.read_books()
    driver.read_positions(0)

    assert driver.core.state.is_recovered


def test_a_failed_read_changes_nothing_but_is_said(driver):
    driver.enter()

    step = driver.take(inputs.ReadFailed(at_ms=0, what="positions", detail="timeout"))

    assert step.rows == ()
    assert isinstance(step.commands[0], Alert)
    assert driver.book.positions[KEY].quantity == 35


def test_an_account_read_keeps_what_it_does_not_mention(driver):
    funds = Funds(available=Decimal(5), used_margin=Decimal(0))

    driver.take(inputs.AccountRead(at_ms=0, funds=funds, margin_rates={}, bands={}))

    account = driver.core.state.account
    assert account.available == 5
    assert account.margin_rates == {KEY: Decimal("0.2")}


def test_differences_of_other_kinds_are_not_events_of_trades(driver):
    driver.read_positions(5)
    driver.read_positions(5)

    assert [type(event) for event in driver.new_events] == [ev.DifferenceFound, ev.HaltRaised]


def positions_asked_at(driver, at_ms, *rows):
    return driver.take(inputs.PositionsRead(at_ms=0, asked_at_ms=at_ms, positions=rows))


def row(quantity, key=KEY, product=Product.INTRADAY):
    return BrokerPosition(
        instrument_key=key, product=product, quantity=quantity, buy_quantity=0, sell_quantity=0
    )


def test_a_read_that_was_asked_for_earlier_makes_the_knowledge_no_older(driver):
    positions_asked_at(driver, driver.now_ms + 500)
    positions_asked_at(driver, driver.now_ms + 200)

    assert driver.core.state.positions_read_at_ms == driver.now_ms + 500


def test_what_the_broker_holds_is_kept_by_share_and_product(driver):
    rows = (row(5), row(2, product=Product.DELIVERY), row(0, "NSE_EQ|GONE"))

    positions_asked_at(driver, driver.now_ms, *rows)

    assert driver.core.state.broker_quantity == {KEY: 7, "NSE_EQ|GONE": 0}
    assert driver.core.state.broker_products == {KEY: Product.DELIVERY}


def test_a_first_sight_asks_for_the_books_and_tells_nobody(driver):
    driver.enter()
    driver.drain()

    driver.read_positions(20)

    assert driver.drain() == [ReadBooks(reason=f"position of {KEY} differs")]


def test_a_believed_difference_is_told_with_both_figures(driver):
    driver.enter()
    driver.read_positions(20)
    driver.drain()

    driver.read_positions(20)

    text = "RELIANCE: our position 35, the broker's 20; exits cover only what both show"
    assert Alert(kind=AlertKind.POSITION_DIFFERS, level="critical", text=text) in driver.drain()


def test_two_sights_with_agreement_between_them_confirm_nothing(driver):
    driver.enter()
    for quantity in (20, 35, 20):
        driver.read_positions(quantity)

    assert driver.book.differences == {}


def test_a_share_that_was_traded_today_and_is_not_mentioned_shows_a_short_list_and_no_end(driver):
    """Fault 29, V5: closed positions stay in the list for the day, so a missing row says nothing."""
    driver.enter()
    driver.read_all()
    for _ in range(3):
        positions_asked_at(driver, driver.now_ms)

    assert driver.book.differences == {}


def test_a_share_that_only_the_broker_holds_is_held_by_nobody_here(driver):
    for _ in range(2):
        positions_asked_at(driver, driver.now_ms, row(7, "NSE_EQ|OTHER"))

    difference = driver.book.differences["NSE_EQ|OTHER"]
    assert (difference.our_quantity, difference.broker_quantity) == (0, 7)
    positions_asked_at(driver, driver.now_ms)
    assert driver.book.differences == {}


def test_a_settled_difference_gives_the_stop_its_size_back(driver):
    """V4."""
    _, stop = driver.enter()
    driver.read_positions(20)
    driver.read_positions(20)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)
    driver.drain()

    driver.read_positions(35)

    (change,) = driver.changes()
    assert change.terms.quantity == 35


def test_an_account_read_brings_the_bands_and_its_own_age(driver):
    funds = Funds(available=Decimal(5), used_margin=Decimal(0))
    read = inputs.AccountRead(at_ms=0, funds=funds, margin_rates={}, bands={"K": (1, 2)}, asked_at_ms=77)

    driver.take(read)

    account = driver.core.state.account
    assert account.asked_at_ms == 77
    assert account.bands["K"] == (1, 2)


def test_a_read_without_a_valid_token_waits_for_a_login(driver):
    """Fault 28, V5."""
    driver.enter()
    failed = inputs.ReadFailed(at_ms=0, what="positions", detail="401", needs_login=True)

    driver.take(failed)

    assert halted_for(driver) == {"needs_login"}
    assert driver.book.positions[KEY].quantity == 35


def test_a_read_that_failed_is_a_warning(driver):
    driver.drain()
    driver.take(inputs.ReadFailed(at_ms=0, what="funds", detail="timeout"))

    assert driver.drain() == [
        Alert(kind=AlertKind.READ_FAILED, level="warning", text="reading funds failed: timeout")
    ]
    assert halted_for(driver) == set()


def test_reads_that_fail_again_and_again_are_told_once_a_minute(driver):
    """Fault 104, V16."""
    for _ in range(61):
        driver.later(1)
        driver.take(inputs.ReadFailed(at_ms=0, what="positions", detail="HTTP 503"))

    told = [one for one in driver.drain() if isinstance(one, Alert) and "positions" in one.text]
    assert len(told) == 2


def test_while_reads_fail_differing_positions_are_not_asked_for_each_second(driver):
    """V9."""
    driver.enter()
    for _ in range(2):
        driver.read_positions(0)
    driver.drain()

    for _ in range(20):
        driver.later(1)

    assert driver.drain().count(ReadPositions()) == 4


def told_of_differences(driver: EngineDriver) -> int:
    return sum(1 for one in driver.drain() if isinstance(one, Alert) and "exits cover only" in one.text)


def test_a_difference_that_lasts_is_told_each_minute(driver):
    """Fault 36, V16: a page of an hour ago is forgotten, and what it was about may be bare."""
    driver.enter()
    driver.read_positions(20)

    told = []
    for _ in range(13):
        driver.read_positions(20)
        told.append(told_of_differences(driver))
        driver.later(10)

    assert told == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert sum(isinstance(event, ev.DifferenceFound) for event in driver.events) == 1


def test_a_difference_is_told_by_the_next_process_as_well(driver):
    """Faults 36 and 85, V16."""
    driver.enter()
    for _ in range(2):
        driver.read_positions(20)

    driver.restarted(is_recovered=True)
    for _ in range(2):
        driver.read_positions(20)

    assert told_of_differences(driver) == 1
