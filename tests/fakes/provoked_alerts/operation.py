"""What stops entries, the day's result, the process, the login and the feed."""

from datetime import time, timedelta
from decimal import Decimal

from tests.fakes.engine_driver import DAY, KEY, PRICE
from tests.fakes.provoked_alerts.registry import of
from tests.fakes.provoked_alerts.steps import (
    DEAD,
    TOO_MANY,
    UNREACHED,
    UNSENT,
    bought,
    foreign_share,
    losing_trade,
)
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Frame, Tick
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.inputs import OperatorWish
from trading_bot.strategies.strategy import WarmUp

# --- what stops entries, and what a person did ---

of(AlertKind.PANIC_ASKED)(lambda driver: driver.ask(OperatorWish.PANIC))


@of(AlertKind.ENTRIES_HALTED)
def _entries_halted(driver):
    driver.ask(OperatorWish.PAUSE)
    driver.take(DEAD)


@of(AlertKind.HALT_OVER)
def _halt_over(driver):
    driver.ask(OperatorWish.PAUSE)
    driver.ask(OperatorWish.RESUME)


@of(AlertKind.RESUMED)
def _resumed(driver):
    driver.ask(OperatorWish.PANIC)
    driver.ask(OperatorWish.RESUME)


@of(AlertKind.PANIC_UNLISTED)
def _panic_unlisted(driver):
    driver.ask(OperatorWish.PANIC)
    for _ in range(2):
        foreign_share(driver, 3)


# --- the day's result ---


@of(AlertKind.LOSS_WARNING)
def _loss_warning(driver):
    driver.enter()
    driver.price(PRICE - 400)
    driver.later(1)


@of(AlertKind.LOSING_STREAK)
def _losing_streak(driver):
    losing_trade(driver)
    losing_trade(driver)


@of(AlertKind.DAY_NOT_FLAT)
def _day_not_flat(driver):
    driver.enter()
    driver.take(inputs.DayEnded(at_ms=0, charges=Decimal(0)))


# --- the process, the login, the API ---

of(AlertKind.JOURNAL_FELL_BACK)(lambda driver: driver.take(inputs.JournalFellBack(at_ms=0, detail="full")))
of(AlertKind.TIME_LOST)(lambda driver: driver.take(inputs.TimeLost(at_ms=0, lost_s=12.0)))
of(AlertKind.LOGIN_NEEDED)(lambda driver: driver.take(DEAD))
of(AlertKind.READ_FAILED)(
    lambda driver: driver.take(inputs.ReadFailed(at_ms=0, what="funds", detail="timeout"))
)
of(AlertKind.NO_ORDER_WITHOUT_LOGIN)(lambda driver: driver.answer(bought(driver), UNSENT))


@of(AlertKind.SETTINGS_CHANGED)
def _settings_changed(driver):
    driver.take(inputs.OwnershipClaimed(at_ms=0, program_version="1", settings_hash="other"))


@of(AlertKind.STILL_NO_LOGIN)
def _still_no_login(driver):
    driver.enter()
    driver.take(DEAD)
    driver.later(31)


@of(AlertKind.CALLS_REFUSED)
def _calls_refused(driver):
    tag = bought(driver)
    for _ in range(3):
        driver.answer(tag, TOO_MANY)
        driver.drain()
        driver.later(4)
        tag = driver.places()[0].request.tag


@of(AlertKind.CALLS_UNSENT)
def _calls_unsent(driver):
    tag = bought(driver)
    for _ in range(3):
        driver.answer(tag, UNREACHED)
        driver.drain()
        driver.later(4)
        tag = driver.places()[0].request.tag


# --- the feed ---

of(AlertKind.FEED_LOST)(lambda driver: driver.take(inputs.FeedLost(at_ms=0)))
of(AlertKind.FEED_SILENT)(lambda driver: driver.later(16))


@of(AlertKind.FEED_BACK)
def _feed_back(driver):
    driver.later(16)
    driver.price(PRICE)


@of(AlertKind.CLOCK_OFF)
def _clock_off(driver):
    driver.later(1)
    for late_ms in (300,) * 10 + (3_600_000,):
        driver.core.state.market.told_offset_at_ms = 0
        tick = Tick(KEY, PRICE, driver.now_ms - late_ms, 1_000, PRICE - 10, 500, PRICE + 10, 500)
        driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(driver.now_ms - late_ms, (tick,))))
        driver.later(1)


@of(AlertKind.PRICE_OUTSIDE_BAND)
def _price_outside_band(driver):
    for _ in range(30):
        driver.now_ms += 1_000
        driver.price(PRICE * 10)


@of(AlertKind.ONLY_WATCHED)
def _only_watched(driver):
    driver.strategy.warm_up = WarmUp(required=2, wanted=10)
    yesterday = DAY - timedelta(days=1)
    starts = {yesterday: ms_at(yesterday, time(9, 15))}
    driver.take(inputs.WarmedUp(at_ms=0, instrument_key=KEY, candles=(), session_starts=starts))
