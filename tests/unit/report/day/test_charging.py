from decimal import Decimal

import pytest

from tests.fakes.engine_driver import DAY, KEY, SHARE
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Fill, Side
from trading_bot.report.day.charging import DayCosts, TradeFills, charger_of


def fill(number: int, order_id: str, side: Side, price: int) -> Fill:
    return Fill(
        trade_id=str(number),
        order_id=order_id,
        instrument_key=KEY,
        side=side,
        quantity=7,
        price=price,
        filled_at_ms=number,
    )


def trade(*fills: Fill) -> TradeFills:
    return TradeFills(instrument=SHARE, product=Product.INTRADAY, fills=fills)


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="stt is 3, but the trades' shares add up to 2"):
        DayCosts(lines={"stt": Decimal(3)}, parts=({"stt": Decimal(1)}, {"stt": Decimal(1)}))


def test_the_dated_rates_charge_each_order_once_and_share_to_the_paisa():
    charge = charger_of(load_market_rules().charges)

    costs = charge(
        DAY,
        [
            trade(
                fill(1, "a", Side.BUY, 140_000), fill(2, "a", Side.BUY, 140_010), fill(3, "b", Side.SELL, 1)
            ),
            trade(fill(4, "c", Side.SELL, 139_990), fill(5, "d", Side.BUY, 139_985)),
        ],
    )

    assert len(costs.parts) == 2
    assert costs.total == sum(sum(part.values()) for part in costs.parts)
    assert costs.lines["brokerage"] <= 4 * 20


def test_no_trades_cost_nothing():
    costs = charger_of(load_market_rules().charges)(DAY, [])

    assert costs.total == 0
    assert "stt" in costs.lines
