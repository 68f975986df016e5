"""A day of one share by script: a long winner in parts, a restart, a short loser, a dead entry."""

from decimal import Decimal

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, SHARE, EngineDriver
from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import paise, rupees
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.core import Core
from trading_bot.engine.ports import Funds, JournalRow
from trading_bot.engine.records import encode
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.report.day.charging import Charger, DayCosts
from trading_bot.report.day.facts import RunFacts
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.result import DayResult, day_result
from trading_bot.risk.settings import RiskSettings

MINUTE_MS = 60_000
OPEN_MS, CLOSE_MS = SESSION[0]


def rows_of(driver: EngineDriver) -> list[JournalRow]:
    """What the journal holds of a driver's events."""
    return [
        JournalRow(number, event.at_ms, *encode(event)) for number, event in enumerate(driver.events, start=1)
    ]


def flat_fee(on, trades) -> DayCosts:
    """Twenty rupees for each executed order, and a tax of seven rupees a day, given to the first trade."""
    brokerage = [Decimal(20) * len({fill.order_id for fill in trade.fills}) for trade in trades]
    tax = [Decimal(7 if index == 0 else 0) for index in range(len(trades))]
    return DayCosts(
        lines={"brokerage": sum(brokerage, Decimal(0)), "stt": sum(tax, Decimal(0))},
        parts=tuple({"brokerage": b, "stt": t} for b, t in zip(brokerage, tax, strict=True)),
    )


def restart(driver: EngineDriver) -> None:
    """Another process takes the journal over; the broker's books are as they were."""
    orders = [driver.report(tag, order.status) for tag, order in driver.book.orders.items() if order.order_id]
    quantity = driver.book.position_of(KEY).quantity
    core = Core(
        State(
            settings=EngineSettings(),
            risk=RiskSettings(),
            strategies=(driver.strategy,),
            charges_so_far=lambda _book: Decimal(0),
        )
    )
    core.restore(rows_of(driver))
    driver.core = core
    driver.take(inputs.DayOpened(at_ms=0, on=DAY, instruments=(SHARE,), sessions={KEY: SESSION}))
    driver.take(inputs.OwnershipClaimed(at_ms=0, program_version="0", settings_hash="-"))
    driver.take(inputs.WarmedUp(at_ms=0, instrument_key=KEY, candles=(), session_starts={}))
    driver.read_books(*orders)
    driver.read_positions(quantity)
    funds = Funds(available=Decimal(1_000_000), used_margin=Decimal(0))
    driver.take(
        inputs.AccountRead(
            at_ms=0, funds=funds, margin_rates={KEY: Decimal("0.2")}, bands={KEY: (126_000, 154_000)}
        )
    )


def long_winner(driver: EngineDriver) -> None:
    """A purchase of 35 in two parts, trailed, and sold at its target in two parts after a restart."""
    driver.drain()
    driver.signal(Direction.LONG)
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 10, PRICE)
    (stop,) = driver.places()
    tag = stop.request.tag
    driver.rest(tag)
    driver.later(2)
    driver.fill(entry.request.tag, 25, PRICE + 20)
    driver.confirm_modify(tag, OrderStatus.TRIGGER_PENDING)
    driver.signal(Direction.LONG)
    driver.later(600)
    driver.price(PRICE + 1_800)
    driver.later(1)
    driver.confirm_modify(tag, OrderStatus.TRIGGER_PENDING)
    driver.later(60)
    restart(driver)
    driver.later(240)
    target = driver.book.trade_of(KEY).plan.target_price
    driver.price(target)
    driver.confirm_modify(tag)
    driver.fill(tag, 15, target)
    driver.later(1)
    driver.fill(tag, 20, target - 10)


def short_loser(driver: EngineDriver) -> None:
    """A sale of 35 that its stop buys back dearer."""
    driver.later(1_800)
    driver.price(PRICE)
    _, stop = driver.enter(Direction.SHORT)
    driver.later(420)
    driver.fill(stop, 35, driver.order(stop).terms.trigger_price + 30)


def dead_entry(driver: EngineDriver) -> None:
    """An entry that rests until it is withdrawn."""
    driver.later(1_800)
    driver.price(PRICE)
    driver.drain()
    driver.signal(Direction.LONG)
    (entry,) = driver.places()
    driver.rest(entry.request.tag)
    driver.later(21)
    driver.push(entry.request.tag, OrderStatus.CANCELLED)


def end_day(driver: EngineDriver) -> None:
    """Move to the close and end the day."""
    driver.now_ms = CLOSE_MS
    driver.read_positions(0)
    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0)))


def whole_day() -> EngineDriver:
    """All of it."""
    driver = EngineDriver()
    long_winner(driver)
    short_loser(driver)
    dead_entry(driver)
    end_day(driver)
    return driver


def candles(close: int = PRICE) -> tuple[Candle, ...]:
    """A minute candle for each minute of the session, all at one price."""
    return tuple(
        Candle(start_ms, close, close + 20, close - 20, close, 1_000)
        for start_ms in range(OPEN_MS, CLOSE_MS, MINUTE_MS)
    )


def facts(**changes) -> RunFacts:
    """Facts of a replayed day."""
    given = {
        "run_id": "replay-2026-11-19",
        "mode": "replay",
        "data": "scripted",
        "symbols": ("RELIANCE",),
        "started_at_ms": OPEN_MS,
        "ended_at_ms": CLOSE_MS,
        "ticks": 1_234,
        "candles": 360,
    }
    return RunFacts(**(given | changes))


def result_of(driver: EngineDriver, *, charger: Charger = flat_fee, **changes) -> DayResult:
    """The result of what a driver went through."""
    return day_result(
        day_record(rows_of(driver)),
        facts(**changes),
        instruments={KEY: SHARE},
        candles={KEY: candles()},
        charger=charger,
    )


def net_of(gross: int, charges: str) -> Decimal:
    """Net rupees from gross paise."""
    return rupees(gross - paise(charges))
