"""A trade that is being closed, under a driver of the engine."""

from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert

FLATTEN = inputs.OperatorWish.FLATTEN


def held_long() -> EngineDriver:
    """A long of 35 with its stop at the exchange."""
    driver = EngineDriver()
    _, driver.stop = driver.enter()
    return driver


def told(driver: EngineDriver, words: str) -> list[str]:
    """What a person was called for."""
    alerts = [one for one in driver.commands if isinstance(one, Alert) and one.level == "critical"]
    return [alert.text for alert in alerts if words in alert.text]


def without_stop(driver: EngineDriver) -> str:
    """Flatten a trade whose stop is gone: the tag of the exit that is placed."""
    driver.ask(FLATTEN)
    driver.push(driver.stop, OrderStatus.CANCELLED)
    (exit_order,) = driver.places()
    return exit_order.request.tag


def climbed(driver: EngineDriver, price: int = PRICE, rungs: int = 8) -> None:
    """Nobody fills the exit, and the ladder is climbed, unless told otherwise to its last rung."""
    driver.ask(FLATTEN)
    for _ in range(rungs):
        if driver.order(driver.stop).is_change_pending:
            driver.confirm_modify(driver.stop)
        driver.now_ms += 5_000
        driver.price(price)
        driver.later(0)
