"""Positions without protection, and exits that do not fill."""

from datetime import time, timedelta

from tests.fakes.engine_driver import DAY, PRICE
from tests.fakes.provoked_alerts.registry import of
from tests.fakes.provoked_alerts.steps import LOWEST, bought, closing, without_row
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import Refused, Unknown

of(AlertKind.UNPROTECTED)(lambda driver: without_row(driver, 14))
of(AlertKind.ORDER_MISSING)(lambda driver: without_row(driver, 14))
of(AlertKind.EXIT_NOT_FILLED)(lambda driver: closing(driver, PRICE))
of(AlertKind.EXIT_LOCKED)(lambda driver: closing(driver, LOWEST))


@of(AlertKind.STANDS_STILL)
def _stands_still(driver):
    driver.enter()
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": MarketPhase.NORMAL_CLOSE}))
    driver.later(1)
    driver.later(5)


@of(AlertKind.ENTRY_UNSEEN)
def _entry_unseen(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.later(25)


@of(AlertKind.ORDER_NOT_SEEN)
def _order_not_seen(driver):
    stop = bought(driver)
    driver.answer(stop)
    driver.later(5)
    entry = next(iter(driver.book.orders))
    driver.read_books(driver.report(entry, OrderStatus.FILLED))


@of(AlertKind.STOP_GONE)
def _stop_gone(driver):
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.REJECTED, message="below the circuit")


@of(AlertKind.STOP_CANCELLED)
def _stop_cancelled(driver):
    _, stop = driver.enter()
    for _ in range(2):
        driver.push(stop, OrderStatus.CANCELLED, message="cancelled by user")
        stop = driver.places()[0].request.tag
        driver.rest(stop)
    driver.push(stop, OrderStatus.CANCELLED, message="cancelled by user")


@of(AlertKind.EXIT_REFUSED)
def _exit_refused(driver):
    driver.core.state.account.bands.clear()
    _, stop = driver.enter()
    driver.ask(OperatorWish.FLATTEN)
    driver.push(stop, OrderStatus.REJECTED, message="x")
    for _ in range(60):
        for place in driver.places():
            driver.answer(place.request.tag, Refused("x", "price outside the circuit limit"))
        driver.price(PRICE)
        driver.later(1)


@of(AlertKind.STILL_HELD)
def _still_held(driver):
    driver.enter()
    driver.now_ms = ms_at(DAY, time(15, 14))
    driver.later(1)


@of(AlertKind.UNMANAGED_POSITION)
def _unmanaged(driver):
    driver.enter()
    driver.take(inputs.DayOpened(at_ms=0, on=DAY + timedelta(days=1), instruments=(), sessions={}))


@of(AlertKind.POSITION_FLIPPED)
def _position_flipped(driver):
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.CANCELLED)
    lost = driver.places()[0].request.tag
    driver.answer(lost, Unknown("timed out"))
    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()
    close = driver.places()[0].request.tag
    driver.answer(close)
    driver.order_fills((close, 35, PRICE), (lost, 35, PRICE))
