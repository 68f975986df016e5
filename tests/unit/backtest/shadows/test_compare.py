"""What all days of a shadow say, in words that do not promise more than they can."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from trading_bot.backtest.shadows.compare import Compared, summed, tried_text, verdict_of
from trading_bot.backtest.shadows.console import console_text
from trading_bot.backtest.shadows.day import Change, ComparedDay, Figures, Prints
from trading_bot.backtest.shadows.document import comparison_document, day_in, day_json
from trading_bot.backtest.shadows.page import shadows_html
from trading_bot.domain.errors import StorageError
from trading_bot.research.deflated_sharpe import Trials

FIRST = date(2026, 11, 2)


def figures(net, *, signals=3, trades=2, drawdown=0):
    net = Decimal(net)
    return Figures(signals, trades, net + 50, Decimal(50), net, Decimal(drawdown))


def day(number, baseline, shadow, **more):
    return ComparedDay(
        on=FIRST + timedelta(days=number),
        shadow_name="strict",
        prints=Prints("a", "b", "c"),
        source="the recorded ticks",
        symbols=("RELIANCE",),
        baseline=figures(baseline),
        shadow=figures(shadow),
        **more,
    )


def compared(*pairs, **more):
    days = tuple(day(number, *pair) for number, pair in enumerate(pairs))
    changed = {"confluence.threshold": (0.6, 0.9)}
    return Compared(name="strict", changed=changed, days=days, cash=Decimal(1_000_000), **more)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (compared(), "No day has been played yet"),
        (compared((5, 5), (7, 7)), "on 2 days the shadow came to the same result as the baseline"),
        (compared((0, 9)), "Too early to tell: 1 of 1 day differs"),
        (compared(*[(0, 9)] * 5), "fewer than 6 days that differ luck cannot be ruled out"),
        (compared(*[(0, 9)] * 6), "The shadow was better, by more than luck explains"),
        (compared(*[(9, 0)] * 6), "The shadow was worse, by more than luck explains"),
        (compared(*[(0, 9)] * 6, looks=2), "fewer than 7 days"),
        (compared(*[(0, 90), (80, 0)] * 5), "are not enough to tell: the shadow was better"),
    ],
)
def test_the_verdict_says_whether_the_days_are_enough(one, words):
    assert words in verdict_of(one)


def test_days_that_are_not_enough_say_how_many_would_be():
    assert "would show after about" in verdict_of(compared(*[(0, 90), (80, 0)] * 5))


def test_figures_of_days_are_added_up_and_the_drawdown_goes_on_over_the_nights():
    total = summed([figures(100, drawdown=20), figures(-70), figures(-60, drawdown=90), figures(300)])

    assert (total.signals, total.trades, total.net) == (12, 8, Decimal(270))
    assert total.drawdown == 70 + 90, "the third day fell by 90 from where it began"
    assert summed([]).net == 0


def test_what_really_happened_is_summed_over_the_days_that_have_it():
    one = compared((0, 1), (0, 1))
    one = replace(one, days=(one.days[0], replace(one.days[1], real=figures(7))))

    assert (one.real.net, one.real_days) == (7, 1)
    assert compared((0, 1)).real is None


def test_it_is_said_how_much_was_tried():
    one = compared(*[(0, 900), (80, 0)] * 5, trials=Trials(count=12, variance=0.01))

    assert "12 settings were tried" in tried_text(one)
    assert "deflated Sharpe ratio" in tried_text(one)
    assert tried_text(compared((0, 1))) == ""


def test_a_day_is_read_as_it_was_kept():
    change = Change(1, "RELIANCE", "confluence", "long", "only the shadow", "score was 0.67, needs >= 0.9")
    kept = day(0, "1.05", "-2.10", real=figures(3), changes=(change,), notes=("a note",), real_alike=2)

    assert day_in(day_json(kept), "here") == kept


@pytest.mark.parametrize("text", ["", "{}", '{"on": "yesterday"}'])
def test_a_file_that_is_no_day_is_told_with_its_place(text):
    with pytest.raises(StorageError, match=r"kept/2026-11-02.json is no day of a shadow"):
        day_in(text, "kept/2026-11-02.json")


def test_the_page_shows_both_sides_their_difference_and_why(tmp_path):
    change = Change(1, "R<b>", "confluence", "long", "only the shadow", "score was 0.67, needs >= 0.9")
    one = compared((100, 250), (-40, 10))
    one = replace(one, days=(replace(one.days[0], changes=(change,), real=figures(99)), one.days[1]))

    page, text = shadows_html([one], "paper"), console_text([one], "paper", tmp_path)

    for shown in ("+150.00", "+250.00", "needs &gt;= 0.9", "R&lt;b&gt;", "confluence.threshold", "Really"):
        assert shown in page
    assert "<script" not in page
    assert "difference a day: +100.00" in text


def test_days_under_other_settings_are_left_out_and_said(tmp_path):
    one = compared((1, 2), left_out=(FIRST,))

    assert "left out: 1 days" in console_text([one], "paper", tmp_path)
    assert "1 days were played under other settings" in shadows_html([one], "paper")


def test_the_document_has_money_as_text():
    (told,) = comparison_document([compared((100, 250))], "paper")["shadows"]

    assert told["baseline"]["net"] == "100"
    assert told["days"][0]["shadow"][4] == "250"
    assert told["difference"]["low"] is None


def test_several_shadows_have_an_overview_and_one_has_none():
    first, second = compared((1, 2)), replace(compared((3, 5)), name="wide")

    assert "Overview" in shadows_html([first, second], "paper")
    assert "Overview" not in shadows_html([first], "paper")
