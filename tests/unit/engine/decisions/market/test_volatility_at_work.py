"""India VIX at work: which regime an entry meets, and what is unknown."""

from datetime import date, time

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SHARE, EngineDriver
from tests.fakes.overlaid_days import CALM, CLOSES, HIGH, STRESS, VIX, denials, outlook_of, overlaid
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine import inputs
from trading_bot.risk.overlays.settings import (
    OverlaySettings,
    VixSettings,
)
from trading_bot.risk.settings import (
    RiskSettings,
)


@pytest.mark.parametrize(
    ("value", "quantity", "denied"), [(CALM, 35, []), (HIGH, 14, []), (STRESS, None, ["overlay_vix"])]
)
def test_a_regime_is_read_from_the_newest_value(value, quantity, denied):
    driver = overlaid(vix=VixSettings(enabled=True))
    driver.index(VIX.key, value)
    driver.signal()

    trade = driver.book.trade_of(KEY)
    assert (trade and trade.planned_quantity) == quantity
    assert denials(driver) == denied


@pytest.mark.parametrize("silent_s", [121, 3_000])
def test_a_stale_value_is_unknown_and_not_calm(silent_s):
    driver = overlaid(vix=VixSettings(enabled=True, unknown_as="stress"))
    driver.index(VIX.key, CALM)
    driver.now_ms += silent_s * 1_000
    driver.price(PRICE)
    driver.signal()

    (denied,) = [event for event in driver.events if isinstance(event, ev.EntryDenied)]
    assert denied.reason == "overlay_vix"
    assert f"unknown ({silent_s} s old)" in denied.detail


def test_an_index_that_is_not_listed_today_is_unknown():
    driver = EngineDriver(
        risk=RiskSettings(overlays=OverlaySettings(vix=VixSettings(enabled=True, unknown_as="stress"))),
        outlook=outlook_of(),
    )
    driver.signal()

    assert denials(driver) == ["overlay_vix"]


def test_closes_that_come_later_replace_those_of_before():
    driver = overlaid(outlook_of(closes=()), vix=VixSettings(enabled=True, unknown_as="stress"))
    driver.index(VIX.key, CALM)
    driver.signal()
    driver.take(inputs.VolatilityRead(at_ms=0, closes=CLOSES))
    driver.signal()

    assert denials(driver) == ["overlay_vix"]
    assert driver.book.trade_of(KEY) is not None


def test_a_new_day_without_an_outlook_forgets_the_old_one():
    driver = overlaid()
    driver.now_ms = ms_at(date(2026, 11, 20), time(9))
    driver.take(inputs.DayOpened(at_ms=0, on=date(2026, 11, 20), instruments=(SHARE,), sessions={}))

    assert driver.core.state.outlook == DayOutlook()


def test_the_same_inputs_give_the_same_rows():
    def rows():
        driver = overlaid(vix=VixSettings(enabled=True))
        driver.index(VIX.key, HIGH)
        driver.signal()
        return driver.rows

    assert rows() == rows()
