from datetime import timedelta

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from tests.fakes.page_outline import outline_of
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.report.page_head import (
    factor_text,
    figures_html,
    head_html,
    headline,
    title_of,
    turnover_text,
    verdict_html,
)

TRADES = three_trades()


def figures(trades=TRADES, **changes):
    return figures_of(a_result(trades, **changes))


def seen(html) -> str:
    return " ".join(outline_of(html.text).texts)


def test_the_head_says_what_was_tested():
    text = seen(head_html(figures()))

    assert "Backtest, 29 Oct 2026 to 02 Nov 2026 candle" in text
    assert "First trade 29 Oct 2026" in text
    assert "First trade \u2013" in seen(head_html(figures(())))
    assert title_of(figures()) == "Backtest 2026-10-29 to 2026-11-02: +80.00 net"


def test_one_day_is_named_once():
    assert "Backtest, 29 Oct 2026 candle" in seen(head_html(figures(days=DAYS[:1])))


def test_a_sound_result_says_what_was_checked():
    html = verdict_html(figures())

    assert "every day equal to the venue's ledger" in seen(html)
    assert 'class="verdict doubtful"' in html.text


def test_a_result_without_cautions_is_green():
    days = tuple(DAYS[0] + timedelta(days=number) for number in range(60))
    trades = [a_trade(day) for day in days[:30]]

    html = verdict_html(figures(trades, days=days))

    assert 'class="verdict"' in html.text


def test_problems_come_first_and_only_some_are_listed():
    html = verdict_html(figures(problems=tuple(f"day {number} differs" for number in range(20))))

    text = seen(html)
    assert 'class="verdict bad"' in html.text
    assert text.index("NOT to be believed") < text.index("day 0 differs") < text.index("rupees net")
    assert "and 12 more problems." in text
    assert "day 8 differs" not in text
    assert "ledger" not in text


def test_alerts_are_a_caution():
    assert "told something 5 times" in seen(verdict_html(figures(alerts={"a": 3, "b": 2})))


def test_the_headline_leaves_holding_out_where_there_is_none():
    assert headline(figures()).endswith("3 trades; buying and holding: +3.00%.")
    assert headline(figures(closes={})).endswith("in 3 days and 3 trades.")


def test_winners_alone_have_no_profit_factor():
    assert factor_text(figures([a_trade()])) == "no losses"
    assert factor_text(figures(())) == "\u2013"
    assert factor_text(figures()) == "1.57"


def test_figures_stand_in_three_groups():
    text = seen(figures_html(figures(())))

    assert text.index("Result") < text.index("Risk") < text.index("Trades")
    assert "Max drawdown none" in text
    assert "Expectancy \u2013" in text
    assert turnover_text(figures(())) == "0.0\u00d7"
