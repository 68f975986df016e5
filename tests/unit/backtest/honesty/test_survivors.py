from datetime import date

from trading_bot.backtest.honesty.survivors import survivors
from trading_bot.domain.rules.provenance import Universe

FIRST, LAST = date(2020, 1, 1), date(2024, 12, 31)
WHOLE = (date(2015, 1, 1), date(2025, 6, 30))


def warned(universe=Universe.COMPLETE, first=FIRST, last=LAST, **spans):
    return survivors(universe, spans or {"A": WHOLE}, first, last).warnings


def test_data_that_hold_what_failed_need_no_warning():
    assert warned() == ()


def test_todays_choice_of_shares_is_warned_of():
    (text,) = warned(Universe.SURVIVORS)

    assert "delisted are missing" in text


def test_an_unknown_choice_is_doubted_more_over_years_than_within_one():
    (long,) = warned(Universe.UNKNOWN)
    (brief,) = warned(Universe.UNKNOWN, first=date(2024, 6, 1))

    assert "Over years many leave" in long
    assert "Within a year few leave" in brief
    assert "how the share was chosen" in long
    assert "how the 2 shares were chosen" in warned(Universe.UNKNOWN, A=WHOLE, B=WHOLE)[0]


def test_shares_that_end_early_or_begin_late_are_named_with_the_day():
    left, came = warned(A=WHOLE, GONE=(WHOLE[0], date(2022, 3, 4)), NEW=(date(2023, 1, 2), WHOLE[1]))

    assert "GONE (2022-03-04)" in left
    assert "not in the result" in left
    assert came == "Data begin after the first day: NEW (2023-01-02)."


def test_a_few_days_at_the_edges_are_no_departure():
    assert warned(A=(date(2020, 1, 11), date(2024, 12, 21))) == ()
    assert len(warned(A=(date(2020, 1, 12), date(2024, 12, 20)))) == 2


def test_many_departures_are_summed_up():
    (text,) = warned(**{f"S{number}": (WHOLE[0], date(2022, 1, number)) for number in range(1, 9)})

    assert "S1 (2022-01-01), S2" in text
    assert "S5 (2022-01-05) and 3 more" in text
