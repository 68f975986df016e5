"""Steps that several begin with."""

from dataclasses import replace

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import RefusalCause, Refused, Unknown

TOO_MANY = Refused("UDAPI10005", "too many", RefusalCause.RATE_LIMITED)
UNREACHED = Refused("NOT_SENT", "no connection", RefusalCause.UNREACHED)
UNSENT = Refused("UDAPI100050", "token", RefusalCause.NEEDS_LOGIN)
DEAD = inputs.ReadFailed(at_ms=0, what="positions", detail="401", needs_login=True)
OTHER_SHARE = "NSE_EQ|OTHER"
LOWEST = 126_000


def entry_of(driver: EngineDriver) -> str:
    driver.drain()
    driver.signal()
    return driver.places()[0].request.tag


def bought(driver: EngineDriver) -> str:
    """A filled entry; the tag of the stop that is about to be sent."""
    entry = entry_of(driver)
    driver.answer(entry)
    driver.fill(entry, 35, PRICE)
    return driver.places()[0].request.tag


def make_absent(driver: EngineDriver, tag: str) -> None:
    driver.answer(tag, Unknown("timed out"))
    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()
    driver.drain()


def losing_trade(driver: EngineDriver) -> None:
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE - 10)
    driver.price(PRICE)


def foreign_share(driver: EngineDriver, quantity: int) -> None:
    row = replace(driver.position_row(quantity), instrument_key=OTHER_SHARE, product=Product.INTRADAY)
    driver.take(inputs.PositionsRead(at_ms=0, asked_at_ms=driver.now_ms, positions=(row,)))


def closing(driver: EngineDriver, price: int) -> None:
    """An exit that nobody fills, while the share trades at a price."""
    _, stop = driver.enter()
    driver.ask(OperatorWish.FLATTEN)
    driver.core.state.market.series[KEY].last_price = price
    for _ in range(8):
        if driver.order(stop).is_change_pending:
            driver.confirm_modify(stop)
        driver.now_ms += 5_000
        driver.price(price)
        driver.later(0)


def without_row(driver: EngineDriver, seconds: int) -> None:
    """The stop that rested is in no read any more."""
    entry, _ = driver.enter()
    driver.read_positions(35)
    for _ in range(seconds):
        driver.price(PRICE)
        driver.read_books(driver.report(entry, OrderStatus.FILLED))
        driver.later(1)


def in_two_trades(driver: EngineDriver) -> str:
    """An entry of 20 and 15 units, protected; its tag."""
    entry, stop = driver.enter_in_parts(20, 15)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)
    driver.read_positions(35)
    driver.later(1)
    return entry


def annul_second_trade(driver: EngineDriver) -> list:
    """The exchange takes the trade of 15 back; the list of trades as it was."""
    in_two_trades(driver)
    before = list(driver.fills)
    driver.fills = driver.fills[:1]
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    for _ in range(2):
        driver.read_positions(20)
    return before
