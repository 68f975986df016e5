import re
from base64 import b64decode
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from tests.fakes.page_outline import outline_of
from tests.fakes.scripted_day import candles, end_day, result_of, whole_day
from trading_bot.domain import events as ev
from trading_bot.domain.gate import Gate
from trading_bot.report.day.record import Notice
from trading_bot.report.page.page import page_html


@pytest.fixture(scope="module")
def result():
    return result_of(whole_day(), warm_up_notes=("RELIANCE has 130 of 500 candles",))


@pytest.fixture(scope="module")
def page(result):
    return page_html(result, {KEY: candles()})


def test_the_page_is_well_formed_and_asks_nothing_of_the_network(page):
    outline = outline_of(page)

    assert "script" not in outline.names
    assert "link" not in outline.names
    sources = [value for name, value in outline.attributes if name in {"src", "srcset", "href"}]
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert not any(name.startswith("on") for name, _ in outline.attributes)


def test_a_strict_policy_forbids_scripts(page):
    """Fault 120, V18."""
    assert (
        "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        in page
    )


def test_every_plot_is_a_readable_picture(page):
    pictures = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page)

    assert len(pictures) == 3
    for picture in pictures:
        assert ET.fromstring(b64decode(picture)).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_page_tells_the_day(page):
    for text in (
        "Thursday, 19 November 2026",
        "RELIANCE has 130 of 500 candles",
        "+434.50",
        "Target",
        "bound by max position fraction",
        "denied: position exists",
        "Planned but never filled: RELIANCE long at 11:22:04",
        "flat at the end",
        "epoch 2 took the book over",
        "filled 10 at 1,400.00 (trade t1)",
    ):
        assert text in page, text


def test_a_ledger_mismatch_is_loud(result):
    facts = replace(result.facts, ledger_net_pnl=result.net - Decimal("0.01"))

    page = page_html(replace(result, facts=facts), {})

    assert '<p class="loud">LEDGER MISMATCH' in page
    assert "ledger DIFFERS" in page


def test_text_from_outside_cannot_become_markup(result):
    """Fault 120, V18: for the report's page."""
    evil = "<script>alert(1)</script>"
    first = result.record.trades[0]
    gates = (Gate(evil, True, evil, evil),)
    trade = replace(first, evaluation=replace(first.evaluation, gates=gates, strategy=evil))
    facts = replace(result.facts, data=evil, mode=evil, messages=(evil,))
    instruments = {KEY: replace(result.instruments[KEY], symbol=evil)}
    trades = tuple(
        replace(row, instrument=instruments[KEY], record=trade if row.record is first else row.record)
        for row in result.trades
    )
    record = replace(
        result.record,
        program_version=evil,
        notices=(*result.record.notices, result.record.notices[0]._replace(kind=evil, text=evil)),
    )

    page = page_html(replace(result, facts=facts, instruments=instruments, trades=trades, record=record), {})

    assert "script" not in outline_of(page).names
    assert page.count("&lt;script&gt;alert(1)") > 8


def test_a_day_without_trades_says_so():
    driver = EngineDriver()
    end_day(driver)

    page = page_html(result_of(driver), {})

    outline_of(page)
    assert "Nothing was traded." in page
    assert "No strategy raised a signal." in page
    assert "No order was intended." in page


def test_notices_name_symbols_whatever_the_journal_holds(result):
    told = Notice(1, "incident", f"unprotected: {KEY} and {KEY}0, 5 s")
    record = replace(result.record, notices=(told,))
    longer = replace(result.instruments[KEY], key=f"{KEY}0", symbol="LONGER")
    known = result.instruments | {longer.key: longer}

    page = page_html(replace(result, record=record, instruments=known), {KEY: candles()})

    assert "unprotected: RELIANCE and LONGER, 5 s" in page


def test_an_open_position_and_a_halt_are_shown():
    driver = EngineDriver()
    driver.enter()
    driver.events.append(
        ev.HaltRaised(
            at_ms=driver.now_ms, scope=ev.HaltScope.ENTRIES, subject="", reason="paused", until_released=True
        )
    )

    page = page_html(result_of(driver), {KEY: candles()})

    assert "Open: +35 held" in page
    assert "NOT flat at the end" in page
    assert "entries: paused, until a person releases it" in page


def test_more_symbols_than_charts_are_said(result):
    trade = result.trades[0]
    many = tuple(
        replace(trade, instrument=replace(trade.instrument, key=f"NSE_EQ|{number}")) for number in range(25)
    )

    page = page_html(replace(result, trades=many), {})

    assert "Shown are the 24 symbols with the largest results of 25." in page
