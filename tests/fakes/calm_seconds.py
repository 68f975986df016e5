"""Seconds that pass under a driver of the engine while a person listens."""

from tests.fakes.engine_driver import KEY, EngineDriver
from trading_bot.engine.commands import Alert


def seconds(driver: EngineDriver, count: int, *, books: bool = True) -> list[str]:
    """Let seconds pass with fresh prices and books; what a person was told in them."""
    told = []
    for _ in range(count):
        driver.price(driver.core.state.market.last_price(KEY))
        if books:
            driver.read_all()
        driver.later(1)
        told += [one.text for one in driver.drain() if isinstance(one, Alert) and one.level == "critical"]
    return told
