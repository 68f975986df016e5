"""Days that a driven engine opens, and minutes of a day before."""

from datetime import date, time, timedelta
from decimal import Decimal

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle
from trading_bot.engine import inputs
from trading_bot.engine.ports import Funds

NEXT_DAY = DAY + timedelta(days=1)


def open_day(driver: EngineDriver, on: date, *sessions: tuple[time, time]) -> None:
    hours = sessions or ((time(9, 15), time(15, 15)),)
    windows = tuple((ms_at(on, start), ms_at(on, end)) for start, end in hours)
    driver.take(inputs.DayOpened(at_ms=0, on=on, instruments=(SHARE,), sessions={KEY: windows}))


def at_work(driver: EngineDriver, on: date) -> None:
    """All reads of a new day are in."""
    open_day(driver, on)
    driver.read_books()
    driver.read_positions(0)
    funds = Funds(available=Decimal(1_000_000), used_margin=Decimal(0))
    driver.take(inputs.AccountRead(at_ms=0, funds=funds, margin_rates={KEY: Decimal("0.2")}, bands={}))
    driver.price(PRICE)


def minutes(first: int, count: int) -> tuple[Candle, ...]:
    return tuple(Candle(first + 60_000 * n, PRICE, PRICE, PRICE, PRICE + n, 10) for n in range(count))


def left_over(
    driver: EngineDriver, price: int = PRICE, *, held: int = 0, times: int = 3, ran_on: bool = False
) -> None:
    """The day after one that left a position: the broker shows that it holds so much, so many times."""
    driver.enter()
    driver.now_ms = ms_at(NEXT_DAY, time(9, 30))
    driver.fills = []
    if not ran_on:
        driver.restarted()
    open_day(driver, NEXT_DAY)
    driver.price(price)
    driver.drain()
    for _ in range(times):
        driver.read_books()
        driver.read_positions(held)
        driver.later(10)
