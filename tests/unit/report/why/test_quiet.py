from dataclasses import replace

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from tests.fakes.why_facts import HOURS, evaluation, story, surroundings, why_facts
from trading_bot.domain import events as ev
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode
from trading_bot.report.why.facts import Story
from trading_bot.report.why.quiet import quiet_reasons
from trading_bot.report.why.story import story_of

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
NOON_MS = HOURS.open_ms + 3 * HOUR_MS
RAN = Story(exits={}, first_ms=HOURS.open_ms - MINUTE_MS, last_ms=HOURS.close_ms, starts_ms=(HOURS.open_ms,))


def reasons(asked_ms=NOON_MS, *evaluations, told=RAN, **around):
    kept = {"own_minute_ms": NOON_MS, "any_minute_ms": NOON_MS, "others_evaluated_ms": None}
    facts = why_facts(*evaluations, asked_ms=asked_ms, told=told)
    return quiet_reasons(facts, surroundings(**(kept | around)))


def told_of(*events):
    rows = [JournalRow(number, event.at_ms, *encode(event)) for number, event in enumerate(events, 1)]
    return replace(story_of(rows, KEY), first_ms=RAN.first_ms, last_ms=RAN.last_ms)


def test_a_holiday_is_named():
    found = reasons(told=Story(exits={}), hours=None, closed_because="Diwali")

    assert found == (
        "no trading on this day: Diwali",
        "nothing ran on this day: the journal holds no row of it",
    )


def test_an_index_is_never_evaluated():
    assert reasons(is_index=True) == ("it is an index: it is watched, and no strategy evaluates it",)


@pytest.mark.parametrize(
    ("asked_ms", "expected"),
    [
        (HOURS.open_ms - 1, "trading had not begun: it opens at 09:15:00"),
        (HOURS.close_ms, "trading was over: it closes at 15:15:00"),
    ],
)
def test_moments_outside_the_hours_are_told(asked_ms, expected):
    assert expected in reasons(asked_ms)


def test_before_the_first_candle_of_the_day_was_over():
    first = evaluation(HOURS.open_ms)

    assert "its first candle of the day was evaluated at 09:30:00" in reasons(
        HOURS.open_ms + MINUTE_MS, first
    )


def test_a_program_that_started_later_is_told():
    late = replace(RAN, first_ms=NOON_MS + 1)

    assert "the program had not started: it began the day at 12:15:00" in reasons(told=late)


def test_a_restart_nearby_is_told_and_the_first_start_is_none():
    restarted = replace(RAN, starts_ms=(NOON_MS, NOON_MS + MINUTE_MS))

    assert "the program was started anew at 12:16:00" in reasons(told=restarted)
    assert not any("anew at 12:15:00" in reason for reason in reasons(told=restarted))


def test_after_the_close_of_the_day():
    closed = ev.DayClosed(
        at_ms=HOURS.close_ms, on=why_facts().on, gross_pnl=0, charges=0, open_positions=0, reconciled=True
    )

    assert "the day was closed at 15:15:00" in reasons(HOURS.close_ms + 1, told=replace(RAN, closing=closed))


def test_without_candles_of_anybody_the_feed_was_silent():
    found = reasons(any_minute_ms=NOON_MS - HOUR_MS, own_minute_ms=NOON_MS - HOUR_MS)

    assert found == (
        "no candle of any instrument is kept after 11:15:00: the feed was silent, or nothing ran",
    )
    assert reasons(any_minute_ms=None) == (
        "no candle of any instrument is kept: the feed was silent, or nothing ran",
    )


def test_a_share_that_nobody_traded_is_told():
    assert reasons(own_minute_ms=NOON_MS - HOUR_MS) == ("no trade in it was seen after 11:15:00",)
    assert reasons(own_minute_ms=None) == (
        "no trade in it was seen on this day: it is not among the symbols, or nobody traded it",
    )


def test_others_that_were_evaluated_tell_of_too_little_history():
    assert reasons(others_evaluated_ms=NOON_MS) == (
        "others were evaluated and it was not: it had too little history, and is only watched",
    )
    assert reasons() == (
        "nothing was evaluated yet: no candle of a strategy's length was over, or all were warming up",
    )


def test_halts_in_force_are_told_and_those_that_ended_are_not():
    driver = EngineDriver()
    driver.ask(OperatorWish.PAUSE)
    halted = reasons(told=replace(story(driver), first_ms=RAN.first_ms, last_ms=RAN.last_ms))
    driver.ask(OperatorWish.RESUME)
    released = reasons(told=replace(story(driver), first_ms=RAN.first_ms, last_ms=RAN.last_ms))

    assert any("halt: entries: " in reason for reason in halted)
    assert not any("halt" in reason for reason in released)


def test_a_panic_counts_until_it_is_released_and_not_before_it():
    latched = ev.PanicLatched(at_ms=NOON_MS - HOUR_MS, asked_by="me")
    released = ev.PanicReleased(at_ms=NOON_MS - MINUTE_MS, asked_by="me")

    assert any("panic" in reason for reason in reasons(told=told_of(latched)))
    assert not any("panic" in reason for reason in reasons(told=told_of(latched, released)))
    assert not any("panic" in reason for reason in reasons(NOON_MS - 2 * HOUR_MS, told=told_of(latched)))


def test_only_incidents_of_the_last_quarter_of_an_hour_are_told():
    silent = ev.IncidentRecorded(at_ms=NOON_MS - HOUR_MS, kind="feed_silent", detail="no message")
    late = replace(silent, at_ms=NOON_MS - MINUTE_MS)

    assert not any("feed silent" in reason for reason in reasons(told=told_of(silent)))
    assert any("feed silent: no message" in reason for reason in reasons(told=told_of(late)))


def test_halts_of_other_instruments_and_carried_ones_are_told_apart():
    other = ev.HaltRaised(at_ms=1, scope=ev.HaltScope.INSTRUMENT, subject="OTHER", reason="x")
    mine = ev.HaltRaised(at_ms=1, scope=ev.HaltScope.INSTRUMENT, subject=KEY, reason="entries_refused")
    carried = ev.CarriedOver(
        epoch=1, settings_hash="", last_trade_id=0, is_panicking=False, halts=(other, mine)
    )
    started = ev.DayStarted(at_ms=RAN.first_ms, on=why_facts().on, carried=carried)

    told = [reason for reason in reasons(told=told_of(started)) if "halt" in reason]

    assert len(told) == 1
    assert "entries_refused" in told[0]


def test_what_no_record_explains_is_said_so():
    first = evaluation(HOURS.open_ms)
    assert reasons(NOON_MS, first) == ("nothing on record says why",)
