from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, ReadBooks
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.ports import Refused
from trading_bot.risk.settings import LimitSettings, RiskSettings


@pytest.fixture
def driver() -> EngineDriver:
    return EngineDriver(
        risk=RiskSettings(
            limits=LimitSettings(
                max_daily_loss=0.0001,
                symbol_spacing_s=0,
                max_trades_per_symbol_per_day=50,
                max_entries_per_minute=50,
            )
        )
    )


def halted_for(driver: EngineDriver) -> set[str]:
    return {reason for _, _, reason in driver.book.halts}


def test_a_journal_that_fell_back_halts_entries_and_leaves_exits_alone(driver):
    """Fault 90, V4."""
    driver.enter()
    driver.drain()

    driver.take(inputs.JournalFellBack(at_ms=0, detail="disk is full"))

    assert halted_for(driver) == {halts.JOURNAL_FELL_BACK}
    alerts = [command for command in driver.drain() if isinstance(command, Alert)]
    assert "exits go on: disk is full" in alerts[0].text
    assert not driver.book.trade_of(KEY).is_exiting
    driver.ask(inputs.OperatorWish.FLATTEN)
    assert driver.changes()


def test_the_loss_of_the_day_halts_entries_and_flattens(driver):
    driver.enter()
    driver.price(PRICE - 300)

    driver.later(1)

    assert halted_for(driver) == {"max_daily_loss"}
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.DAILY_LOSS


def test_flattening_on_the_loss_of_the_day_can_be_switched_off():
    limits = LimitSettings(max_daily_loss=0.0001, flatten_on_daily_loss=False)
    driver = EngineDriver(risk=RiskSettings(limits=limits))
    driver.enter()
    driver.price(PRICE - 300)

    driver.later(1)

    assert not driver.book.trade_of(KEY).is_exiting


def test_charges_count_as_loss(driver):
    driver.core.state.charges_so_far = lambda book: Decimal(101 if book.fills else 0)
    driver.enter()

    driver.later(1)

    assert halted_for(driver) == {"max_daily_loss"}


def test_a_resume_does_not_release_the_loss_of_the_day(driver):
    driver.enter()
    driver.price(PRICE - 300)
    driver.later(1)

    driver.ask(inputs.OperatorWish.RESUME)

    assert halted_for(driver) == {"max_daily_loss"}


def test_the_loss_of_the_day_survives_a_restart(driver):
    driver.enter()
    driver.price(PRICE - 300)
    driver.later(1)

    driver.restarted()

    assert halted_for(driver) == {"max_daily_loss"}


def test_a_halt_is_raised_and_told_once(driver):
    driver.ask(inputs.OperatorWish.PAUSE)

    assert driver.ask(inputs.OperatorWish.PAUSE).rows == ()


def test_a_position_without_any_price_counts_for_nothing(driver):
    driver.enter()
    driver.core.state.market.series[KEY].last_price = 0

    assert halts.net_pnl(driver.core.state) == 0


def test_too_many_refusals_in_a_minute_halt_entries_until_a_person_looks():
    """Fault 74, V9."""
    limits = LimitSettings(symbol_spacing_s=0, max_trades_per_symbol_per_day=50)
    driver = EngineDriver(risk=RiskSettings(limits=limits))
    for _ in range(5):
        driver.ask(inputs.OperatorWish.RESUME)  # after two, the share waits for a person
        driver.signal()
        (entry,) = driver.places()
        driver.answer(entry.request.tag, Refused("UDAPI1", "margin"))
    driver.book.halts.pop((ev.HaltScope.INSTRUMENT, KEY, "entries_refused"))

    (halt,) = driver.book.halts.values()
    assert (halt.reason, halt.until_released) == ("reject_storm", True)


BANNED = "RMS: this security is under surveillance, intraday is not allowed"


@pytest.mark.parametrize("is_proved", [True, False], ids=["refused", "rejected later"])
def test_a_share_whose_entries_are_not_taken_is_not_entered_until_a_person_looks(is_proved):
    """Fault 70, V11: whatever is told, the second time is the last; other shares and exits go on."""
    limits = LimitSettings(symbol_spacing_s=0, max_trades_per_symbol_per_day=50)
    driver = EngineDriver(risk=RiskSettings(limits=limits))
    for _ in range(2):
        driver.signal()
        (entry,) = driver.places()
        tag = entry.request.tag
        driver.answer(tag, Refused("UDAPI1054", BANNED) if is_proved else None)
        if not is_proved:
            driver.push(tag, OrderStatus.REJECTED, message=BANNED)
    driver.drain()

    driver.signal()

    assert driver.places() == []
    assert driver.new_events[-1].reason == "halted_instrument"
    assert list(driver.book.halts) == [(ev.HaltScope.INSTRUMENT, KEY, "entries_refused")]
    driver.ask(inputs.OperatorWish.RESUME)
    driver.signal()
    assert len(driver.places()) == 1


def test_one_trade_whose_slices_are_all_refused_counts_once():
    """Fault 70."""
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=10))
    driver.signal()
    entries = driver.places()
    assert len(entries) > 2

    for entry in entries:
        driver.answer(entry.request.tag)
        driver.push(entry.request.tag, OrderStatus.REJECTED, message=BANNED)

    assert driver.book.halts == {}


def test_losing_trades_in_a_row_halt_the_share_for_the_day():
    driver = EngineDriver(risk=RiskSettings(limits=LimitSettings(symbol_spacing_s=0)))
    for _ in range(3):
        _, stop = driver.enter()
        driver.fill(stop, 35, PRICE - 100)

    assert list(driver.book.halts) == [(ev.HaltScope.INSTRUMENT, KEY, "max_consecutive_losses")]


def test_a_halt_of_one_share_or_strategy_does_not_stop_others(driver):
    from trading_bot.engine.decisions.turn import Turn

    state = driver.core.state
    turn = Turn(state)
    halts.raise_halt(turn, ev.HaltScope.INSTRUMENT, "other", "x")
    halts.raise_halt(turn, ev.HaltScope.STRATEGY, "other", "x")
    assert halts.objection(state, KEY, "scripted") is None

    halts.raise_halt(turn, ev.HaltScope.STRATEGY, "scripted", "x")

    assert halts.objection(state, KEY, "scripted").reason == "halted_strategy"


def test_clearing_a_halt_that_is_not_there_is_nothing(driver):
    from trading_bot.engine.decisions.turn import Turn

    turn = Turn(driver.core.state)

    halts.clear_halt(turn, ev.HaltScope.ENTRIES, "", "x")

    assert turn.events == []


# --- what stops an entry, and for how long ------------------------------------------------------------------


def test_panic_stops_every_entry(driver):
    """V15."""
    driver.ask(inputs.OperatorWish.PANIC)

    denied = halts.objection(driver.core.state, KEY, "scripted")

    assert denied is not None
    assert denied.reason == "panic"


@pytest.mark.parametrize(
    ("scope", "subject", "stops"),
    [
        (ev.HaltScope.ENTRIES, "", True),
        (ev.HaltScope.INSTRUMENT, KEY, True),
        (ev.HaltScope.INSTRUMENT, "NSE_EQ|OTHER", False),
        (ev.HaltScope.STRATEGY, "scripted", True),
        (ev.HaltScope.STRATEGY, "another", False),
    ],
)
def test_a_halt_stops_those_whom_it_names(driver, scope, subject, stops):
    halts.raise_halt(Turn(driver.core.state), scope, subject, "why")

    denied = halts.objection(driver.core.state, KEY, "scripted")

    assert (denied is not None) is stops


def test_a_halt_is_raised_and_told_once_and_cleared_once(driver):
    """V16."""
    turn = Turn(driver.core.state)
    for _ in range(2):
        halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", "why")
    for _ in range(2):
        halts.clear_halt(turn, ev.HaltScope.ENTRIES, "", "why")

    assert [type(event) for event in turn.events] == [ev.HaltRaised, ev.HaltCleared]
    assert [command.kind for command in turn.commands] == [AlertKind.ENTRIES_HALTED, AlertKind.HALT_OVER]


def test_a_token_that_is_not_accepted_is_told_once_and_has_the_books_read(driver):
    """Faults 28 and 29, V16: they show whether it is really dead."""
    turn = Turn(driver.core.state)

    for _ in range(2):
        halts.need_login(turn)

    assert halted_for(driver) == {"needs_login"}
    assert sum(isinstance(one, Alert) and "log in again" in one.text for one in turn.commands) == 1
    assert sum(isinstance(one, ReadBooks) for one in turn.commands) == 1


@pytest.mark.parametrize(("after_ms", "halted"), [(-1, True), (0, False)])
def test_a_read_that_was_sent_since_proves_the_token_good(driver, after_ms, halted):
    """Fault 31: one that was on its way when the token died proves nothing."""
    driver.enter()
    state = driver.core.state
    turn = Turn(state)
    halts.need_login(turn)
    turn.touched_trades.clear()

    halts.note_login(state, driver.now_ms + after_ms, turn)

    assert halts.is_login_needed(state) is halted
    assert bool(turn.touched_trades) is not halted


def test_without_a_fill_there_is_no_loss_to_halt_for(driver):
    driver.core.state.charges_so_far = lambda _book: Decimal(1_000_000)

    driver.later(1)

    assert halted_for(driver) == set()


def test_a_pause_is_no_alarm_and_a_release_of_panic_is_told(driver):
    driver.drain()
    for wish in (inputs.OperatorWish.PAUSE, inputs.OperatorWish.PANIC, inputs.OperatorWish.RESUME):
        driver.ask(wish)

    told = [(one.kind, one.level) for one in driver.drain() if isinstance(one, Alert)]
    assert told == [
        (AlertKind.ENTRIES_HALTED, "warning"),
        (AlertKind.PANIC_ASKED, "critical"),
        (AlertKind.RESUMED, "warning"),
        (AlertKind.HALT_OVER, "info"),
    ]
