"""A position in a market-wide halt: what the exchange says and does, and what passes."""

from tests.fakes.engine_driver import EngineDriver
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert
from trading_bot.engine.ports import Refused

NIFTY = made_instrument("NIFTY")
INDEX_CLOSE = 2_500_000
CANCELLED = "Exchange: cancelled by the market-wide circuit breaker"
CLOSED = Refused("UDAPI100500", "no order entry in a halt")


def says(driver, phase):
    driver.take(inputs.PhaseReported(at_ms=0, phases={"NSE_EQ": phase}))


def cancels(driver, tag):
    driver.push(tag, OrderStatus.CANCELLED, message=CANCELLED)


def seconds(driver, count):
    """Seconds pass, one by one; the books show what they showed."""
    for _ in range(count):
        driver.later(1)
        driver.read_all()


def alerts_of(driver, kind):
    return [one for one in driver.drain() if isinstance(one, Alert) and one.kind is kind]


def trade_of(driver):
    (trade,) = driver.book.trades.values()
    return trade


def falls(driver, move):
    value = round(INDEX_CLOSE * (1 + move))
    for extra in (0, 1, 0):
        driver.index(NIFTY.key, value + extra, INDEX_CLOSE)
        driver.now_ms += 1_000
        driver.take(inputs.ClockTicked(at_ms=0))


def refused(driver, count):
    """Seconds pass, and whatever is placed in them is refused; what that was."""
    tried = []
    for _ in range(count):
        seconds(driver, 1)
        for place in driver.places():
            tried.append(place.request.purpose)
            driver.answer(place.request.tag, CLOSED)
    return tried


def driver_that_holds():
    """A position with its stop; the exchange's word, order rows and refusals are the test's."""
    driver = EngineDriver(indices=(NIFTY,), outlook=DayOutlook(breaker=load_market_rules().breakers[0]))
    driver.entry, driver.stop = driver.enter()
    driver.drain()
    return driver
