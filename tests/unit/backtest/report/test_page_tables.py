from dataclasses import replace

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from tests.fakes.page_outline import outline_of
from trading_bot.backtest.report import page_tables as tables
from trading_bot.backtest.report.figures import figures_of

TRADES = three_trades()


def figures(trades=TRADES, **changes):
    return figures_of(a_result(trades, **changes))


def seen(html) -> str:
    return " ".join(outline_of(html.text).texts)


def test_months_are_shaded_by_the_largest():
    text = tables.months_html(figures()).text

    assert 'class="down2" data-label="Oct">\u22120.08<' in text
    assert 'class="up4" data-label="Nov">+0.16<' in text
    assert '<span class="gain">+0.08%</span>' in text
    assert text.count("<td></td>") == 10


def test_months_compound_to_their_year():
    lost_and_won = figures([a_trade(leave=0, quantity=10), a_trade(DAYS[2], leave=200_000)])

    text = seen(tables.months_html(lost_and_won))

    assert text.split() == [*text.split()[:14], "2026", "\u221210.04", "+11.07", "\u22120.08%"]


def test_a_curve_of_one_point_has_no_months():
    one = a_result()
    only = figures_of(replace(one, at_ms=one.at_ms[:1], equity=one.equity[:1], closes={}))

    assert seen(tables.months_html(only)) == "No day has a return."


def test_a_month_without_a_result_has_no_colour():
    assert '<td data-label="Oct">0.00</td>' in tables.months_html(figures(())).text


def test_a_year_in_which_everything_was_lost_has_no_total():
    ruined = figures([a_trade(quantity=2_000, leave=90_000), a_trade(DAYS[2])])

    text = tables.months_html(ruined).text

    assert '<td data-label="Nov">\u2013</td>' in text
    assert '<td class="sum"><span>\u2013</span></td>' in text


def test_hours_reasons_and_symbols_tell_their_trades():
    assert "14:00 1 100.0% \u2013 40.00 +160.00" in seen(tables.hours_html(figures()))
    reasons = seen(tables.reasons_html(figures()))
    assert reasons.index("Square-off") < reasons.index("Target") < reasons.index("Stop")
    assert "TCS 1 0.0% 0.00 40.00 \u2212140.00" in seen(tables.symbols_html(figures()))


def test_without_trades_there_are_no_groups():
    assert seen(tables.symbols_html(figures(()))) == "Nothing was traded."


def test_many_symbols_show_the_best_and_the_worst_first():
    many = [a_trade(symbol=f"S{number:02d}", leave=101_000 + number) for number in range(30)]

    text = seen(tables.symbols_html(figures(many)))

    best, rest = text.split("The worst 12")
    worst, everything = rest.split("All 30")
    assert [f"S{number:02d}" in best for number in (29, 18, 17)] == [True, True, False]
    assert [f"S{number:02d}" in worst for number in (0, 11, 12)] == [True, True, False]
    assert everything.count("+") == 30


def test_charges_go_from_gross_to_net_with_their_shares():
    text = seen(tables.charges_html(figures(notices={"gst: assumed": 3})))

    assert "Charges took 60.0% of the gross result." in text
    assert "Brokerage \u2212120.00 60.0% 11.93" in text
    assert "gst: assumed (3 days)" in text


@pytest.mark.parametrize(
    ("trades", "said"),
    [
        ((), "Nothing was traded, so nothing was charged."),
        ([a_trade(leave=99_000)], "There was no gross profit"),
    ],
)
def test_a_share_of_no_profit_is_not_told(trades, said):
    text = seen(tables.charges_html(figures(trades)))

    assert said in text
    assert "%" not in text


def test_the_strategy_stands_beside_holding():
    text = seen(tables.against_html(figures()))

    assert "Total return +0.08% +3.00%" in text
    assert "Max drawdown 0.14% none" in text
    assert "correlation" in text
    assert "needs closes of two days" in seen(tables.against_html(figures(days=DAYS[:1])))


def test_the_deepest_fall_and_the_longest_are_told():
    one = seen(tables.drawdowns_html(figures()))
    two = seen(tables.drawdowns_html(figures(_two_falls())))

    assert "Deepest and longest" in one
    assert "Recovered 02 Nov 2026 15:15" in one
    assert "Deepest Longest" in two
    assert "not yet" in two
    assert seen(tables.drawdowns_html(figures(()))) == "Equity never fell below its highest value."


def _two_falls():
    """A deep one that is over within the hour, and a shallow one that is not over at the end."""
    return (
        a_trade(leave=90_000),
        a_trade(entered="11:40", exited="12:00", leave=115_000),
        a_trade(DAYS[1], leave=100_100),
    )


def test_signals_are_accounted_for():
    assert "Of 6 signals 2 were denied, 3 became trades, and 1 never filled." in seen(
        tables.denials_html(figures())
    )
    assert "Reason" not in seen(tables.denials_html(figures((), denials={})))


def test_alerts_are_counted():
    assert "the feed is silent 2" in seen(tables.alerts_html(figures(alerts={"the feed is silent": 2})))
    assert "Nobody would have been told" in seen(tables.alerts_html(figures()))
