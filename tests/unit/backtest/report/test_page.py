import json
import re
from base64 import b64decode
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from tests.fakes.page_outline import outline_of
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.report.page import page_html
from trading_bot.backtest.report.summary import summary_text
from trading_bot.backtest.report.texts import percent_text, ratio_text, share_text
from trading_bot.report.wording import money, signed_money

RESULT = a_result(
    (*three_trades(), *three_trades()[:2]), alerts={"the feed is silent": 2}, notices={"gst: assumed": 3}
)


def page_of(result) -> str:
    return page_html(figures_of(result), "run-1")


@pytest.fixture(scope="module")
def page():
    return page_of(RESULT)


def boxes_of(page) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page[: page.index("<section>")]))


def test_the_page_is_well_formed_and_asks_nothing_of_the_network(page):
    outline = outline_of(page)

    assert {"script", "link"}.isdisjoint(outline.names)
    sources = [value for name, value in outline.attributes if name in {"src", "srcset", "href"}]
    assert len(sources) == 2 + 1 + 2  # equity twice, distribution, two symbols
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert not any(name.startswith("on") for name, _ in outline.attributes)


def test_every_plot_is_a_readable_picture(page):
    for picture in re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page):
        assert ET.fromstring(b64decode(picture)).tag == "{http://www.w3.org/2000/svg}svg"


def test_its_figures_are_those_of_the_summary(page):
    summary = json.loads(summary_text(figures_of(RESULT), "run-1"))
    boxes = boxes_of(page)

    def amount(key):
        return signed_money(Decimal(summary[key]))

    expected = {
        "Net result": amount("net_pnl"),
        "Gross": amount("gross_pnl"),
        "Expectancy": amount("expectancy"),
        "Charges": money(Decimal(summary["charges_total"])),
        "Cash at the beginning": money(Decimal(summary["opening_cash"])),
        "Total return": percent_text(summary["total_return"], is_signed=True),
        "CAGR": percent_text(summary["cagr"], is_signed=True),
        "Against holding": percent_text(summary["buy_and_hold"]["excess_return"], is_signed=True),
        "Sharpe": ratio_text(summary["sharpe"]),
        "Sortino": ratio_text(summary["sortino"]),
        "Calmar": ratio_text(summary["calmar"]),
        "Volatility a year": percent_text(summary["volatility"]),
        "Max drawdown": percent_text(summary["max_drawdown"]["depth"]),
        "In rupees": money(Decimal(summary["max_drawdown"]["amount"])),
        "Trades": str(summary["trades"]),
        "Win rate": share_text(summary["win_rate"]),
        "Profit factor": ratio_text(summary["profit_factor"]),
        "Average duration": "1 h 12 min",
        "Exposure": share_text(summary["exposure"]),
        "Days": str(summary["days"]),
    }
    assert {name: boxes[name] for name in expected} == expected


def test_a_backtest_without_trades_says_so():
    page = page_of(a_result(signals=0, denials={}))

    outline_of(page)
    for text in (
        "Nothing was traded: there is nothing to judge.",
        "No trade was closed.",
        "Equity never fell",
        "Nothing was traded, so nothing was charged.",
        "Nobody would have been told anything.",
    ):
        assert text in page, text


def test_one_day_of_one_symbol_with_an_open_position_says_so():
    page = page_of(a_result([a_trade(exited=None)], days=DAYS[:1], closes={"RELIANCE": (100_000,)}))

    outline_of(page)
    assert "<h1>Backtest, 29 Oct 2026<" in page
    assert "Buying and holding needs closes of two days." in page
    assert "Still open: 1 trade" in page
    assert "<td>Open</td>" in page


def test_a_few_results_are_listed_instead_of_drawn():
    page = page_of(a_result(three_trades()))

    assert "Closed: +60.00, \u2212140.00, +160.00." in page
    assert "Distribution of" not in page


def test_only_the_symbols_with_the_most_trades_are_drawn(monkeypatch):
    monkeypatch.setattr("trading_bot.backtest.report.page.symbol_svg", lambda *_: "<svg/>")
    trades = [a_trade(symbol=f"S{number:02d}", leave=101_000 + number) for number in range(30)]

    page = page_of(a_result(trades))

    assert "Shown are the 24 symbols with the most trades of 30." in page


def test_text_from_outside_cannot_become_markup():
    """Fault 120, V18: for the page of a backtest."""
    evil = "<script>alert(1)</script>"
    result = a_result(
        [a_trade(symbol=evil)],
        data=evil,
        fidelity=evil,
        problems=(evil,),
        denials={evil: 1},
        alerts={evil: 1},
        notices={evil: 1},
        assumptions={evil: evil},
    )

    page = page_of(result)

    assert "script" not in outline_of(page).names
    assert page.count("&lt;script&gt;alert(1)") > 8
