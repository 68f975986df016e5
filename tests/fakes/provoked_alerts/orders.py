"""Orders and trades that do not add up, and others on the account."""

from decimal import Decimal

from tests.fakes.engine_driver import KEY, PRICE
from tests.fakes.new_days import left_over
from tests.fakes.provoked_alerts.registry import of
from tests.fakes.provoked_alerts.steps import annul_second_trade, entry_of, in_two_trades, make_absent
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import Refused, Unknown

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


@of(AlertKind.WRITTEN_OFF)
def _written_off(driver):
    left_over(driver, ran_on=True)
    driver.ask(OperatorWish.RESUME)


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
