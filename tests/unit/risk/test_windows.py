from dataclasses import replace
from datetime import date, time

import pytest

from tests.fakes.engine_driver import SHARE
from trading_bot.domain.instrument import InstrumentKind, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.risk.settings import WindowSettings
from trading_bot.risk.windows import trading_hours

DAY = date(2026, 11, 19)
OTHER_SHARE = replace(SHARE, closing_auction_eligible=False)
FUTURE = replace(SHARE, segment=Segment.NSE_FO, kind=InstrumentKind.FUTURE, closing_auction_eligible=False)


def at(hour: int, minute: int = 0) -> int:
    return ms_at(DAY, time(hour, minute))


@pytest.mark.parametrize(
    ("instrument", "closes", "last_entry", "flat_by"),
    [
        (SHARE, at(15, 15), at(14, 45), at(15, 5)),
        (OTHER_SHARE, at(15, 30), at(14, 45), at(15, 10)),
        (FUTURE, at(15, 40), at(15, 0), at(15, 20)),
    ],
)
def test_each_kind_has_its_own_clock_on_an_ordinary_day(instrument, closes, last_entry, flat_by):
    hours = trading_hours(instrument, DAY, [(at(9, 15), closes)], WindowSettings())

    assert (hours.last_entry_ms, hours.flat_by_ms) == (last_entry, flat_by)


def test_a_session_that_ends_early_is_flat_before_its_end():
    hours = trading_hours(SHARE, DAY, [(at(9, 15), at(13))], WindowSettings())

    assert hours.flat_by_ms == at(12, 50)
    assert hours.last_entry_ms == at(12, 30)


def test_an_evening_session_is_flat_before_its_end():
    hours = trading_hours(SHARE, DAY, [(at(18), at(19))], WindowSettings())

    assert hours.flat_by_ms == at(18, 50)
    assert hours.may_enter(at(18, 10))


def test_entries_stay_inside_their_window_to_the_millisecond():
    hours = trading_hours(
        SHARE, DAY, [(at(9, 15), at(15, 15))], WindowSettings(min_entry_after_open_minutes=15)
    )

    assert [hours.may_enter(moment) for moment in (at(9, 30) - 1, at(9, 30), at(14, 45) - 1, at(14, 45))] == [
        False,
        True,
        True,
        False,
    ]


def test_nothing_is_entered_in_the_break_between_two_sessions():
    hours = trading_hours(SHARE, DAY, [(at(9, 15), at(10)), (at(11, 30), at(12, 30))], WindowSettings())

    assert not hours.may_enter(at(10, 30))
    assert hours.may_enter(at(11, 45))
    assert (hours.open_ms, hours.close_ms) == (at(9, 15), at(12, 30))


def test_a_session_is_open_from_its_start_to_just_before_its_end():
    hours = trading_hours(SHARE, DAY, [(at(9, 15), at(15, 15))], WindowSettings())

    edges = (at(9, 15) - 1, at(9, 15), at(15, 15) - 1, at(15, 15))
    assert [hours.is_open(moment) for moment in edges] == [False, True, True, False]
    assert hours.close_ms == at(15, 15)


def test_a_session_that_opens_when_all_should_be_flat_is_flat_before_its_own_end():
    assert trading_hours(SHARE, DAY, [(at(15, 5), at(16))], WindowSettings()).flat_by_ms == at(15, 50)


def test_what_is_not_squared_off_is_entered_from_open_to_close_and_never_flat():
    hours = trading_hours(SHARE, DAY, [(at(9, 15), at(15, 15))], WindowSettings(square_off=False))

    times = (at(9, 15), at(15, 15) - 1, at(15, 15))
    assert [hours.may_enter(at_ms) for at_ms in times] == [True, True, False]
    assert hours.flat_by_ms > ms_at(date(2200, 1, 1), time(0))


@pytest.mark.parametrize(
    ("no_new_entry_after", "last_entry"),
    [(time(11), at(11)), (time(15), at(14, 45)), (time(9, 15), at(14, 45)), (time(9, 16), at(9, 16))],
)
def test_entries_end_at_the_users_hour_unless_the_whole_session_lies_after_it(no_new_entry_after, last_entry):
    settings = WindowSettings(no_new_entry_after=no_new_entry_after)

    hours = trading_hours(SHARE, DAY, [(at(9, 15), at(15, 15))], settings)

    assert hours.last_entry_ms == last_entry
