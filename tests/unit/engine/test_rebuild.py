"""The book is the same whether it is rebuilt from all rows or from the newest checkpoint. V15, V17."""

import re
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.fakes import engine_driver
from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from trading_bot.domain.errors import StorageError
from trading_bot.domain.events import EmergencyRowKept, HaltScope
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, Tag
from trading_bot.engine import inputs
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.rebuild import is_checkpoint, rebuilt_book
from trading_bot.engine.records import encode
from trading_bot.risk.settings import RiskSettings


class Days(EngineDriver):
    """One share over several days, in one journal."""

    on = DAY

    def next_day(self) -> None:
        """The daemon idles until the next morning, and starts anew."""
        self.on += timedelta(days=1)
        self.now_ms = ms_at(self.on, time(9, 0))
        self.fills.clear()
        self.restarted(is_recovered=True)
        self.now_ms = ms_at(self.on, time(10, 0))
        self.price(PRICE)

    def take(self, event: inputs.Input):
        if isinstance(event, inputs.DayOpened):
            hours = ((ms_at(self.on, time(9, 15)), ms_at(self.on, time(15, 15))),)
            event = replace(event, on=self.on, sessions={self.instrument.key: hours})
        return super().take(event)

    def lose(self) -> None:
        """Half an hour later a trade, which its stop ends."""
        self.now_ms += 1_800_000
        self.price(PRICE)
        _, stop = self.enter()
        order = self.order(stop)
        self.fill(stop, order.terms.quantity, order.terms.trigger_price, OrderStatus.FILLED)
        self.read_positions(0)

    def end(self) -> None:
        self.now_ms = ms_at(self.on, time(15, 16))
        self.read_positions(0)
        self.take(inputs.DayEnded(at_ms=0, charges=0))


def whole(days: Days):
    return rebuilt_book(days.rows)


def from_checkpoint(days: Days):
    newest = max(number for number, row in enumerate(days.rows) if is_checkpoint(row))
    return rebuilt_book(days.rows[newest:]), days.rows[newest]


def checkpoint_days(days: Days) -> list[date]:
    return [
        date.fromisoformat(row.payload.split('"on":"')[1][:10]) for row in days.rows if is_checkpoint(row)
    ]


@pytest.fixture
def days() -> Days:
    return Days(risk=RiskSettings())


def test_a_book_over_several_days_is_the_same_from_its_newest_checkpoint(days):
    days.lose()
    days.end()
    for _ in range(3):
        days.next_day()
        days.lose()
        days.end()
    days.next_day()
    days.enter()

    book, row = from_checkpoint(days)

    assert row.sequence > 60
    assert book == whole(days) == (days.book, days.rows[-1].sequence)
    assert (book[0].last_trade_id, book[0].epoch) == (5, 5)


def test_each_checkpoint_alone_says_what_all_rows_before_it_add_up_to(days):
    for wish in (OperatorWish.PAUSE, OperatorWish.PANIC, OperatorWish.RESUME):
        if not days.book.halts:
            days.lose()
        days.ask(wish)
        days.end()
        days.next_day()
    starts = [number for number, row in enumerate(days.rows) if is_checkpoint(row)]

    assert len(starts) == 4
    for number in starts:
        assert rebuilt_book(days.rows[number : number + 1]) == rebuilt_book(days.rows[: number + 1])


@pytest.mark.parametrize("wish", [OperatorWish.PANIC, OperatorWish.PAUSE])
def test_what_waits_for_a_person_outlives_the_days(days, wish):
    days.ask(wish)
    days.end()
    for _ in range(2):
        days.next_day()

    book, _ = from_checkpoint(days)

    assert book == whole(days)
    assert book[0].is_panicking or (HaltScope.ENTRIES, "", "paused") in book[0].halts


def test_a_stopped_strategy_stays_stopped_over_the_days(days):
    days.ask(OperatorWish.STOP_STRATEGY, "scripted")
    for _ in range(2):
        days.next_day()

    book, _ = from_checkpoint(days)

    assert book == whole(days)
    assert (HaltScope.STRATEGY, "scripted", "stopped_by_operator") in book[0].halts


def test_what_a_person_released_stays_released(days):
    days.ask(OperatorWish.PANIC)
    days.ask(OperatorWish.PAUSE)
    days.next_day()
    days.ask(OperatorWish.RESUME)
    days.next_day()

    book, _ = from_checkpoint(days)

    assert book == whole(days)
    assert (book[0].is_panicking, book[0].halts) == (False, {})


def test_counters_of_the_day_survive_a_restart_in_it(days):
    days.end()
    days.next_day()
    days.lose()
    days.lose()
    days.restarted(is_recovered=True)

    book, _ = from_checkpoint(days)

    assert book == whole(days)
    assert (book[0].trades_today, book[0].losing_streaks[engine_driver.KEY]) == (2, 2)
    assert book[0].last_intent == len(book[0].orders) == 4


def test_tags_stay_unique_over_days_and_restarts(days):
    for _ in range(3):
        days.lose()
        days.restarted(is_recovered=True)
        days.lose()
        days.end()
        days.next_day()
    tags = [event.request.tag for event in days.events if type(event).__name__ == "OrderIntended"]

    assert len(tags) == len(set(tags)) == 12


def test_a_day_that_starts_with_something_open_is_no_checkpoint(days):
    days.enter()
    days.next_day()

    assert checkpoint_days(days) == [DAY]
    assert days.book.trades
    assert from_checkpoint(days)[0] == whole(days)


def test_a_day_that_starts_with_a_difference_is_no_checkpoint(days):
    days.read_positions(7)
    days.later(3)
    days.read_positions(7)
    assert days.book.differences
    days.next_day()

    assert checkpoint_days(days) == [DAY]


def test_rows_that_begin_in_the_middle_are_refused(days):
    with pytest.raises(StorageError, match="journal row 2 cannot be read"):
        rebuilt_book(days.rows[1:])


def test_a_row_of_a_newer_program_is_refused_by_its_number(days):
    unknown = replace(days.rows[1], kind="teleported")

    with pytest.raises(StorageError, match=r"journal row 2 .*newer version"):
        rebuilt_book([days.rows[0], unknown])


def test_rows_of_a_program_that_kept_no_checkpoints_are_all_read(days):
    old = [replace(row, payload=_without_carried(row.payload)) for row in days.rows]

    assert not any(is_checkpoint(row) for row in old)
    assert rebuilt_book(old) == whole(days)


def _without_carried(payload: str) -> str:
    return re.sub(r',"carried":{.*}}$', "}", payload)


def keep_row_of_a_blind_panic(days: Days, tag: Tag) -> None:
    """What a start takes in before it opens the day."""
    sequence = len(days.rows) + 1
    kept = EmergencyRowKept(at_ms=days.now_ms, number=1, kind="order_intended", payload="{}", tag=str(tag))
    days.rows.append(JournalRow(sequence, days.now_ms, *encode(kept)))
    days.core.restore(days.rows)


def test_tags_that_were_given_without_the_book_outlive_the_start_of_their_day(days):
    """Fault 81: they came home before their day began, and their orders are still in the order book."""
    days.lose()
    days.end()
    tomorrow = DAY + timedelta(days=1)
    todays, tomorrows = Tag(DAY, FIRST_EMERGENCY_EPOCH, 1), Tag(tomorrow, FIRST_EMERGENCY_EPOCH, 1)
    keep_row_of_a_blind_panic(days, todays)
    keep_row_of_a_blind_panic(days, tomorrows)

    days.next_day()

    (book, _), row = from_checkpoint(days)
    assert is_checkpoint(row)
    assert book.emergency_tags == {str(tomorrows)}
    assert (book, len(days.rows)) == whole(days)


def test_an_epoch_that_was_raised_past_another_owners_outlives_the_days(days):
    """Fault 81."""
    days.lose()
    days.end()
    (tag, _) = days.book.orders
    others = Tag(DAY, days.book.epoch + 5, 1)
    days.read_books(replace(days.report(tag, OrderStatus.FILLED), tag=str(others), order_id="theirs"))
    assert days.book.epoch == others.epoch + 1

    days.next_day()

    (book, _), _ = from_checkpoint(days)
    assert book.epoch == others.epoch + 2
    assert book.halts.keys() == {(HaltScope.ENTRIES, "", "unknown_owner")}
    assert (book, len(days.rows)) == whole(days)
