import json
from decimal import Decimal

import pytest

from tests.fakes.venue_day import PLAIN, SBIN, VenueDay

QUOTES = "09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10"
ROUND_TRIP = f"""{QUOTES}
09:20:01 place entry BUY 10 SBIN LIMIT price=100.05 tag=one
09:20:02 market SBIN 101.00 bid=500@101.00 ask=500@101.05 traded=10
09:20:03 place exit SELL 10 SBIN LIMIT price=101.00 tag=two
09:20:04"""


def flat_fee(dealt, _on):
    return {"brokerage": Decimal(20) * len({trade.order_id for _, _, trades in dealt for trade in trades})}


def test_net_profit_is_the_cash_flow_less_the_charges():
    statement = VenueDay(ROUND_TRIP, charges=flat_fee).venue.ledger()

    assert statement["gross_pnl"] == "9.50"
    assert statement["charges"] == {"brokerage": "40"}
    assert statement["net_pnl"] == "-30.50"
    assert statement["marked_to_market"] == []


def test_an_open_position_is_marked_to_market_and_said_to_be():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place entry BUY 10 SBIN LIMIT price=100.05
        09:20:02 market SBIN 99.00 bid=5@98.95 ask=5@99.05 traded=10"""
    )
    statement = day.venue.ledger()

    assert statement["net_pnl"] == "-10.50"
    assert statement["marked_to_market"] == [SBIN.key]
    assert day.venue.funds().unrealised == Decimal("-10.50")


def test_the_record_is_json_with_every_order_trade_and_position():
    statement = json.loads(json.dumps(VenueDay(ROUND_TRIP).venue.ledger()))

    assert statement["orders"][0] == {
        "order_id": "261119000000001",
        "tag": "one",
        "instrument_key": SBIN.key,
        "side": "BUY",
        "quantity": 10,
        "filled_quantity": 10,
        "status": "complete",
    }
    assert [trade["price"] for trade in statement["trades"]] == ["100.05", "101.00"]
    assert statement["positions"] == [{"instrument_key": SBIN.key, "product": "I", "quantity": 0}]


def test_a_closed_position_stays_among_the_positions():
    (row,) = VenueDay(ROUND_TRIP).venue.position_rows()

    assert (row.quantity, row.buy_quantity, row.buy_value, row.sell_quantity, row.sell_value) == (
        0,
        10,
        100_050,
        10,
        101_000,
    )
    assert (row.last_price, row.close_price) == (10_100, 10_000)


def test_realised_profit_is_spendable_and_open_profit_is_not():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place entry BUY 10 SBIN LIMIT price=100.05
        09:20:02 market SBIN 101.00 bid=500@101.00 ask=500@101.05 traded=10
        09:20:03 place half SELL 5 SBIN LIMIT price=101.00
        09:20:04"""
    )
    funds = day.venue.funds()

    assert (funds.realised, funds.unrealised) == (Decimal("4.75"), Decimal("4.75"))
    assert funds.used_margin == Decimal("100.05")
    assert funds.available == 1_000_000 + Decimal("4.75") - Decimal("100.05")


def test_trades_can_be_asked_for_by_order():
    day = VenueDay(ROUND_TRIP)

    assert [trade.price for trade in day.venue.trade_rows(day.order_ids["exit"])] == [10_100]
    assert len({trade.trade_id for trade in day.venue.trade_rows()}) == 2


def test_an_order_that_never_traded_makes_no_position():
    day = VenueDay("09:20 market PLAIN 100.00\n09:21 place order BUY 5 PLAIN LIMIT price=99\n09:22")

    assert day.venue.position_rows() == ()
    assert PLAIN.key in {line["instrument_key"] for line in day.venue.ledger()["orders"]}


def test_an_annulled_trade_is_gone_from_list_position_cash_and_charges():
    """Fault 62: the position keeps its row, the order its state, and numbers are not given twice."""
    day = VenueDay(ROUND_TRIP, charges=flat_fee)
    entry, leaving = day.venue.trade_rows()

    day.venue.annul(leaving.trade_id)

    statement = day.venue.ledger()
    assert day.venue.trade_rows() == (entry,)
    assert [trade["trade_id"] for trade in statement["trades"]] == [entry.trade_id]
    (position,) = day.venue.position_rows()
    assert (position.quantity, position.sell_quantity, position.sell_value) == (10, 0, 0)
    assert statement["charges"] == {"brokerage": "20"}
    day.venue.annul(entry.trade_id)
    assert [row.quantity for row in day.venue.position_rows()] == [0]
    with pytest.raises(KeyError):
        day.venue.annul(entry.trade_id)
