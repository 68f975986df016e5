"""Every alert of the engine's, provoked once: what has to happen for a person to be told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

from tests.fakes.engine_driver import DAY, KEY, PRICE, EngineDriver
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Frame, Tick
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import RefusalCause, Refused, Unknown
from trading_bot.risk.settings import LimitSettings, RiskSettings
from trading_bot.strategies.strategy import WarmUp

TOO_MANY = Refused("UDAPI10005", "too many", RefusalCause.RATE_LIMITED)
UNSENT = Refused("UDAPI100050", "token", RefusalCause.NEEDS_LOGIN)
DEAD = inputs.ReadFailed(at_ms=0, what="positions", detail="401", needs_login=True)
OTHER_SHARE = "NSE_EQ|OTHER"
LOWEST = 126_000

Provoke = Callable[[EngineDriver], object]
PROVOKED: dict[AlertKind, Provoke] = {}


def provoked(kind: AlertKind) -> tuple[Alert, ...]:
    """What a person is told of this kind when it is provoked."""
    risk = RiskSettings(
        limits=LimitSettings(
            symbol_spacing_s=0,
            max_daily_loss=0.0005,
            warn_daily_loss=0.0001,
            warn_consecutive_losses=2,
            max_trades_per_symbol_per_day=50,
        )
    )
    driver = EngineDriver(risk=risk)
    seen: list[Alert] = []
    driver.core.step = _watched(driver.core.step, seen)
    PROVOKED[kind](driver)
    return tuple(alert for alert in seen if alert.kind is kind)


def _watched(step, seen):
    def watched(event):
        made = step(event)
        seen.extend(command for command in made.commands if isinstance(command, Alert))
        return made

    return watched


def of(kind: AlertKind) -> Callable[[Provoke], Provoke]:
    def keep(provoke: Provoke) -> Provoke:
        PROVOKED[kind] = provoke
        return provoke

    return keep


# --- steps that several begin with ---


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


# --- positions without protection, exits that do not fill ---

of(AlertKind.UNPROTECTED)(lambda driver: without_row(driver, 14))
of(AlertKind.ORDER_MISSING)(lambda driver: without_row(driver, 14))
of(AlertKind.EXIT_NOT_FILLED)(lambda driver: closing(driver, PRICE))
of(AlertKind.EXIT_LOCKED)(lambda driver: closing(driver, LOWEST))


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


# --- orders and trades that do not add up ---

of(AlertKind.ORDER_NOT_TAKEN)(lambda driver: driver.answer(entry_of(driver), Refused("x", "no margin")))
of(AlertKind.ORDER_IN_DOUBT)(lambda driver: driver.answer(entry_of(driver), Unknown("timed out")))
of(AlertKind.TRADE_GONE)(annul_second_trade)
of(AlertKind.TRADE_ANNULLED)(annul_second_trade)


@of(AlertKind.ANNULLED_TRADE_BACK)
def _annulled_trade_back(driver):
    driver.fills = annul_second_trade(driver)
    stop = next(tag for tag, order in driver.book.orders.items() if order.requested_terms is not None)
    driver.confirm_modify(stop, OrderStatus.TRIGGER_PENDING)
    driver.read_all()
    driver.later(1)
    for _ in range(2):
        driver.read_positions(35)


@of(AlertKind.DOUBT_OVER)
def _doubt_over(driver):
    entry = entry_of(driver)
    driver.answer(entry, Unknown("timed out"))
    driver.later(3)
    driver.read_books(driver.report(entry, OrderStatus.OPEN))


@of(AlertKind.LATE_ORDER)
def _late_order(driver):
    entry = entry_of(driver)
    make_absent(driver, entry)
    driver.read_books(driver.report(entry, OrderStatus.OPEN))


@of(AlertKind.LATE_FILL)
def _late_fill(driver):
    entry = entry_of(driver)
    driver.rest(entry)
    driver.later(21)
    driver.push(entry, OrderStatus.CANCELLED)
    driver.order_fills((entry, 35, PRICE), with_rows=False)


@of(AlertKind.TAG_MISSING)
def _tag_missing(driver):
    entry = entry_of(driver)
    driver.answer(entry, Unknown("timed out"))
    driver.later(3)
    driver.read_books(driver.report(entry, OrderStatus.OPEN, order_id="bare-1", tag=None))


def _reported_without_trades(driver, average):
    entry = entry_of(driver)
    driver.answer(entry)
    for _ in range(2):
        driver.read_books(driver.report(entry, OrderStatus.FILLED, filled_quantity=35, average_price=average))
        driver.later(11)
    driver.read_books(driver.report(entry, OrderStatus.FILLED, filled_quantity=35, average_price=average))


of(AlertKind.SUSPECT_ORDER)(lambda driver: _reported_without_trades(driver, Decimal(9_000)))
of(AlertKind.FILL_WITHOUT_TRADE)(lambda driver: _reported_without_trades(driver, Decimal(1_400)))


@of(AlertKind.POSITION_DIFFERS)
def _position_differs(driver):
    driver.enter()
    for _ in range(2):
        driver.read_positions(20)


@of(AlertKind.POSITIONS_LAG)
def _positions_lag(driver):
    driver.enter()
    driver.read_all()
    for _ in range(40):
        driver.later(2)
        driver.read_positions(0, fills=())


# --- others on the account ---

of(AlertKind.FOREIGN_ORDER)(lambda driver: driver.foreign_fill(Side.BUY, 5, PRICE))


@of(AlertKind.FOREIGN_CLOSE)
def _foreign_close(driver):
    driver.enter()
    driver.foreign_fill(Side.SELL, 35, PRICE)


@of(AlertKind.FOREIGN_TRADE_GONE)
def _foreign_trade_gone(driver):
    entry = in_two_trades(driver)
    driver.foreign_fill(Side.SELL, 15, PRICE)
    foreign = driver.fills.pop()
    row = driver.report(entry, OrderStatus.FILLED, order_id=foreign.order_id, tag=None, side=Side.SELL)
    for _ in range(3):
        driver.read_books(row)
        driver.later(3)


@of(AlertKind.UNKNOWN_OWNER)
def _unknown_owner(driver):
    entry = entry_of(driver)
    driver.read_books(driver.report(entry, OrderStatus.OPEN, tag=f"{entry[:-1]}9", order_id="x"))


@of(AlertKind.CLOSED_ELSEWHERE)
def _closed_elsewhere(driver):
    _, stop = driver.enter()
    driver.push(stop, OrderStatus.TRIGGER_PENDING, placed_by="us")
    elsewhere = driver.report(
        stop,
        OrderStatus.OPEN,
        order_id="desk-1",
        tag=None,
        instrument_key=KEY.replace("NSE_EQ", "BSE_EQ"),
        placed_by="RMS",
    )
    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING), elsewhere)
