"""The venue as a whole: exits of everything, injected orders, determinism, and what always holds."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.venue_day import LISTED, VenueDay, instant
from trading_bot.domain.order import OrderType, Side
from trading_bot.simulator.venue.broker.orders import Status
from trading_bot.simulator.venue.contracts import VenueRefusal
from trading_bot.simulator.venue.hops import SeededDelays
from trading_bot.simulator.venue.settings import VenueSettings

QUOTES = """09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
09:20 market PLAIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
09:20 market FUT 100.00 bid=500@99.95 ask=500@100.05 traded=25
"""
HELD = f"""{QUOTES}09:21 place long BUY 10 SBIN LIMIT price=100.05 tag=mine
09:21 place short SELL 10 PLAIN LIMIT price=99.95
09:21 place kept BUY 10 PLAIN LIMIT price=100.05 product=D
09:21 place future BUY 25 FUT LIMIT price=100.05 product=D
09:22"""


def test_exit_all_closes_intraday_and_derivative_positions_buys_first():
    day = VenueDay(HELD)

    order_ids = day.venue.exit_all()
    day.play("09:23")

    sides = [day.venue.order_history(order_id=one)[0].side for one in order_ids]
    assert sides == [Side.BUY, Side.SELL, Side.SELL]
    assert (day.quantity("SBIN"), day.quantity("PLAIN"), day.quantity("FUT")) == (0, 10, 0)


@pytest.mark.parametrize(
    ("question", "closed"), [({"tag": "mine"}, ["SBIN"]), ({"segment": "NSE_FO"}, ["FUT"])]
)
def test_exit_all_can_be_narrowed(question, closed):
    day = VenueDay(HELD)

    order_ids = day.venue.exit_all(**question)

    rows = [day.venue.order_history(order_id=one)[0] for one in order_ids]
    assert [row.trading_symbol for row in rows] == closed


def test_exit_all_with_nothing_open_is_refused():
    with pytest.raises(VenueRefusal, match="UDAPI1111"):
        VenueDay(QUOTES).venue.exit_all()


def test_exit_all_outside_the_session_is_refused():
    day = VenueDay(f"{HELD}\n15:41")

    with pytest.raises(VenueRefusal, match="UDAPI1113"):
        day.venue.exit_all()


def test_listeners_hear_every_row_in_order():
    day = VenueDay()
    heard = []
    day.venue.subscribe(heard.append)
    day.play(HELD)

    rows = [row for one in day.venue.order_rows() for row in day.venue.order_history(order_id=one.order_id)]
    assert Counter(heard) == Counter(rows)
    assert [row.status for row in heard if row.order_id == day.order_ids["long"]] == day.statuses("long")


def test_an_order_of_another_platform_shows_in_every_book():
    day = VenueDay(f"{QUOTES}09:21 place foreign BUY 10 SBIN LIMIT price=100.05 by=APP1\n09:22")

    assert day.row("foreign").placed_by == "APP1"
    assert day.quantity("SBIN") == 10
    assert day.venue.ledger()["orders"][0]["tag"] is None


def test_an_earlier_time_changes_nothing():
    day = VenueDay(QUOTES)

    day.venue.advance(instant("09:00"))

    assert day.venue.now_ms == instant("09:20")


def test_the_same_day_with_the_same_seed_leaves_the_same_rows():
    first, second, other = (_random_day(seed=5, jitter_seed=jitter_seed) for jitter_seed in (1, 1, 2))

    assert _everything(first) == _everything(second)
    assert _everything(first) != _everything(other)


FINAL = {Status.COMPLETE, Status.CANCELLED, Status.REJECTED}
NEXT = {
    Status.RECEIVED: {Status.VALIDATION_PENDING, Status.CANCEL_PENDING, Status.MODIFY_VALIDATION_PENDING},
    Status.VALIDATION_PENDING: {
        Status.OPEN_PENDING, Status.REJECTED, Status.CANCEL_PENDING, Status.MODIFY_VALIDATION_PENDING,
    },
    Status.COMPLETE: {Status.NOT_CANCELLED, Status.NOT_MODIFIED},
    Status.CANCELLED: {Status.NOT_CANCELLED, Status.NOT_MODIFIED},
    Status.REJECTED: {Status.NOT_CANCELLED, Status.NOT_MODIFIED},
    Status.MODIFIED: {Status.OPEN, Status.TRIGGER_PENDING, Status.COMPLETE},
    Status.NOT_MODIFIED: {Status.OPEN, Status.TRIGGER_PENDING, *FINAL},
    Status.NOT_CANCELLED: {Status.OPEN, Status.TRIGGER_PENDING, *FINAL},
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_always_holds(seed):
    day = _random_day(seed=seed, jitter_seed=seed)

    for row in day.venue.order_rows():
        _check_order(day, row.order_id)
    _check_positions(day)


def _check_order(day, order_id):
    history = day.venue.order_history(order_id=order_id)
    row = history[-1]
    trades = day.venue.trade_rows(order_id)
    assert sum(trade.quantity for trade in trades) == row.filled_quantity <= row.quantity
    assert [one.filled_quantity for one in history] == sorted(one.filled_quantity for one in history)
    assert row.status in FINAL, "at the end of the day nothing is left"
    for before, after in pairwise(history):
        assert Status(after.status) in NEXT.get(Status(before.status), set(Status))
    filling = [after for before, after in pairwise(history) if after.filled_quantity > before.filled_quantity]
    for state, trade in zip(filling, trades, strict=True):
        assert trade.price % 5 == 0
        assert (state.price - trade.price) * row.side.sign >= 0, (
            "no fill is worse than the limit of its moment"
        )
    value = sum(trade.quantity * trade.price for trade in trades)
    assert row.average_price * row.filled_quantity * 100 == pytest.approx(value, abs=Decimal("1e-12"))


def _check_positions(day):
    trades = day.venue.trade_rows()
    assert len({trade.trade_id for trade in trades}) == len(trades)
    cash = sum(-trade.side.sign * trade.quantity * trade.price for trade in trades)
    value = 0
    for row in day.venue.position_rows():
        mine = [
            one for one in trades if (one.instrument_key, one.product) == (row.instrument_key, row.product)
        ]
        assert row.quantity == sum(one.side.sign * one.quantity for one in mine)
        value += row.quantity * row.last_price
    assert Decimal(day.venue.ledger()["gross_pnl"]) * 100 == cash + value
    funds = day.venue.funds()
    assert funds.realised + funds.unrealised == Decimal(cash + value) / 100
    assert funds.available == funds.opening_balance + funds.realised - funds.used_margin


def _everything(day):
    histories = [day.venue.order_history(order_id=row.order_id) for row in day.venue.order_rows()]
    return histories, day.venue.trade_rows(), day.venue.position_rows(), day.venue.ledger()


def _random_day(*, seed, jitter_seed):
    """A day of random prices and requests, from one seed, with the jitter of another."""
    dice = Random(seed)
    day = VenueDay(delays=SeededDelays(VenueSettings(), Random(jitter_seed)))
    prices = dict.fromkeys(("SBIN", "PLAIN", "FUT"), 10_000)
    clock_ms = instant("09:15")
    for number in range(120):
        clock_ms += dice.choice((3, 12, 30, 400, 200_000, 400_000))
        clock = _clock(clock_ms)
        symbol = dice.choice(tuple(prices))
        lot = LISTED[symbol].lot_size
        if dice.random() < 0.5:
            prices[symbol] += 5 * dice.randint(-20, 20)
            day.play(f"{clock} {_market_line(dice, symbol, prices[symbol], lot)}")
        elif dice.random() < 0.6 or not day.order_ids:
            day.play(f"{clock} {_place_line(dice, f'order{number}', symbol, prices[symbol], lot)}")
        else:
            day.play(f"{clock} {_change_line(dice, dice.choice(tuple(day.order_ids)), prices[symbol], lot)}")
    day.play("15:45")
    return day


def _clock(at_ms):
    seconds, milliseconds = divmod(at_ms - instant("00:00"), 1_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milliseconds:03d}"


def _market_line(dice, symbol, price, lot):
    bids, asks = (
        ",".join(f"{lot * dice.randint(1, 40)}@{(price + sign * 5 * step) / 100:.2f}" for step in (1, 2, 4))
        for sign in (-1, 1)
    )
    return f"market {symbol} {price / 100:.2f} bid={bids} ask={asks} traded={lot * dice.randint(0, 60)}"


def _terms(dice, price):
    order_type = dice.choice(tuple(OrderType))
    near, nearer = (f"{(price + 5 * dice.randint(-15, 15)) / 100:.2f}" for _ in range(2))
    return {
        OrderType.LIMIT: f"LIMIT price={near}",
        OrderType.MARKET: "MARKET protection=-1",
        OrderType.STOP_LIMIT: f"SL price={near} trigger={nearer}",
        OrderType.STOP_MARKET: f"SL-M trigger={near} protection=2",
    }[order_type]


def _place_line(dice, name, symbol, price, lot):
    side, quantity = dice.choice(tuple(Side)), lot * dice.randint(1, 40)
    validity = dice.choice(("DAY", "DAY", "DAY", "IOC"))
    return f"place {name} {side} {quantity} {symbol} {_terms(dice, price)} validity={validity}"


def _change_line(dice, name, price, lot):
    if dice.random() < 0.4:
        return f"cancel {name}"
    return f"modify {name} {_terms(dice, price)} quantity={lot * dice.randint(1, 40)}"
